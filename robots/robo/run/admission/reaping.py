"""Runs whose supervisor has died: all that is left of them is ended, then others may have what they had."""

from __future__ import annotations

import shutil
import time

from robo.flow.workspace import Workspace
from robo.kit.messages import _
from robo.run.admission.holding import is_held
from robo.run.admission.turns import admit, close
from robo.run.storage.clock import SystemClock
from robo.run.storage.deaths import SeenDeaths, open_senders
from robo.run.storage.journal import Journal
from robo.run.storage.store import Store
from robo.run.supervisor import mark_of, scratch_of
from robo.run.system.processes import Identity, end_marked, is_dead

LANE_DIES = 10.0
"""Seconds within which a lane is gone whose supervisor has died, on a busy machine too."""


def end_the_dead(store: Store, workspace: Workspace) -> list[str]:
    """See to every run whose supervisor died on this machine; returns those that are back in the queue.

    A run of one's own stays as it is, to be resumed by hand. What cannot be seen dead from here keeps what it has.
    """
    back = []
    running = store.all("SELECT id, holder, folder FROM run WHERE state = 'running' AND holder IS NOT NULL")
    for run, holder, folder in running:
        if not is_dead(Identity.parse(holder)):
            continue
        # A lane ends behind its supervisor, which may take it a while; until then nobody else has what it uses.
        if not end_marked(mark_of(folder)) or is_held(workspace, run):
            continue
        shutil.rmtree(scratch_of(folder), ignore_errors=True)
        with store.write():
            if _released(store, run, holder):
                back.append(run)
            admit(store)
    return back


def _released(store: Store, run: str, holder: str) -> bool:
    """Whether the run waits for its turn again: not one of one's own, nor one that is cancelled."""
    row = store.one(
        "SELECT attempt, submission.run, cancelled_by FROM run LEFT JOIN submission ON submission.run = run.id "
        "WHERE id = :run AND state = 'running' AND holder = :holder",
        run=run, holder=holder,
    )  # fmt: skip
    attempt, asked, cancelled = row or (0, None, None)
    if asked is None:
        store.all("DELETE FROM claim WHERE run = :run", run=run)
        return False
    if cancelled:
        close(store, run, attempt, "stopped", _("cancelled by {by}").format(by=cancelled))
        return False
    store.all("UPDATE run SET state = 'queued', holder = NULL WHERE id = :run", run=run)
    journal = Journal(store, run, SystemClock())
    journal.note("run.queued", reason=_("its process has died"))
    journal.flush()
    return True


def let_die(store: Store, workspace: Workspace, run: str) -> None:
    """Wait for the lane of a run whose supervisor is dead: it ends by itself, and holds what is needed until then."""
    row = store.one("SELECT holder FROM run WHERE id = :run", run=run)
    if not row or not row[0] or not is_dead(Identity.parse(row[0])):
        return
    until = time.monotonic() + LANE_DIES
    while is_held(workspace, run) and time.monotonic() < until:
        time.sleep(0.05)


def bury(store: Store, ledgers: tuple[str, ...]) -> None:
    """See the senders of all open intents of these ledgers dead, browsers included. Hold their locks before."""
    found = open_senders(store, ledgers)
    if not found:
        return
    deaths = SeenDeaths(store, SystemClock(), Identity.mine().boot)
    senders = [Identity.parse(sender) for _run, sender in found]
    for run in {run for run, _sender in found}:
        known = store.one("SELECT folder FROM run WHERE id = :run", run=run)
        if known is None or not end_marked(mark_of(known[0]), senders):
            return
        shutil.rmtree(scratch_of(known[0]), ignore_errors=True)
    for _run, sender in found:
        # One on another machine cannot be seen from here: its items wait for a person.
        if is_dead(Identity.parse(sender)):
            deaths.saw(sender)
