"""Runs as the store keeps them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from robo.flow.problems import did_you_mean
from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Journal
from robo.run.storage.ledger import Ledger
from robo.run.storage.store import Store
from robo.run.system.processes import Identity, is_dead
from robo.run.told.outcome import Outcome, outcome
from robo.run.told.people import questions

_COLUMNS = "id, flow, environment, state, reason, attempt, began_at, ended_at, folder, holder"
INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class StoredRun:
    """One run. state: as it ended, "running", or "interrupted" where whoever conducted it has died."""

    id: str
    flow: Path
    environment: str
    state: str
    reason: str
    attempt: int
    began_at: str
    ended_at: str | None
    folder: Path


def runs(store: Store, count: int | None = None) -> list[StoredRun]:
    """The latest runs, the last one first."""
    rows = store.all(
        f"SELECT {_COLUMNS} FROM run ORDER BY rowid DESC LIMIT :count",  # noqa: S608
        count=-1 if count is None else count,
    )
    return [_run(row) for row in rows]


def find_run(store: Store, name: str | None = None) -> StoredRun:
    """A run by its name; the last one for None and "last". Raises Failed where there is none."""
    if name in (None, "last"):
        found = runs(store, 1)
        if not found:
            raise Failed(_("nothing was run here yet"))
        return found[0]
    row = store.one(f"SELECT {_COLUMNS} FROM run WHERE id = :id", id=name)  # noqa: S608
    if row is None:
        mend = did_you_mean(str(name), [one.id for one in runs(store, 100)])
        raise Failed(_("there is no run {run}. {mend}").format(run=name, mend=mend).strip())
    return _run(row)


def has_run(store: Store, name: str) -> bool:
    """Whether a run of that name was ever begun or asked for."""
    return store.one("SELECT 1 FROM run WHERE id = :id", id=name) is not None


def result(store: Store, run: StoredRun) -> Outcome:
    """What became of the run, with what waits for a person outside of its loops too."""
    found = outcome(store, run.id)
    return replace(found, state=run.state, waits=(*found.waits, *questions(ledger_of(store, run, f"run/{run.id}"))))


def ledger_of(store: Store, run: StoredRun, name: str) -> Ledger:
    """A ledger, written on behalf of this run."""
    clock = SystemClock()
    return Ledger(store, name, Journal(store, run.id, clock), clock, run.id, run.attempt)


def _run(row: tuple[Any, ...]) -> StoredRun:
    name, flow, environment, state, reason, attempt, began, ended, folder, holder = row
    if state == "running" and holder and is_dead(Identity.parse(holder)):
        state = INTERRUPTED
    return StoredRun(
        name, Path(flow), environment, state, reason or "", int(attempt), began, ended, Path(folder)
    )  # fmt: skip
