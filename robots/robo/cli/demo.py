"""`robo demo`: practice offices and three flows, to see robots work and be killed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from robo.cli.desk import Desk, command
from robo.kit.messages import _


@command("demo", _("See three flows rehearsed, run, killed on the way and resumed, against practice offices."))
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    metavar=_("FOLDER"),
    show_default=True,
    help=_("Where the demonstration's workspace is made, anew each time."),
)
@click.option("--keep/--no-keep", default=True, help=_("Leave the workspace there afterwards, to look around."))
def demo(desk: Desk, folder: Path, keep: bool) -> int:
    from robo.practice.demo import main

    if keep:
        return main(folder.absolute())
    with tempfile.TemporaryDirectory(prefix="robo-demo-") as made:
        return main(Path(made) / "demo")
