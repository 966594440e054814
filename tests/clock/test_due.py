"""What follows of the times that came while nobody looked, whatever was done to the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clock.triggers import paris, trigger, utc
from robo_scheduler.work.due import MOST, decide, is_open


def told(entry: str, last: datetime, now: datetime) -> list[str]:
    """Such as "07:30 run", by the clock on the wall."""
    return [f"{one.slot.wall:%H:%M} {one.what}" for one in decide(trigger(entry), last, now)]


ASLEEP = ("2026-11-30 09:00", "2026-11-30 09:50")
"""A machine that slept over 9:15, 9:30 and 9:45."""


@pytest.mark.parametrize(
    ("if_missed", "expected"),
    [
        ("run_once", ["09:15 missed", "09:30 missed", "09:45 run"]),
        ("skip", ["09:15 missed", "09:30 missed", "09:45 missed"]),
        ("all", ["09:15 run", "09:30 run", "09:45 run"]),
    ],
)
def test_asleep_over_three_times(if_missed: str, expected: list[str]) -> None:
    last, now = (paris(wall) for wall in ASLEEP)
    entry = f"every: 15 minutes, if_missed: {if_missed}"
    assert told(entry, last, now) == expected
    assert told(entry, paris("2026-11-30 09:45"), now) == []


@pytest.mark.parametrize(
    ("if_missed", "expected"),
    [
        ("run_once", ["09:15 missed", "09:30 run"]),
        ("skip", ["09:15 missed", "09:30 run"]),
        ("all", ["09:15 run", "09:30 run"]),
    ],
)
def test_what_is_due_now_makes_up_for_what_was_missed(if_missed: str, expected: list[str]) -> None:
    last, now = paris("2026-11-30 09:00"), paris("2026-11-30 09:30:59")
    assert told(f"every: 15 minutes, if_missed: {if_missed}", last, now) == expected


def test_a_minute_late_is_not_missed() -> None:
    last = paris("2026-11-30 09:00")
    assert told("every: 15 minutes, if_missed: skip", last, paris("2026-11-30 09:15")) == ["09:15 run"]
    assert told("every: 15 minutes, if_missed: skip", last, paris("2026-11-30 09:16")) == ["09:15 run"]
    assert told("every: 15 minutes, if_missed: skip", last, paris("2026-11-30 09:16:01")) == ["09:15 missed"]


def test_the_clock_set_back_an_hour_brings_nothing_again() -> None:
    last = paris("2026-11-30 09:45")  # decided; then the clock says 8:46
    for wall in ("08:46", "09:15", "09:45"):
        assert told("every: 15 minutes, if_missed: all", last, paris(f"2026-11-30 {wall}")) == []
    assert told("every: 15 minutes, if_missed: all", last, paris("2026-11-30 10:00")) == ["10:00 run"]


def test_a_clock_that_was_a_year_ahead_does_not_silence_a_flow_for_a_year() -> None:
    last = paris("2027-11-30 09:45")
    assert told("every: 15 minutes", last, paris("2026-11-30 09:45:10")) == ["09:45 run"]


def test_asleep_over_the_change_of_clocks() -> None:
    daily = "every: day at 02:30, if_missed: all"
    assert told(daily, paris("2026-10-24 12:00"), paris("2026-10-26 12:00")) == ["02:30 run", "02:30 run"]
    assert told(daily, paris("2026-03-28 12:00"), paris("2026-03-30 12:00")) == ["03:30 run", "02:30 run"]


def test_what_is_caught_up_has_an_end() -> None:
    found = decide(trigger("every: 1 minutes, if_missed: all"), utc("2026-01-01 00:00"), utc("2026-01-08 00:00:30"))
    assert len(found) == 7 * 24 * 60
    assert [one.what for one in found].count("run") == MOST + 1  # the one that is due now, too
    assert found[-1].what == "run"


def test_between_is_asked_of_what_arrives() -> None:
    office = trigger("when_file: arrivee/*, between: 07:00-19:00")
    night = trigger("when_file: arrivee/*, between: 22:00-06:00")
    asked = [paris(f"2026-11-30 {wall}") for wall in ("05:59", "07:00", "19:00", "23:00")]
    assert [is_open(office, now) for now in asked] == [False, True, True, False]
    assert [is_open(night, now) for now in asked] == [True, False, False, True]


LOOKS = st.lists(st.integers(-5400, 20_000), min_size=1, max_size=12)
"""Seconds from one look to the next; some of them back in time."""


@settings(max_examples=150)
@given(
    st.sampled_from(("every: 10 minutes", "every: day at 02:30", "cron: '30 2,3 * * *'", "cron: '0 * * * *'")),
    st.sampled_from(("run_once", "skip", "all")),
    st.sampled_from(("2026-03-28 20:00", "2026-10-24 20:00", "2027-03-27 20:00", "2027-10-30 20:00")),
    LOOKS,
)
def test_no_slot_is_lost_or_decided_twice_between_any_looks(
    entry: str, if_missed: str, begin: str, looks: list[int]
) -> None:
    one = trigger(f"{entry}, if_missed: {if_missed}")
    last = now = latest = paris(begin)
    decided: list[str] = []
    for step in looks:
        now += timedelta(seconds=step)
        found = decide(one, last, now)
        decided += [decision.slot.key for decision in found]
        last = found[-1].slot.due if found else last
        latest = max(latest, now)
        late = [d for d in found if now - d.slot.due > timedelta(seconds=60)]
        assert all(d.what == "run" for d in found if d not in late)
        most = {"run_once": 1, "skip": 0, "all": len(late)}[if_missed]
        assert sum(d.what == "run" for d in late) <= most
    once = decide(one, paris(begin), latest)
    assert decided == [decision.slot.key for decision in once]
