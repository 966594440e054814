"""Ending a run that somebody no longer wants, wherever it stands."""

from __future__ import annotations

from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.run.admission.turns import close
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Journal
from robo.run.storage.store import Store
from robo.run.system.machine import Identity, ask_to_end
from robo.run.told.states import state_word


def cancel(store: Store, run: str, by: str) -> None:
    """Have it end. One that is at work ends within seconds, not before this returns. Raises Failed for an ended one."""
    reason = _("cancelled by {by}").format(by=by)
    # Looked at and ended in one transaction: a run that begins meanwhile is at work, and not to be called ended.
    with store.write():
        row = store.one("SELECT state, attempt, holder FROM run WHERE id = :run", run=run)
        state, attempt, holder = row or ("", 0, None)
        if state not in ("queued", "admitted", "running", "waits"):
            raise Failed(_("{run} has ended already: {state}").format(run=run, state=state_word(state)))
        served = store.all("UPDATE submission SET cancelled_by = :by WHERE run = :run RETURNING run", run=run, by=by)
        journal = Journal(store, run, SystemClock())
        journal.note("run.cancelled", by=by)
        journal.flush()
        if state == "waits":
            _no_longer_waits(store, run, reason)
        elif state != "running":
            close(store, run, attempt, "stopped", reason, begun=False)
    if state == "running" and not served and holder:
        ask_to_end(Identity.parse(holder))


def _no_longer_waits(store: Store, run: str, reason: str) -> None:
    ended = store.all(
        "UPDATE run SET state = 'stopped', reason = :reason WHERE id = :run AND state = 'waits' RETURNING id",
        run=run, reason=reason,
    )  # fmt: skip
    if ended:
        store.all("UPDATE question SET state = 'overtaken' WHERE run = :run AND state = 'open'", run=run)
        journal = Journal(store, run, SystemClock())
        journal.note("run.ended", state="stopped", reason=reason)
        journal.flush()
