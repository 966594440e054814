"""`robo run` and `robo resume`."""

from __future__ import annotations

import click

from robo.cli.desk import Desk, command, pairs
from robo.cli.progress import Progress
from robo.cli.stored import flow_of
from robo.flow.inputs import read_inputs
from robo.flow.load import load_flow
from robo.kit.messages import _
from robo.run.start import Options, begin
from robo.run.start import resume as go_on
from robo.run.stored import StoredRun, find_run, result
from robo.run.words import told


@command("run", _("Run a flow now: a path, or a name under flows/."))
@click.argument("flow")
@click.option("--input", "-i", "given", multiple=True, metavar="NAME=VALUE", help=_("What the flow asks for."))
@click.option("--env", "environment", metavar="NAME", help=_("The environment, by default the workspace's own."))
@click.option("--headed", is_flag=True, help=_("Show the browser at work."))
def run(desk: Desk, flow: str, given: tuple[str, ...], environment: str | None, headed: bool) -> int:
    workspace = desk.workspace(environment)
    typed = pairs(given, "--input")
    loaded = load_flow(flow, workspace, desk.shelf, desk.vault, typed)
    inputs = read_inputs(loaded, typed, workspace)
    progress = Progress(desk.store)
    try:
        ended = begin(workspace, desk.shelf, desk.store, loaded, inputs, progress, Options(desk.language, headed))
    finally:
        progress.end()
    return finish(desk, find_run(desk.store, ended.run))


@command("resume", _("Go on with a run, by default the last one, as it was begun."))
@click.argument("run", required=False)
@click.option("--headed", is_flag=True, help=_("Show the browser at work."))
def resume(desk: Desk, run: str | None, headed: bool) -> int:
    return resumed(desk, find_run(desk.store, run), headed)


def resumed(desk: Desk, run: StoredRun, headed: bool = False) -> int:
    """Go on with a run and tell how it ended; the exit code."""
    progress = Progress(desk.store)
    workspace = desk.workspace(run.environment)
    try:
        go_on(
            workspace, desk.shelf, desk.store, flow_of(desk, run), run.id, progress, Options(desk.language, headed)
        )  # fmt: skip
    finally:
        progress.end()
    return finish(desk, find_run(desk.store, run.id))


def finish(desk: Desk, run: StoredRun) -> int:
    """Tell how a run ended; its exit code."""
    ended = result(desk.store, run)
    desk.answer = ended.json()
    desk.say(*told(ended))
    return ended.exit_code
