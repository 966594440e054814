"""`robo restore`: the workspace as a backup holds it. What is there goes aside, and nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import click

from robo.cli.desk import Desk, command
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _, ngettext
from robo.run.backup.restoring import restore as put_back
from robo.run.system.machine import who
from robo.run.told.states import moment


@command("restore", _("Put a backup back: into an empty folder, or in the place of a workspace at rest."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), metavar=_("FOLDER"),
    help=_("An empty folder, or a workspace; by default the one around the current folder."),
)  # fmt: skip
def restore(desk: Desk, file: Path, into: Path | None) -> int:
    root = into or _root(desk)
    done = put_back(file, root, _("a restore by {who}").format(who=who()))
    marked = done.marked
    desk.say(
        _("{folder} is as it was on {moment}").format(folder=done.root, moment=moment(done.manifest.at)),
        *([_("What was there is kept in {folder}").format(folder=done.aside)] if done.aside else []),
        *([] if done.manifest.secrets else [_("Passwords were not in the backup: robo doctor says which are missing")]),
        _("What was done since is not known here. Each item is looked up in the application before it is entered; "
          "a loop that cannot look waits for you: see robo ledger list, then robo ledger lift"),
        *(
            [ngettext(
                "{count} run was under way: robo runs shows it", "{count} runs were under way: robo runs shows them",
                len(marked.runs),
            ).format(count=len(marked.runs))]
            if marked.runs else []
        ),
    )  # fmt: skip
    if done.root != Path(done.manifest.root):
        desk.say(
            _("The workspace was in {folder}: let nothing run there any more, or both enter the same").format(
                folder=done.manifest.root
            )
        )
    desk.answer = {
        "state": "done", "folder": str(done.root), "aside": str(done.aside) if done.aside else None,
        "at": done.manifest.at, "ledgers": list(marked.ledgers), "runs": list(marked.runs),
    }  # fmt: skip
    return 0


def _root(desk: Desk) -> Path:
    """The workspace around the folder, whatever is wrong with it: a restore may be the cure."""
    try:
        return desk.workspace().root
    except FaultyFlow:
        places = (desk.folder, *desk.folder.parents)
        return next((one for one in places if (one / "robo.toml").exists()), desk.folder)
