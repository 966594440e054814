"""`robo practice`: an office and a post office on this machine, to try flows on where nothing can go wrong."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from robo.cli.desk import Desk, command
from robo.kit.errors import Failed
from robo.kit.messages import _, reason_of

OFFICE, POST = 8031, 8025
"""The ports, always the same: they stand in robo.toml."""


@command("practice", _("Open an office on this machine to practise on, with things to enter and to file."))
@click.option("--port", type=int, default=OFFICE, show_default=True, help=_("Where the office is opened."))
@click.option("--mail-port", type=int, default=POST, show_default=True, help=_("Where mail is taken in."))
def practice(desk: Desk, port: int, mail_port: int) -> int:
    from robo.practice.office import PASSWORD, USER, Office
    from robo.practice.post import Post

    root = desk.workspace().root
    made = _lay_out(root)
    mails = root / "courrier"
    try:
        with Office(port) as office, Post(folder=mails, port=mail_port) as post:
            desk.say(
                *(_("made: {file}").format(file=file) for file in made),
                _("The office is open: {address}").format(address=office.address),
                _("  user {user}, password {password}").format(user=USER, password=PASSWORD),
                _("Mail is taken in: {address}, and kept in {folder}").format(address=post.address, folder=mails),
                _("Press Ctrl-C to close it; what was entered is then forgotten."),
            )
            _until_interrupted()
            desk.say(_("Closed. Entered: {count}").format(count=len(office.records)))
            desk.answer = {"state": "done", "entered": len(office.records), "mails": len(post.mails)}
    except OSError as error:
        raise Failed(_("the office cannot be opened: {reason}").format(reason=reason_of(error))) from error
    return 0


def _lay_out(root: Path) -> list[Path]:
    """What there is to enter and to file, put there where it is missing; returns what was made."""
    from robo.practice.invoices import write_invoices
    from robo.practice.workbooks import APPLICATIONS, write_applications

    made = []
    if not (root / APPLICATIONS).exists():
        made.append(write_applications(root / APPLICATIONS))
    if not (root / "arrivee").exists():
        write_invoices(root / "arrivee")
        made.append(root / "arrivee")
    return made


def _until_interrupted() -> None:
    done = threading.Event()
    before = {number: signal.signal(number, lambda *_told: done.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        done.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
