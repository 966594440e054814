"""Runs whose supervisor has died: all that is left of them is ended, then others may have what they had."""

from __future__ import annotations

import shutil

from robo.kit.messages import _
from robo.run.admission.turns import admit
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Journal
from robo.run.storage.store import Store
from robo.run.supervisor import mark_of, scratch_of
from robo.run.system.processes import Identity, end_marked, is_dead


def end_the_dead(store: Store) -> list[str]:
    """See to every run whose supervisor died on this machine; returns those that are back in the queue.

    A run of one's own stays as it is, to be resumed by hand. What cannot be seen dead from here keeps what it has.
    """
    back = []
    running = store.all("SELECT id, holder, folder FROM run WHERE state = 'running' AND holder IS NOT NULL")
    for run, holder, folder in running:
        if not is_dead(Identity.parse(holder)):
            continue
        if not end_marked(mark_of(folder)):
            continue
        shutil.rmtree(scratch_of(folder), ignore_errors=True)
        with store.write():
            if _released(store, run, holder):
                back.append(run)
            admit(store)
    return back


def _released(store: Store, run: str, holder: str) -> bool:
    found = store.all(
        "UPDATE run SET state = 'queued', holder = NULL WHERE id = :run AND state = 'running' AND holder = :holder "
        "AND EXISTS (SELECT 1 FROM submission WHERE submission.run = run.id) RETURNING id",
        run=run, holder=holder,
    )  # fmt: skip
    if not found:
        store.all("DELETE FROM claim WHERE run = :run", run=run)
        return False
    journal = Journal(store, run, SystemClock())
    journal.note("run.queued", reason=_("its process has died"))
    journal.flush()
    return True
