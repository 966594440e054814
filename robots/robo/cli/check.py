"""`robo check`: whether flows are well written. Nothing is opened but what they name."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from robo.cli import completion
from robo.cli.desk import Desk, command
from robo.flow.files import flow_names
from robo.flow.load import load_flow
from robo.flow.problems import FaultyFile
from robo.flow.workspace import Workspace
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _, ngettext
from robo.kit.shelf import Shelf


@command("check", _("Say whether flows are well written: all of them, or those named."))
@click.argument("flows", nargs=-1, metavar="[FLOW]...", shell_complete=completion.flows)
@click.option("--env", "environment", metavar="NAME", help=_("The environment whose addresses count."))
def check(desk: Desk, flows: tuple[str, ...], environment: str | None) -> int:
    workspace, shelf = desk.workspace(environment), desk.shelf
    names = flows or flow_names(workspace)
    if not names:
        desk.say(_("There is no flow yet under {folder}").format(folder=workspace.flows))
    told = [_one(desk, workspace, shelf, name) for name in names]
    wrong = sum(not one["ok"] for one in told)
    if len(told) > 1:
        desk.say(
            ngettext("{count} flow is wrong", "{count} flows are wrong", wrong).format(count=wrong)
            if wrong
            else _("All {count} flows are well written").format(count=len(told))
        )
    desk.answer = {"state": "faulty" if wrong else "done", "flows": told}
    return 2 if wrong else 0


def _one(desk: Desk, workspace: Workspace, shelf: Shelf, name: str) -> dict[str, Any]:
    """One flow checked and told; returns it for programs."""
    try:
        flow = load_flow(name, workspace, shelf, desk.vault)
    except FaultyFile as faults:
        desk.say(str(faults))
        problems = [
            {**asdict(one.mark), "width": one.width, "message": one.message, "mend": one.mend}
            for one in faults.problems
        ]
        return {"flow": name, "ok": False, "problems": problems}
    except FaultyFlow as fault:
        desk.say(str(fault))
        return {"flow": name, "ok": False, "problems": [{"message": str(fault)}]}
    desk.say(_("{flow}: well written").format(flow=flow.path))
    return {"flow": flow.path, "ok": True, "problems": []}
