"""The slots of a service: so many runs at once, each with a supervisor of its own that dies with the service."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robo.kit.messages import _
from robo.run.system.processes import Child, below, sweep, wait_for
from robo_scheduler.work.delivery import Order

PATIENCE = 5.0
"""Seconds after which a run that was cancelled is ended, whatever it is doing."""
BEGUN = 120.0
"""Seconds after which a supervisor is ended that has not begun its run: some robot of the workspace may hang."""


@dataclass(frozen=True)
class Finished:
    """A supervisor that has ended. state, reason: as it said; "died" where it said nothing.

    letter: subject and text of a mail about it, where somebody should hear of it and its flow names nobody.
    """

    order: Order
    state: str
    reason: str
    letter: tuple[str, str] | None = None


@dataclass
class _Working:
    order: Order
    child: Child
    told: dict[str, Any]
    begin_by: float | None
    end_at: float | None = None


class Slots:
    """Not for use by several threads."""

    def __init__(self, root: Path, count: int, began: Callable[[Order], None], begun: float = BEGUN) -> None:
        """root: the workspace's. began: told when a run has begun, for which a supervisor has `begun` seconds."""
        self._root, self.count, self._began, self._begun = root, count, began, begun
        self._working: dict[str, _Working] = {}
        self._others = tuple(one.pid for one in below(os.getpid()))
        """What was below this process before, and is nobody's run."""

    @property
    def free(self) -> int:
        """So many more runs may begin."""
        return self.count - len(self._working)

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs that are at work."""
        return tuple(self._working)

    def start(self, order: Order) -> None:
        """Begin an attempt; nothing where an earlier one of the same run is still ending."""
        if order.run in self._working:
            return
        child = Child.start([sys.executable, "-m", "robo_scheduler.work.runner"], environment=os.environ)
        child.send({**vars(order), "root": str(self._root)})
        self._working[order.run] = _Working(order, child, {}, time.monotonic() + self._begun)

    def poll(self, timeout: float) -> list[Finished]:
        """What has ended, waiting up to `timeout` seconds for something to happen."""
        wait_for([one.child for one in self._working.values()], timeout)
        now = time.monotonic()
        for one in list(self._working.values()):
            for report in one.child.poll():
                if "began" in report:
                    one.begin_by = None
                    self._began(one.order)
                one.told |= report
            if one.begin_by is not None and now > one.begin_by:
                hung = _("it has not begun within {seconds:.0f} s").format(seconds=self._begun)
                one.told.setdefault("reason", hung)
                one.child.end()
            if one.end_at is not None and now > one.end_at:
                one.child.end()
        gone = [one for one in self._working.values() if one.child.ended is not None]
        for one in gone:
            del self._working[one.order.run]
        if gone:
            # What a supervisor leaves behind falls to this process: its own lanes end by themselves, a browser may not.
            sweep(spare=[*self._others, *(one.child.pid for one in self._working.values())])
        return [_finished(one) for one in gone]

    def cancel(self, run: str, why: str) -> None:
        """End a run at once: its own supervisor does, or else it is ended with all below it."""
        one = self._working.get(run)
        if one and one.end_at is None:
            one.child.send({"cancel": why})
            one.end_at = time.monotonic() + PATIENCE

    def pause(self) -> None:
        """Let every run end after the item that it is at."""
        for one in self._working.values():
            one.child.send({"pause": True})

    def end(self) -> None:
        """End all of them now. What they were doing goes on, or is settled, at the next start of the service."""
        for one in self._working.values():
            one.child.end()
        sweep(spare=self._others)
        for one in self._working.values():
            one.child.poll(5.0)


def _finished(one: _Working) -> Finished:
    letter = one.told.get("letter")
    state, reason = one.told.get("ended", "died"), one.told.get("reason", "")
    return Finished(one.order, state, reason, (letter[0], letter[1]) if letter else None)
