"""The service of one workspace: admitted runs get a slot, what ends is seen, what was stopped goes on."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from robo.flow.workspace import Workspace
from robo.kit.errors import RoboError
from robo.kit.messages import _
from robo.run.admission.bounds import deadline_reason
from robo.run.admission.reaping import end_the_dead
from robo.run.admission.turns import admit, close, give_back, go_on, later
from robo.run.storage.clock import SystemClock
from robo.run.storage.questions import overdue
from robo.run.storage.store import Store
from robo.run.told.states import state_word
from robo_scheduler.work.delivery import Delivery, Order
from robo_scheduler.work.log import Log
from robo_scheduler.work.notice import Notices
from robo_scheduler.work.slots import Finished, Slots

WAKE = 0.05
"""Seconds between two looks at whether somebody has written to the store; it costs a read of one page."""
EACH = 1.0
"""Seconds between two looks at what only time brings about."""
DEATHS = 5
"""So often in a row a run's own process may die without any progress before the run has failed."""
AGAIN = 1.0
"""Seconds after the first of these deaths until the run is tried again, doubled with each: memory may be short."""
LAST_ITEM = 60.0
"""Seconds that a run gets to end its item when the service stops."""


class Watch(Protocol):
    """What brings about runs by itself: the clock, arriving files, the ends of other runs."""

    def is_due(self) -> bool:
        """Whether something has become due since the last look; asked many times a second."""
        ...

    def look(self, changed: bool) -> None:
        """Ask for the runs that are due. changed: whether somebody has written to the store since the last time."""
        ...


class Service:
    """Not for use by several threads. Hold the lock of `become_the_service` meanwhile."""

    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        delivery: Delivery,
        log: Log,
        notices: Notices,
        slots: int,
        watches: Iterable[Watch] = (),
    ) -> None:
        self._workspace, self._store, self._delivery, self._log = workspace, store, delivery, log
        self._notices = notices
        self._slots = Slots(workspace.root, slots, self._began)
        self._watches = tuple(watches)
        self._version = -1
        self._next = 0.0
        self._deaths: dict[str, tuple[int, int]] = {}
        self._trouble = ""
        self._ahead = time.time() - time.monotonic()

    def run(self, stopping: Callable[[], int], beat: Callable[[], None] = lambda: None) -> None:
        """Work until it is to stop.

        stopping: 0 go on, 1 after the items that are at work, 2 at once. beat: called each second.
        """
        self._log("service.began", _("The service is at work, {count} runs at once").format(count=self._slots.count))
        try:
            while not stopping():
                try:
                    self._turn(beat)
                    self._trouble = ""
                except (OSError, RoboError, sqlite3.Error) as error:
                    self._troubled(error)
                    beat()
            self._wind_down(stopping)
        finally:
            self._slots.end()
            self._log("service.ended", _("The service has stopped"))

    def _troubled(self, error: Exception) -> None:
        """A full disk, a store that does not answer: said once, and tried again. What was not done is in the store."""
        told = f"{type(error).__name__}: {error}"
        if told != self._trouble:
            text = _("The service cannot work just now, and tries again: {reason}").format(reason=told)
            self._log("service.troubled", text, reason=told)
        self._trouble, self._version = told, -1
        time.sleep(EACH)

    def _turn(self, beat: Callable[[], None]) -> None:
        finished = self._slots.poll(WAKE)
        for one in finished:
            self._finished(one)
        version, now = self._store.version(), time.monotonic()
        changed = version != self._version or bool(finished)
        if now >= self._next:
            self._next = now + EACH
            self._each_second()
            beat()
        elif not changed and not any(watch.is_due() for watch in self._watches):
            return
        self._version = version
        for watch in self._watches:
            watch.look(changed)
        if changed:
            self._cancel()
        for order in self._delivery.next(self._slots.free, self._slots.runs) if self._slots.free else ():
            self._slots.start(order)

    def _each_second(self) -> None:
        self._mind_the_clock()
        for run in end_the_dead(self._store, self._workspace):
            self._log(
                "run.queued", _("{run}: its process has died, it waits for its turn again").format(run=run), run=run
            )
        for run in overdue(self._store, SystemClock().now()):
            with self._store.write():
                go_on(self._store, run)
            self._log(
                "run.queued", _("{run}: nobody has answered in time, it goes on to its end").format(run=run), run=run
            )
        now = time.time()
        if self._store.one(
            "SELECT 1 FROM run JOIN submission ON submission.run = run.id "
            "WHERE run.state = 'queued' AND submission.due <= :now",
            now=now,
        ):
            self._expire(now)
            with self._store.write():
                admit(self._store, now)

    def _mind_the_clock(self) -> None:
        """Who is to wait a few seconds does not wait an hour because somebody has set the clock back."""
        ahead = time.time() - time.monotonic()
        back, self._ahead = ahead - self._ahead, ahead
        if back < -EACH:
            self._store.all("UPDATE submission SET due = due + :back WHERE due > :now", back=back, now=time.time())

    def _expire(self, now: float) -> None:
        late = self._store.all(
            "SELECT run.id, run.attempt, submission.until FROM run JOIN submission ON submission.run = run.id "
            "WHERE run.state = 'queued' AND submission.until < :now",
            now=now,
        )
        for run, attempt, until in late:
            reason = deadline_reason(until, self._workspace)
            close(self._store, run, attempt, "failed", reason)
            self._tell(run, attempt, None, reason)
            self._log(
                "run.ended", _("{run}: not begun, {reason}").format(run=run, reason=reason), run=run, state="failed"
            )

    def _cancel(self) -> None:
        for run, by in self._store.all(
            "SELECT run.id, submission.cancelled_by FROM run JOIN submission ON submission.run = run.id "
            "WHERE run.state IN ('admitted', 'running') AND submission.cancelled_by IS NOT NULL"
        ):
            self._slots.cancel(run, _("cancelled by {by}").format(by=by))

    def _began(self, order: Order) -> None:
        text = _("{run}: begins").format(run=order.run)
        self._log("run.began", text, run=order.run, attempt=order.attempt)

    def _finished(self, one: Finished) -> None:
        run, attempt = one.order.run, one.order.attempt
        if one.state == "over":
            return
        if one.state == "died":
            self._died(one)
            return
        if one.state in ("queued", "admitted"):
            text = _("{run}: it waits for its turn again. {reason}").format(run=run, reason=one.reason)
            self._log("run.queued", text.rstrip(), run=run, attempt=attempt, reason=one.reason)
            return
        text = _("{run}: {state}. {reason}").format(run=run, state=state_word(one.state), reason=one.reason)
        self._log("run.ended", text.rstrip(), run=run, attempt=attempt, state=one.state, reason=one.reason)
        if one.letter:
            self._tell(run, attempt, one.letter, one.reason)

    def _tell(self, run: str, attempt: int, letter: tuple[str, str] | None, reason: str) -> None:
        untold = self._notices.tell_of_end(run, attempt, letter, reason)
        if untold:
            self._log("notice.failed", untold)

    def _died(self, one: Finished) -> None:
        """A supervisor that said nothing of its end: the run goes on in another attempt, unless it never gets on."""
        run, attempt = one.order.run, one.order.attempt
        reason = one.reason or _("its process has died")
        self._log("run.died", _("{run}: {reason}").format(run=run, reason=reason), run=run, attempt=attempt)
        row = self._store.one("SELECT cancelled_by FROM submission WHERE run = :run", run=run)
        if row and row[0]:
            close(self._store, run, attempt, "stopped", _("cancelled by {by}").format(by=row[0]))
        elif self._dies_in_vain(run):
            close(self._store, run, attempt, "failed", reason)
            self._tell(run, attempt, None, reason)
        else:
            self._later(run, attempt)
        end_the_dead(self._store, self._workspace)

    def _later(self, run: str, attempt: int) -> None:
        due = time.time() + AGAIN * 2 ** (self._deaths[run][0] - 1)
        with self._store.write():
            give_back(self._store, run, attempt)
            later(self._store, run, due)

    def _dies_in_vain(self, run: str) -> bool:
        """Whether the processes of the run have died too often in a row, without the end of an item between."""
        row = self._store.one(
            "SELECT count(*) FROM journal WHERE run = :run AND (kind = 'item.ended' OR kind LIKE 'change.%')", run=run
        )
        progress = int(row[0]) if row else 0
        deaths, before = self._deaths.pop(run, (0, progress))
        deaths = deaths + 1 if progress == before else 1
        if deaths < DEATHS:
            self._deaths[run] = deaths, progress
        return deaths >= DEATHS

    def _wind_down(self, stopping: Callable[[], int]) -> None:
        self._slots.pause()
        until = time.monotonic() + LAST_ITEM
        while self._slots.runs and stopping() < 2 and time.monotonic() < until:
            for one in self._slots.poll(WAKE):
                self._finished(one)
