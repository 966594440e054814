"""`robo demo`: a practice office, a workbook and a flow, to see a robot work and be stopped."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from robo.cli.desk import Desk, command
from robo.kit.messages import _


@command("demo", _("See a robot work in a practice office, be killed, and enter each row once."))
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help=_("Where the demonstration's workspace is made.")
)
@click.option("--keep", is_flag=True, help=_("Keep the folder afterwards."))
def demo(desk: Desk, folder: Path | None, keep: bool) -> int:
    shows = importlib.import_module("robo.practice.demo")
    return int(shows.main(folder=folder, keep=keep) or 0)
