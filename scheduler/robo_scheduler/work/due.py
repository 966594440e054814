"""What is to be done now about the times that have come since the last look. Nothing here looks at a clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from robo.flow.schedule import is_between
from robo.flow.trigger import Trigger
from robo.kit.data import dataclass
from robo_scheduler.work.calendar import wall_of
from robo_scheduler.work.rules import Slot, slots

GRACE = timedelta(seconds=60)
"""What is looked at later than that was missed."""
MOST = 500
"""Runs that `if_missed: all` catches up on at most: the latest."""
WRONG_CLOCK = timedelta(hours=26)
"""A last slot that lies further ahead than any change of clocks explains was decided under a wrong clock."""


@dataclass(frozen=True)
class Decision:
    """What follows of a slot: a run, or that it was missed."""

    slot: Slot
    what: Literal["run", "missed"]


def decide(trigger: Trigger, last: datetime, now: datetime) -> tuple[Decision, ...]:
    """What follows of each slot after the last one that was decided, up to now, in their order.

    last: when the last decided slot was due, or since when the trigger is known. Both with a zone. Remember the last
    slot of the answer together with what follows of it, in one transaction, and by its key, so that none is decided
    twice: a clock that was set back brings nothing again, and after one that was far ahead (`last` lies in the future)
    the slots of the last minute are told at each look.
    """
    since = now - GRACE if last - now > WRONG_CLOCK else last
    found = tuple(slots(trigger, since, now))
    late = [slot for slot in found if now - slot.due > GRACE]
    match trigger.if_missed:
        case "all":
            caught_up = late[-MOST:]
        case "run_once":
            # one run makes up for all; one that is due now is that one
            caught_up = late[-1:] if len(late) == len(found) else []
        case _:
            caught_up = []
    run = {slot.key for slot in (*caught_up, *found[len(late) :])}
    return tuple(Decision(slot, "run" if slot.key in run else "missed") for slot in found)


def is_open(trigger: Trigger, now: datetime) -> bool:
    """Whether `between` lets it begin now: what arrives at other times waits. now: with a zone."""
    return is_between(wall_of(now, ZoneInfo(trigger.timezone)).time(), trigger.between)
