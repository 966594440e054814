"""`robo trigger`: ask the service for a run."""

from __future__ import annotations

import time

import click

from robo.cli import completion
from robo.cli.desk import STOPPED, Desk, command, pairs
from robo.kit.messages import _
from robo.run.told.outcome import Outcome

OPEN = ("queued", "admitted", "running")
REPORT = 30.0
"""Seconds that an ended run gets for its report and its mails."""


@command("trigger", _("Ask the service to run a flow: a path, or a name under flows/."))
@click.argument("flow", shell_complete=completion.flows)
@click.option("--input", "-i", "given", multiple=True, metavar="NAME=VALUE", help=_("What the flow asks for."))
@click.option("--env", "environment", metavar="NAME", help=_("The environment, by default the workspace's own."))
@click.option("--key", metavar="KEY", help=_("What makes it the same request: asked twice, it is one run."))
@click.option("--priority", type=int, metavar="N", help=_("The higher the sooner; by default the flow's own."))
@click.option("--dry-run", "dry", is_flag=True, help=_("Only rehearse it."))
@click.option("--wait", is_flag=True, help=_("Return when the run has ended, with its exit code."))
def trigger(
    desk: Desk,
    flow: str,
    given: tuple[str, ...],
    environment: str | None,
    key: str | None,
    priority: int | None,
    dry: bool,
    wait: bool,
) -> int:
    from robo.flow.inputs import read_inputs
    from robo.flow.load import load_flow
    from robo.run.admission.submission import Asked, submit
    from robo.run.system.machine import who
    from robo_scheduler.work.alive import service_of

    typed = pairs(given, "--input")
    workspace = desk.workspace(environment)
    loaded = load_flow(flow, workspace, desk.shelf, desk.vault, typed)
    inputs = read_inputs(loaded, typed, workspace)
    asked = Asked("trigger", who(), key, dry, priority, desk.language)
    made = submit(workspace, desk.store, loaded, inputs, asked)
    known = _("{run} was asked for already, with this key") if not made.new else _("{run} is asked for")
    desk.say(known.format(run=made.run))
    if service_of(workspace) is None:
        desk.say(_("No service is at work: it begins when one is started (robo serve)."))
    if wait:
        try:
            return _ended(desk, made.run)
        except KeyboardInterrupt:
            desk.answer = {"run": made.run, "new": made.new, "state": _state(desk, made.run)}
            desk.say(_("Nobody waits for {run} any more, it goes on; robo cancel ends it.").format(run=made.run))
            return STOPPED
    desk.answer = {"run": made.run, "new": made.new, "state": _state(desk, made.run)}
    return 0


def _ended(desk: Desk, run: str) -> int:
    from robo.run.told.stored import find_run, result
    from robo.run.told.words import told

    while _state(desk, run) in OPEN:
        time.sleep(0.1)
    _until_it_is_written(desk, run)
    ended: Outcome = result(desk.store, find_run(desk.store, run))
    desk.say(*told(ended))
    desk.answer = ended.json()
    return ended.exit_code


def _until_it_is_written(desk: Desk, run: str) -> None:
    """Its supervisor still writes the report and sends the mails; a while later nobody waits for that any more."""
    from robo.run.system.machine import Identity, is_dead

    row = desk.store.one("SELECT holder FROM run WHERE id = :run", run=run)
    until = time.monotonic() + REPORT
    while row and row[0] and is_dead(Identity.parse(row[0])) is False and time.monotonic() < until:
        time.sleep(0.05)


def _state(desk: Desk, run: str) -> str:
    row = desk.store.one("SELECT state FROM run WHERE id = :run", run=run)
    return str(row[0]) if row else ""
