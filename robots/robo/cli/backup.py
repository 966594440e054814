"""`robo backup`: one file from which the workspace can be put back, made while runs go on."""

from __future__ import annotations

from pathlib import Path

import click

from robo.cli.desk import Desk, command
from robo.cli.finding import size_text
from robo.kit.messages import _, ngettext
from robo.run.backup.making import make_backup


@command("backup", _("Back the workspace up into one file, while runs go on."))
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--without-runs", is_flag=True, help=_("Leave out the folders of runs that have ended."))
@click.option("--with-secrets", is_flag=True, help=_("With the passwords: who has the file can read them."))
@click.option(
    "--keep", type=click.IntRange(min=1), metavar="N", help=_("Remove all but the N newest of .robo/backups.")
)
def backup(desk: Desk, file: Path | None, without_runs: bool, with_secrets: bool, keep: int | None) -> int:
    made = make_backup(desk.workspace(), file, runs=not without_runs, secrets=with_secrets, keep=keep)
    desk.say(_("Backed up into {file} ({size})").format(file=made.file, size=size_text(made.size)))
    desk.say(
        _("The passwords are in it, for whoever has the file to read: keep it like them")
        if with_secrets
        else _("The passwords are not in it: after a restore they are set anew with robo secret set")
    )
    if made.removed:
        count = len(made.removed)
        said = ngettext("{count} older backup was removed", "{count} older backups were removed", count)
        desk.say(said.format(count=count))
    desk.answer = {
        "state": "done", "file": str(made.file), "size": made.size, "files": len(made.manifest.files),
        "at": made.manifest.at, "removed": [str(one) for one in made.removed],
    }  # fmt: skip
    return 0
