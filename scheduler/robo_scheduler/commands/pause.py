"""`robo pause` and `robo unpause`: a flow of which no further run begins."""

from __future__ import annotations

import click

from robo.cli import completion
from robo.cli.desk import Desk, command
from robo.kit.messages import _


@command("pause", _("Let no further run of a flow begin; what is at work goes on, what is asked for waits."))
@click.argument("flow", shell_complete=completion.flows)
@click.option("--env", "environment", metavar="NAME", help=_("The environment, by default the workspace's own."))
def pause(desk: Desk, flow: str, environment: str | None) -> int:
    from robo.run.admission.turns import admit, hold_back
    from robo.run.storage.clock import SystemClock
    from robo.run.system.machine import who

    name = _name(desk, flow, environment)
    with desk.store.write():
        desk.store.all(
            "INSERT OR IGNORE INTO paused VALUES (:flow, :by, :at)",
            flow=name, by=who(), at=SystemClock().now().isoformat(),
        )  # fmt: skip
        hold_back(desk.store, name)
        admit(desk.store)
    desk.say(_("{flow} is paused: nothing of it begins until robo unpause").format(flow=name))
    desk.answer = {"flow": name, "state": "paused"}
    return 0


@command("unpause", _("Let runs of a flow begin again."))
@click.argument("flow", shell_complete=completion.flows)
@click.option("--env", "environment", metavar="NAME", help=_("The environment, by default the workspace's own."))
def unpause(desk: Desk, flow: str, environment: str | None) -> int:
    from robo.run.admission.turns import admit

    name = _name(desk, flow, environment)
    with desk.store.write():
        paused = desk.store.all("DELETE FROM paused WHERE flow = :flow RETURNING flow", flow=name)
        admit(desk.store)
    said = _("{flow} is no longer paused") if paused else _("{flow} was not paused")
    desk.say(said.format(flow=name))
    desk.answer = {"flow": name, "state": "unpaused"}
    return 0


def _name(desk: Desk, flow: str, environment: str | None) -> str:
    from robo.flow.files import find_flow, path_of

    workspace = desk.workspace(environment)
    return f"{workspace.environment}/{path_of(find_flow(flow, workspace), workspace)}"
