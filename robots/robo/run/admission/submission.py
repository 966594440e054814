"""Asking for a run that the service is to carry out: on disk, inputs and flow included, before anybody hears "yes"."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from robo.flow.model import Flow
from robo.flow.workspace import Workspace
from robo.kit.disk import copy_durably, make_folder
from robo.kit.errors import Failed
from robo.kit.messages import _, reason_of
from robo.run.admission.bounds import deadline_of
from robo.run.admission.claims import claims_of, lay_claim
from robo.run.admission.fires import Fire, note_fire, run_of
from robo.run.admission.turns import admit
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Journal
from robo.run.storage.store import Store
from robo.run.told.folder import RunFolder, new_place, refuse_secrets
from robo.run.told.stored import has_run


@dataclass(frozen=True)
class Asked:
    """How a run is asked for.

    source: trigger, schedule, notice. by: who asks. key: the same key twice is one run. dry: only a rehearsal.
    priority: the higher the sooner; None: the flow's own. language: of its messages.
    alone: only once no other run of the flow is at work.
    """

    source: str
    by: str
    key: str | None = None
    dry: bool = False
    priority: int | None = None
    language: str = "fr"
    alone: bool = False


@dataclass(frozen=True)
class Submitted:
    """run: its name; new: whether it was asked for just now, not before under the same key or for the same time."""

    run: str
    new: bool


class _Known(Exception):
    def __init__(self, run: str) -> None:
        super().__init__(run)
        self.run = run


def submit(
    workspace: Workspace, store: Store, flow: Flow, inputs: Mapping[str, Any], asked: Asked, fire: Fire | None = None
) -> Submitted:
    """Put a checked flow into the queue. What it is given is read and typed already. Raises FaultyFlow for a secret.

    The run has the flow as it stands now. fire: written with it, so that one time is one run, whoever dies.
    """
    refuse_secrets(inputs)
    known = _known(store, flow, asked, fire)
    if known is not None:
        return Submitted(known, new=False)
    place = new_place(workspace.runs, flow.path, SystemClock().now(), lambda name: has_run(store, name))
    run = place.name
    try:
        given = _copied_in(flow, inputs, workspace, place)
        folder = RunFolder.make(place, flow.text, given, flow.called, flow.templates)
        with store.write():
            known = _known(store, flow, asked, fire)
            if known is not None:
                raise _Known(known)
            _write(workspace, store, flow, folder, asked, fire)
            admit(store)
    except _Known as earlier:
        shutil.rmtree(place, ignore_errors=True)
        return Submitted(earlier.run, new=False)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return Submitted(run, new=True)


def _write(workspace: Workspace, store: Store, flow: Flow, folder: RunFolder, asked: Asked, fire: Fire | None) -> None:
    run, now = folder.path.name, SystemClock().now().isoformat()
    ends = deadline_of(flow, workspace, datetime.now().astimezone())
    priority = flow.settings.priority if asked.priority is None else asked.priority
    store.all(
        "INSERT INTO run (id, flow, environment, state, attempt, inputs, began_at, folder) "
        "VALUES (:run, :flow, :env, 'queued', 0, '{}', :now, :folder)",
        run=run, flow=str(flow.file), env=workspace.environment, now=now, folder=str(folder.path),
    )  # fmt: skip
    store.all(
        "INSERT INTO submission (run, flow, key, source, by, at, dry, priority, until, language) "
        "VALUES (:run, :flow, :key, :source, :by, :now, :dry, :priority, :until, :language)",
        run=run, flow=f"{workspace.environment}/{flow.path}", key=asked.key, source=asked.source, by=asked.by, now=now,
        dry=int(asked.dry), priority=priority, until=ends and ends.timestamp(), language=asked.language,
    )  # fmt: skip
    lay_claim(store, run, claims_of(workspace, flow, run, asked.dry, asked.alone))
    if fire:
        note_fire(store, fire, "run", run)
    journal = Journal(store, run, SystemClock())
    journal.note("run.submitted", flow=flow.name, environment=workspace.environment, by=asked.by, source=asked.source)
    journal.flush()


def _known(store: Store, flow: Flow, asked: Asked, fire: Fire | None) -> str | None:
    """The run that was asked for already, by this key or for this time. Raises Failed for a key of another flow."""
    if asked.key is not None:
        row = store.one(
            "SELECT submission.run, run.flow FROM submission JOIN run ON run.id = submission.run WHERE key = :key",
            key=asked.key,
        )
        if row and row[1] != str(flow.file):
            raise Failed(_("the key {key} was used for another flow: run {run}").format(key=asked.key, run=row[0]))
        if row:
            return str(row[0])
    return run_of(store, fire) if fire else None


def _copied_in(flow: Flow, inputs: Mapping[str, Any], workspace: Workspace, place: Path) -> dict[str, Any]:
    """The inputs; files from outside the workspace are kept with the run: whoever gave them may take them away."""
    given = dict(inputs)
    ours = [folder.resolve() for folder in (workspace.root, *workspace.folders.values())]
    for one in flow.inputs:
        if one.type != "file" or given.get(one.name) is None:
            continue
        file = workspace.resolve(given[one.name]).resolve()
        if any(file.is_relative_to(folder) for folder in ours):
            continue
        kept = place / "inputs" / one.name / file.name
        make_folder(kept.parent)
        try:
            copy_durably(file, kept)
        except OSError as error:
            raise Failed(_("{file} cannot be read: {reason}").format(file=file, reason=reason_of(error))) from error
        given[one.name] = str(kept)
    return given
