"""When a flow is run by itself, as `schedule:` says it. What is due when is for the service to reckon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, time
from typing import Any, Literal

from robo.kit.data import dataclass

IfMissed = Literal["run_once", "skip", "all"]
IfRunning = Literal["skip", "wait"]


@dataclass(frozen=True)
class Weekly:
    """Some days of each week at one time. days: 1 for Monday to 7 for Sunday, in order."""

    days: tuple[int, ...]
    at: time


@dataclass(frozen=True)
class Monthly:
    """One day of each month at one time. day: from 1, or -1 for the last one; working: among its working days."""

    day: int
    at: time
    working: bool = False


@dataclass(frozen=True)
class Interval:
    """Again and again. minutes: between two times; they are the multiples of it since the beginning of 1970, UTC."""

    minutes: int


@dataclass(frozen=True)
class Cron:
    """Five fields, each as the values that fit, in order. weekdays: 1 for Monday to 7 for Sunday.

    either: a day fits by its number or by its weekday, since both were restricted; else it fits by both.
    floating: the hour was written with `*`, so that each real hour counts: none in the gap of March, two in October.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either: bool = False
    floating: bool = False


@dataclass(frozen=True)
class Once:
    """One moment, on the clock of the trigger's time zone."""

    at: datetime


@dataclass(frozen=True)
class Arrival:
    """A file that arrives. pattern: path with `*`, `?`, `[...]`, `**`, below a declared folder, as written."""

    pattern: str


@dataclass(frozen=True)
class After:
    """A run of another flow that has ended well. flow: its path below `flows/`."""

    flow: str


Rule = Weekly | Monthly | Interval | Cron | Once | Arrival | After


@dataclass(frozen=True)
class Trigger:
    """One entry of `schedule`.

    name: what its fires are remembered under, such as "every weekday at 07:30"; the same whatever its options are.
    rule: when; written: the same as the flow has it, "weekday at 07:30".
    timezone: of whose clock; holidays: whose public holidays count, as in `robo.toml`.
    between: the first and the last time of day that counts; the second may be the smaller one, over midnight.
    if_missed: what follows when nobody was there; if_running: what follows when its flow is still running.
    inputs: name to value, with `Formula` leaves; dry_run: whether it is only rehearsed.
    """

    name: str
    rule: Rule
    written: str = ""
    timezone: str = "Europe/Paris"
    holidays: str = "metropole"
    skip_holidays: bool = False
    between: tuple[time, time] | None = None
    if_missed: IfMissed = "run_once"
    if_running: IfRunning = "skip"
    inputs: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False

    @property
    def is_timed(self) -> bool:
        """Whether the clock alone says when."""
        return not isinstance(self.rule, Arrival | After)
