"""The alarm clock: wakes whoever looks, when something is due. APScheduler keeps the time, and knows no more of it.

It decides nothing: who is woken looks at all that has come since the last slot in the store (`due.decide`), so that an
alarm that comes late, twice or not at all loses nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from apscheduler.events import EVENT_JOB_EXECUTED, JobExecutionEvent  # type: ignore[import-untyped]
from apscheduler.executors.base import BaseExecutor  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.base import BaseTrigger  # type: ignore[import-untyped]

from robo.flow.trigger import Trigger
from robo_scheduler.work.rules import next_slot

LEAP = 5.0
"""Seconds by which the wall clock and the machine's own may differ before that is a leap."""


class Clock:
    """Wakes at the time of each trigger that it follows.

    on_due: called with the trigger's name in a thread of the clock's own, which it must not keep.
    """

    def __init__(self, on_due: Callable[[str], None]) -> None:
        self._followed: dict[str, Trigger] = {}
        self._scheduler = BackgroundScheduler(
            executors={"default": _Alarm(on_due)},
            timezone=UTC,
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            logger=logging.getLogger("robo.clock"),
        )

    def start(self) -> None:
        """Begin to wake."""
        self._scheduler.start()

    def stop(self) -> None:
        """Wake no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def follow(self, triggers: Mapping[str, Trigger]) -> None:
        """Wake for these, and for no others, from now on. Only what has changed is touched."""
        timed = {name: trigger for name, trigger in triggers.items() if trigger.is_timed}
        for name in self._followed.keys() - timed.keys():
            self._drop(name)
        for name, trigger in timed.items():
            if self._followed.get(name) != trigger:
                self._drop(name)
                self._scheduler.add_job(_nothing, _Rule(trigger), id=name)
        self._followed = timed

    def next_due(self, name: str) -> datetime | None:
        """When it will wake for that trigger, in UTC; None where it never will."""
        job = self._scheduler.get_job(name)
        found: datetime | None = getattr(job, "next_run_time", None)
        return found

    def jumped(self) -> None:
        """The wall clock has leapt: reckon all anew from now on."""
        for name, trigger in self._followed.items():
            self._drop(name)
            self._scheduler.add_job(_nothing, _Rule(trigger), id=name)

    def _drop(self, name: str) -> None:
        if self._scheduler.get_job(name):
            self._scheduler.remove_job(name)


class Leaps:
    """Sees that the wall clock was set, or that the machine slept."""

    def __init__(self) -> None:
        self._apart = _apart()

    def seen(self) -> bool:
        """Whether it has leapt since the last look."""
        before, self._apart = self._apart, _apart()
        return abs(self._apart - before) > LEAP


def _apart() -> float:
    return time.time() - time.monotonic()


class _Rule(BaseTrigger):  # type: ignore[misc]
    """Our rules, as APScheduler asks for them. What was slept over is one alarm, not many."""

    def __init__(self, trigger: Trigger) -> None:
        self._trigger = trigger

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        slot = next_slot(self._trigger, now)
        return slot.due if slot else None


class _Alarm(BaseExecutor):  # type: ignore[misc]
    """Wakes at once, in the scheduler's thread, instead of carrying anything out."""

    def __init__(self, on_due: Callable[[str], None]) -> None:
        super().__init__()
        self._on_due = on_due

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        self._on_due(job.id)
        store = job._jobstore_alias
        self._run_job_success(job.id, [JobExecutionEvent(EVENT_JOB_EXECUTED, job.id, store, at) for at in run_times])


def _nothing() -> None: ...
