"""A dry run: the same engine over a copy of the store, in a lane that changes nothing; what it would do is the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from robo.flow.model import Flow
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace
from robo.kit.shelf import Shelf
from robo.run.dry.copied import own_copy
from robo.run.dry.plan import Plan, plan_of
from robo.run.order import Options, order_for
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Journal
from robo.run.storage.store import Store
from robo.run.supervisor import Say, Supervisor
from robo.run.system.machine import who
from robo.run.system.processes import Identity
from robo.run.told.folder import RunFolder, new_place, refuse_secrets


@dataclass(frozen=True)
class Rehearsed:
    """What a dry run is told beside what a run is. rows: of each loop, None for all; again: how it is run for real."""

    rows: int | None = None
    again: str = ""


def rehearse(
    workspace: Workspace,
    shelf: Shelf,
    flow: Flow,
    inputs: Mapping[str, Any],
    watch: Callable[[Store], Say],
    options: Options,
    asked: Rehearsed,
) -> Plan:
    """Rehearse a checked flow now; the plan is `plan.json` in the folder of the dry run, and what is returned.

    watch: given the copy of the store, returns who is told of progress. It takes no lock and may go on beside a run.
    Nothing of the workspace is touched but its folder `runs/`.
    """
    refuse_secrets(inputs)
    clock = SystemClock()
    with own_copy(workspace.database) as copy:
        store = Store(copy)
        try:
            place = new_place(workspace.runs, flow.path, clock.now(), lambda name: False, "-dry")
            folder = RunFolder.make(place, flow.text, dict(inputs), flow.called, flow.templates)
            run = place.name
            journal = Journal(store, run, clock)
            _begin(store, journal, run, workspace, flow, folder)
            order = order_for(workspace, shelf, store, flow, run, 1, folder.path, options)
            order |= {"dry": True, "rows": asked.rows}
            say = watch(store)
            say({"run": run, "folder": str(folder.path), "began": True})
            state, reason = Supervisor(store, order, (), say, options.lane).run()
            _end(store, journal, run, state, reason, clock)
            folder.follow(store, run)
            plan = plan_of(store, run, flow, workspace, asked.rows, asked.again, Vault(workspace.state).mask())
            plan.write()
            return plan
        finally:
            store.close()


def _begin(store: Store, journal: Journal, run: str, workspace: Workspace, flow: Flow, folder: RunFolder) -> None:
    with store.write():
        store.all(
            "INSERT INTO run (id, flow, environment, state, attempt, inputs, began_at, folder, holder) "
            "VALUES (:id, :flow, :env, 'running', 1, '{}', :now, :folder, :holder)",
            id=run, flow=str(flow.file), env=workspace.environment, now=SystemClock().now().isoformat(),
            folder=str(folder.path), holder=Identity.mine().text(),
        )  # fmt: skip
        journal.note("run.began", flow=flow.name, environment=workspace.environment, by=who(), dry=True)
        journal.flush()


def _end(store: Store, journal: Journal, run: str, state: str, reason: str, clock: SystemClock) -> None:
    with store.write():
        store.all(
            "UPDATE run SET state = :state, reason = :reason, ended_at = :now WHERE id = :run",
            run=run, state=state, reason=reason, now=clock.now().isoformat(),
        )  # fmt: skip
        journal.note("run.ended", state=state, reason=reason)
        journal.flush()
