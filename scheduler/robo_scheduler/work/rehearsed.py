"""A dry run that the service does: the plan in its own folder, and the run that was asked for says where."""

from __future__ import annotations

from robo.cli.desk import Desk
from robo.cli.dry_run import plan_page
from robo.cli.stored import flow_of
from robo.kit.messages import _
from robo.run.admission.turns import ended, take
from robo.run.dry.dry_run import Rehearsed, rehearse
from robo.run.order import Options
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Journal
from robo.run.storage.store import Store
from robo.run.supervisor import Say
from robo.run.system.processes import Identity
from robo.run.told.folder import RunFolder
from robo.run.told.stored import StoredRun


def rehearsed(desk: Desk, run: StoredRun, attempt: int, options: Options) -> tuple[str, str]:
    """(state, reason) of the rehearsal's end; "over" where its turn was over already."""
    with desk.store.write():
        if not take(desk.store, run.id, attempt, Identity.mine().text()):
            return "over", ""
    workspace = desk.workspace(run.environment)
    inputs = RunFolder(run.folder).inputs
    plan = rehearse(workspace, desk.shelf, flow_of(desk, run), inputs, _nobody, options, Rehearsed())
    page = plan_page(desk, plan)
    state = "done" if plan.exit_code == 0 else "failed"
    reason = _("a dry run, whose plan is {file}").format(file=page or plan.folder)
    clock = SystemClock()
    with desk.store.write():
        if ended(desk.store, run.id, attempt, state, reason, clock.now().isoformat()):
            journal = Journal(desk.store, run.id, clock)
            journal.note("run.ended", state=state, reason=reason)
            journal.flush()
    return state, reason


def _nobody(_store: Store) -> Say:
    return lambda event: None
