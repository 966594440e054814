"""The supervisor of a run: starts a lane, listens, ends what hangs, sees every process of it dead, starts another."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from robo.kit.messages import _
from robo.platforms.processes import processes
from robo.run.storage.clock import SystemClock
from robo.run.storage.deaths import SeenDeaths
from robo.run.storage.journal import Journal
from robo.run.storage.store import Store
from robo.run.system.processes import Child, Identity, become_subreaper, below, sweep
from robo.run.system.standby import start_lane
from robo.run.told.folder import RunFolder

GRACE = 20.0
"""Seconds beyond a step's own time after which its lane is ended."""
FRUITLESS = 4
"""So many lanes in a row may end without any progress of an item before the run fails."""
Say = Callable[[dict[str, Any]], None]


def mark_of(folder: str) -> str:
    """What the processes of a run are known by, told from a run of that name in another workspace. folder: the run's"""
    return f"{Path(folder).name}-{hashlib.blake2b(folder.encode(), digest_size=4).hexdigest()}"


def scratch_of(folder: str) -> Path:
    """Where the lanes of a run keep profiles with their cookies; named after the run, so that its resume removes it.

    Short: Chromium keeps a socket below it, whose address may not be longer than some hundred characters.
    """
    return Path(tempfile.gettempdir()) / f"robo-{mark_of(folder)[-8:]}"


@dataclass(frozen=True)
class Bounds:
    """What ends a run from outside, with all that belongs to it, at once.

    cancelled: why, once somebody has asked for that. until: instants of the monotonic clock, each with the reason.
    pausing: whether it is to end after the current item, to go on another time.
    exceeding: why, once it takes more than it may have.
    """

    cancelled: Callable[[], str] = lambda: ""
    pausing: Callable[[], bool] = lambda: False
    until: tuple[tuple[float, str], ...] = ()
    exceeding: Callable[[], str] = lambda: ""

    def over(self) -> tuple[str, str] | None:
        """(state, reason) of the run's end, where it must end now."""
        if why := self.cancelled():
            return "stopped", why
        if why := self.exceeding():
            return "failed", why
        return next((("failed", why) for until, why in self.until if time.monotonic() > until), None)


class Supervisor:
    """Runs one start of a run to its end."""

    def __init__(
        self,
        store: Store,
        order: dict[str, Any],
        locks: Sequence[int],
        say: Say,
        first: Child | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        """order: what every lane is told. locks: descriptors that the lanes hold as well. say: told of progress.

        first: a lane that waits for its order already.
        """
        self._first = first
        self._bounds = bounds or Bounds()
        self._store, self._order, self._locks, self._say = store, order, locks, say
        self._folder = RunFolder(Path(order["folder"]))
        self._journal = Journal(store, order["run"], SystemClock())
        self._deaths = SeenDeaths(store, SystemClock(), Identity.mine().boot)
        self._interrupts = 0

    def run(self, once: bool = False) -> tuple[str, str]:
        """(state, reason) of the run's end. once: of a single lane, which no other one follows."""
        become_subreaper()
        before = {number: signal.signal(number, self._interrupted) for number in processes.stop_signals}
        processes.heed_stop(lambda: self._interrupted(signal.SIGTERM, None))
        scratch = scratch_of(self._order["folder"])
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        try:
            return self._lane(1, scratch / "1") if once else self._lanes(scratch)
        finally:
            sweep()
            shutil.rmtree(scratch, ignore_errors=True)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        self._interrupts += 2 if number == signal.SIGTERM else 1

    def _lanes(self, scratch: Path) -> tuple[str, str]:
        fruitless = 0
        lane = 0
        while True:
            lane += 1
            progress = self._progress()
            state, reason = self._lane(lane, scratch / str(lane))
            if state not in ("lane", "died"):
                return state, reason
            if over := self._bounds.over():
                return over
            if self._interrupts:
                return "stopped", _("stopped by a person")
            self._journal.note("lane.ended", reason=reason, lane=lane)
            self._journal.flush()
            self._say({"lane": "ended", "reason": reason})
            fruitless = fruitless + 1 if self._progress() == progress else 0
            if fruitless >= FRUITLESS:
                return "failed", _("the robot ended {count} times without any progress: {reason}").format(
                    count=FRUITLESS, reason=reason
                )

    def _lane(self, number: int, scratch: Path) -> tuple[str, str]:
        """One lane from its start to the death of all its processes."""
        order = {**self._order, "scratch": str(scratch), "lane": number}
        child, self._first = self._first or start_lane(), None
        child.send({**order, "mark": mark_of(order["folder"])}, self._locks)
        told = 0
        sender = ""
        ended: tuple[str, str] | None = None
        deadline = time.monotonic() + 120.0
        hung = False
        while child.ended is None:
            for report in child.poll(0.2):
                if "sender" in report:
                    sender = report["sender"]
                elif "ended" in report:
                    ended = report["ended"], report.get("reason", "")
                if "within" in report:
                    deadline = time.monotonic() + report["within"] + GRACE
                elif "waiting" in report or "item" in report:
                    deadline = time.monotonic() + 300.0
                self._say(report)
            self._interrupts = max(self._interrupts, int(self._bounds.pausing()))
            if self._interrupts > told:
                told = self._interrupts
                if told == 1:
                    self._say({"stopping": True})
                    child.send({"stop": True})
                else:
                    child.end()
            if self._bounds.over() and not hung:
                hung = True
                child.end()
            if time.monotonic() > deadline and not hung:
                hung = True
                child.end()
            self._follow()
        sweep()
        if sender and not below(os.getpid()):
            self._deaths.saw(sender)
        shutil.rmtree(scratch, ignore_errors=True)
        self._follow()
        if ended is None:
            why = _("it did not answer in time") if hung else _("it died (status {status})").format(status=child.ended)
            return "died", why
        return ended

    def _follow(self) -> None:
        for event in self._folder.follow(self._store, self._order["run"]):
            self._say({"event": event.kind, "key": event.key, "ledger": event.ledger, **event.data})

    def _progress(self) -> int:
        row = self._store.one(
            "SELECT count(*) FROM journal WHERE run = :run AND (kind = 'item.ended' OR kind LIKE 'change.%')",
            run=self._order["run"],
        )
        return int(row[0]) if row else 0
