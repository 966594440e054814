"""`robo demo`: a practice office, a workbook and a flow, to see a robot work and be killed."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click

from robo.cli.desk import Desk, command
from robo.kit.messages import _


@command("demo", _("See a robot work in a practice office, be killed, and enter each row once."))
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("Where the demonstration's workspace is made, and stays."),
)
@click.option(
    "--keep", is_flag=True, help=_("Without --folder: leave the workspace where it was made, to look around.")
)
def demo(desk: Desk, folder: Path | None, keep: bool) -> int:
    from robo.practice.demo import main

    if folder is not None:
        return main(folder.absolute())
    made = Path(tempfile.mkdtemp(prefix="robo-demo-"))
    try:
        return main(made / "demo")
    finally:
        if keep:
            desk.say(_("The workspace is in {folder}").format(folder=made / "demo"))
        else:
            shutil.rmtree(made, ignore_errors=True)
