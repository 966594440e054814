"""The alarm clock wakes in time, and only for what it follows."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from queue import Empty, SimpleQueue

import pytest

from clock.triggers import trigger
from robo.flow.trigger import Once, Trigger, Weekly
from robo_scheduler.work.rules import next_slot
from robo_scheduler.work.when import Clock, Leaps


def soon(seconds: float) -> Trigger:
    """At a moment, told to the microsecond."""
    return replace(
        trigger("at: 2026-12-01 08:00, timezone: UTC"),
        rule=Once(datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=seconds)),
    )


def test_it_wakes_once_at_each_time_of_what_it_follows() -> None:
    woken: SimpleQueue[tuple[str, float]] = SimpleQueue()
    clock = Clock(lambda name: woken.put((name, time.time())))
    clock.start()
    try:
        gone, kept, new = soon(0.3), soon(0.5), soon(0.4)
        clock.follow({"gone": gone, "kept": kept, "files": trigger("when_file: arrivee/*")})
        clock.follow({"kept": kept, "new": new})
        found = [woken.get(timeout=5), woken.get(timeout=5)]
        assert [name for name, _at in found] == ["new", "kept"]
        for (_name, at), expected in zip(found, (new, kept), strict=True):
            slot = next_slot(expected, datetime(2026, 1, 1, tzinfo=UTC))
            assert slot is not None
            assert 0 <= at - slot.due.timestamp() < 0.2
        with pytest.raises(Empty):
            woken.get(timeout=0.1)
    finally:
        clock.stop()


def test_it_says_what_is_next_and_reckons_anew_after_a_leap(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(lambda name: None)
    daily = trigger("every: day at 02:30")
    clock.follow({"daily": daily})
    clock.start()
    try:
        slot = next_slot(daily, datetime.now(UTC))
        assert slot is not None
        assert clock.next_due("daily") == slot.due
        assert clock.next_due("other") is None
        clock.follow({"daily": replace(daily, dry_run=True)})
        clock.jumped()
        assert clock.next_due("daily") == slot.due
        clock.follow({})
        assert clock.next_due("daily") is None
    finally:
        clock.stop()
    leaps = Leaps()
    assert not leaps.seen()
    before = time.time
    monkeypatch.setattr("time.time", lambda: before() - 3600)
    assert leaps.seen()
    assert not leaps.seen()


def test_a_thousand_triggers_are_followed() -> None:
    base = trigger("every: weekday at 07:30, between: 07:00-19:00")
    triggers = {str(n): replace(base, rule=Weekly((1 + n % 5,), clock_time(7 + n % 12, n % 60))) for n in range(1000)}
    clock = Clock(lambda name: None)
    clock.start()
    try:
        clock.follow(triggers)
        assert all(clock.next_due(name) is not None for name in triggers)
    finally:
        clock.stop()


@pytest.mark.parametrize("module", ["robo.cli.run", "robo.cli.check", "robo.cli.dry_run", "robo_scheduler.work.due"])
def test_only_the_service_loads_the_clock(module: str) -> None:
    heavy = ("apscheduler", "holidays", "tzlocal", "dateutil")
    show = f"import sys, {module}; print(*sorted({{m.partition('.')[0] for m in sys.modules}} & set({heavy!r})))"
    loaded = subprocess.run([sys.executable, "-c", show], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert loaded.split() == []
