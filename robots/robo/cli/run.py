"""`robo run` and `robo resume`. What reads the flow is imported while a lane gets ready."""

from __future__ import annotations

import threading
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from robo.cli import completion
from robo.cli.desk import Desk, command, pairs
from robo.kit.messages import _
from robo.run.system.standby import standby

if TYPE_CHECKING:
    from robo.cli.progress import Progress
    from robo.run.supervisor import Say
    from robo.run.system.processes import Child
    from robo.run.told.stored import StoredRun


@command("run", _("Run a flow now: a path, or a name under flows/."))
@click.argument("flow", shell_complete=completion.flows)
@click.option("--input", "-i", "given", multiple=True, metavar="NAME=VALUE", help=_("What the flow asks for."))
@click.option("--env", "environment", metavar="NAME", help=_("The environment, by default the workspace's own."))
@click.option(
    "--rows-from",
    "corrected",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("Only the rows of this file, which an earlier run set aside and you have corrected."),
)
@click.option("--headed", is_flag=True, help=_("Show the browser at work."))
def run(
    desk: Desk, flow: str, given: tuple[str, ...], environment: str | None, corrected: Path | None, headed: bool
) -> int:
    typed = pairs(given, "--input")
    with standby() as lane:
        from robo.cli.progress import Progress
        from robo.flow.inputs import read_inputs
        from robo.flow.load import load_flow
        from robo.run.order import Options
        from robo.run.start import Start
        from robo.run.told.stored import find_run

        workspace = desk.workspace(environment)
        loaded = load_flow(flow, workspace, desk.shelf, desk.vault, typed)
        inputs = read_inputs(loaded, typed, workspace)
        progress = Progress(desk.store)
        try:
            options = Options(desk.language, headed, lane, corrected.absolute() if corrected else None)
            start = Start(workspace, desk.shelf, desk.store, loaded, _ahead(progress), options)
            ended = start.begin(inputs)
        finally:
            progress.end()
    return finish(desk, find_run(desk.store, ended.run))


@command("resume", _("Go on with a run, by default the last one, as it was begun."))
@click.argument("run", required=False, shell_complete=completion.runs)
@click.option("--headed", is_flag=True, help=_("Show the browser at work."))
def resume(desk: Desk, run: str | None, headed: bool = False) -> int:
    with standby() as lane:
        from robo.run.told.stored import find_run

        return _go_on(desk, find_run(desk.store, run), headed, lane)


def resumed(desk: Desk, run: StoredRun) -> int:
    """Go on with a run and tell how it ended; the exit code."""
    with standby() as lane:
        return _go_on(desk, run, False, lane)


def _go_on(desk: Desk, run: StoredRun, headed: bool, lane: Child) -> int:
    from robo.cli.progress import Progress
    from robo.cli.stored import flow_of
    from robo.run.order import Options
    from robo.run.start import Start
    from robo.run.told.stored import find_run

    progress = Progress(desk.store)
    workspace = desk.workspace(run.environment)
    try:
        options = Options(desk.language, headed, lane)
        Start(workspace, desk.shelf, desk.store, flow_of(desk, run), _ahead(progress), options).resume(run.id)
    finally:
        progress.end()
    return finish(desk, find_run(desk.store, run.id))


def _ahead(progress: Progress) -> Say:
    """Tell of the progress; once the lane works, import what writes the report: nothing else is to be done then."""

    def say(report: dict[str, Any]) -> None:
        progress(report)
        if "sender" in report:
            threading.Thread(target=import_module, args=("robo.report.ran",), daemon=True).start()

    return say


def finish(desk: Desk, run: StoredRun) -> int:
    """Tell how a run ended and write its report; its exit code."""
    from robo.cli.show import report
    from robo.run.told.stored import result
    from robo.run.told.words import told

    ended = result(desk.store, run)
    desk.say(*told(ended))
    written = report(desk, run)
    if written:
        desk.say(_("  report: {file}").format(file=written))
    desk.answer = ended.json() | {"report": str(written) if written else None}
    return ended.exit_code
