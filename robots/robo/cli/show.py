"""`robo show`: what happened in a run, in words and as a page."""

from __future__ import annotations

from pathlib import Path

import click

from robo.cli import completion
from robo.cli.desk import Desk, command
from robo.cli.dry_run import plan_page, told_of
from robo.kit.messages import _
from robo.report import REPORT, is_fresh, write_report
from robo.run.dry.plan import Plan
from robo.run.told.states import moment
from robo.run.told.stored import StoredRun, find_run, result
from robo.run.told.words import told


@command("show", _("Say what happened in a run, by default the last one, or what a dry run planned."))
@click.argument("run", required=False, shell_complete=completion.runs)
@click.option("--open", "opens", is_flag=True, help=_("Open its report in the browser."))
def show(desk: Desk, run: str | None, opens: bool) -> int:
    plan = _plan(desk, run) if run else None
    if plan is not None:
        return _show_plan(desk, plan, opens)
    stored = find_run(desk.store, run)
    found = result(desk.store, stored)
    desk.say(*told(found))
    desk.say(_("  flow {flow}, environment {environment}, begun on {moment}, kept in {folder}").format(
        flow=stored.flow, environment=stored.environment, moment=moment(stored.began_at), folder=stored.folder
    ))  # fmt: skip
    # What waits may have been answered by another run meanwhile: what is opened is told as it stands now.
    written = stored.folder / REPORT if is_fresh(stored) and not opens else report(desk, stored)
    if written:
        desk.say(_("  report: {file}").format(file=written))
        if opens:
            _open(written)
    # `exit` is how the run itself ended; showing it worked.
    desk.answer = found.json() | {"report": str(written) if written else None}
    return 0


def _plan(desk: Desk, name: str) -> Plan | None:
    """The plan of a dry run of that name, which no store knows."""
    return Plan.read(desk.workspace().runs / name) if Path(name).name == name else None


def _show_plan(desk: Desk, plan: Plan, opens: bool) -> int:
    page = plan_page(desk, plan)
    desk.say(*told_of(plan, page))
    if page and opens:
        _open(page)
    desk.answer = {**plan.told, "folder": str(plan.folder), "page": page and str(page)}
    return 0


def report(desk: Desk, run: StoredRun) -> Path | None:
    """Write the report of a run. That it cannot be written is said, and changes nothing about the run: then None."""
    try:
        return write_report(desk.store, run, desk.vault.mask())
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a page, the run is what it is
        click.echo(_("the report could not be written: {reason}").format(reason=error), err=True)
        return None


def _open(file: Path) -> None:
    import webbrowser

    webbrowser.open(file.as_uri())
