"""Starting a run and going on with one: what the command and the service call."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from robo.flow.model import Flow
from robo.flow.workspace import Workspace
from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.kit.shelf import Shelf
from robo.run.admission.bounds import limits_of
from robo.run.admission.claims import claims_of, ledgers_of
from robo.run.admission.holding import held, own_name
from robo.run.admission.reaping import bury, end_the_dead, let_die
from robo.run.admission.turns import admit, ended, occupy, take, try_again
from robo.run.loops.corrected import loop_of
from robo.run.order import Options, order_for
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Journal
from robo.run.storage.questions import close_questions, is_denied, is_open
from robo.run.storage.store import Store
from robo.run.supervisor import Bounds, Say, Supervisor
from robo.run.system.machine import Identity, who
from robo.run.told.folder import RunFolder, new_place, refuse_secrets
from robo.run.told.occasions import due
from robo.run.told.outcome import Outcome, outcome
from robo.run.told.stored import has_run


@dataclass(frozen=True)
class Start:
    """A start of a run of this flow, in this process. say: told of its progress."""

    workspace: Workspace
    shelf: Shelf
    store: Store
    flow: Flow
    say: Say
    options: Options = field(default_factory=Options)

    def begin(self, inputs: Mapping[str, Any]) -> Outcome:
        """A new run, now. The flow is checked, the inputs are read. Raises Busy where another run has what it needs."""
        store, flow, workspace, corrected = self.store, self.flow, self.workspace, self.options.corrected
        if corrected:
            loop_of(flow, corrected)
        refuse_secrets(inputs)
        now = SystemClock().now()
        place = new_place(workspace.runs, flow.path, now, lambda name: has_run(store, name))
        run = place.name
        try:
            with held(workspace, self._ledgers(run), run) as locks:
                RunFolder.make(place, flow.text, dict(inputs), flow.called, flow.templates, corrected)
                end_the_dead(store, workspace)
                with store.write():
                    occupy(store, run, claims_of(workspace, flow, run))
                    store.all(
                        "INSERT INTO run VALUES "
                        "(:id, :flow, :env, 'running', NULL, 1, '{}', :now, NULL, :folder, :holder)",
                        id=run, flow=str(flow.file), env=workspace.environment, now=now.isoformat(),
                        folder=str(place), holder=Identity.mine().text(),
                    )  # fmt: skip
                    self._note_start(run, 1)
                return self._supervised(run, 1, locks)
        finally:
            if not has_run(store, run):
                shutil.rmtree(place, ignore_errors=True)

    def resume(self, run: str) -> Outcome:
        """Go on with a run by hand, as a further start of it, with the flow and the inputs that it began with.

        Raises Busy where another run has what it needs.
        """
        store, workspace = self.store, self.workspace
        row = store.one("SELECT attempt FROM run WHERE id = :run", run=run)
        if row is None:
            raise Failed(_("there is no run {run}").format(run=run))
        attempt = int(row[0]) + 1
        let_die(store, workspace, run)
        with held(workspace, self._ledgers(run), run) as locks:
            end_the_dead(store, workspace)
            with store.write():
                occupy(store, run, claims_of(workspace, self.flow, run))
                store.all(
                    "UPDATE run SET state = 'running', reason = NULL, attempt = :attempt, ended_at = NULL, "
                    "holder = :holder WHERE id = :run",
                    run=run, attempt=attempt, holder=Identity.mine().text(),
                )  # fmt: skip
                self._note_start(run, attempt)
            return self._supervised(run, attempt, locks)

    def carry_out(self, run: str, attempt: int) -> Outcome | None:
        """Carry out an attempt that was admitted; None where that turn is over. Raises Busy where a ledger is held."""
        with held(self.workspace, self._ledgers(run), run) as locks:
            with self.store.write():
                if not take(self.store, run, attempt, Identity.mine().text()):
                    return None
                self._note_start(run, attempt)
            return self._supervised(run, attempt, locks)

    def _ledgers(self, run: str) -> tuple[str, ...]:
        return (own_name(run), *ledgers_of(self.workspace, self.flow, run))

    def _note_start(self, run: str, attempt: int) -> None:
        journal = Journal(self.store, run, SystemClock())
        if attempt == 1:
            journal.note("run.began", flow=self.flow.name, environment=self.workspace.environment, by=who())
        else:
            journal.note("run.resumed", flow=self.flow.name, attempt=attempt, by=who())
        journal.flush()

    def _supervised(self, run: str, attempt: int, locks: list[int]) -> Outcome:
        store, flow, options = self.store, self.flow, self.options
        bury(store, self._ledgers(run))
        folder = RunFolder(self.workspace.runs / run)
        order = order_for(self.workspace, self.shelf, store, flow, run, attempt, folder.path, options)
        self.say({"run": run, "folder": str(folder.path), "began": True})
        first = options.lane
        while True:
            limits = limits_of(store, flow, self.workspace, run)
            bounds = Bounds(options.cancelled, options.pausing, limits, options.exceeding)
            state, reason = Supervisor(store, order, locks, self.say, first, bounds).run()
            if state == "stopped" and options.pausing() and not options.cancelled():
                state, reason = "queued", ""
            if self._has_ended(run, attempt, state, reason):
                break
            first = None
        folder.follow(store, run)
        if flow.notify and due(flow, outcome(store, run)):
            Supervisor(store, {**order, "ahead": [], "notify": True}, locks, self.say).run(once=True)
            folder.follow(store, run)
        return outcome(store, run)

    def _has_ended(self, run: str, attempt: int, state: str, reason: str) -> bool:
        """Write down how it has ended; False where the answer that it waited for is there by now: it goes on."""
        store, clock = self.store, SystemClock()
        journal = Journal(store, run, clock)
        with store.write():
            if state == "asks":
                if not is_open(store, run):
                    return False
                state = "waits"
            if ended(store, run, attempt, state, reason, clock.now().isoformat()):
                journal.note("run.ended", state=state, reason=reason)
                denied = is_denied(store, run, clock.now())
                again = self.flow.settings.retry if state == "failed" and not denied else None
                if again and try_again(store, run, again):
                    journal.note("run.queued", reason=reason)
                if state not in ("waits", "stopped", "queued"):
                    close_questions(store, run, clock.now())
                journal.flush()
                admit(store)
        return True
