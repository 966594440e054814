"""The flow of a run, as the store and the run's folder keep it."""

from __future__ import annotations

from robo.cli.desk import Desk
from robo.flow.load import load_text
from robo.flow.model import Flow
from robo.run.told.folder import RunFolder
from robo.run.told.stored import StoredRun


def flow_of(desk: Desk, run: StoredRun) -> Flow:
    """The flow as the run began with it. Raises FaultyFile where this program cannot read it any more."""
    workspace = desk.workspace(run.environment)
    kept = RunFolder(run.folder)
    return load_text(
        kept.flow, run.flow, workspace, desk.shelf, deep=False, called=kept.called, templates=kept.templates
    )
