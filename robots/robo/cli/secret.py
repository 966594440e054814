"""`robo secret`: passwords, which are read and never shown."""

from __future__ import annotations

import sys

import click

from robo.cli import completion
from robo.cli.desk import Desk, command, group
from robo.kit.errors import Failed
from robo.kit.messages import _

secret = group("secret", help=_("Keep the passwords that flows need."))


@command("set", _("Keep a password: typed unseen, or read from standard input."))
@click.argument("name", shell_complete=completion.passwords)
def set_(desk: Desk, name: str) -> int:
    value = _read(name)
    if not value:
        raise Failed(_("no password was given: nothing was kept"))
    desk.vault.set(name, value)
    desk.say(_("{name} is kept").format(name=name))
    desk.answer = {"state": "done", "name": name}
    return 0


@command("list", _("List the names of the passwords that are kept, and those that accounts miss."))
def list_(desk: Desk) -> int:
    names = desk.vault.names()
    missing = [name for name in desk.workspace().passwords if desk.vault.get(name) is None]
    desk.say(*names)
    desk.say(*(_("{name}: missing, type robo secret set {name}").format(name=name) for name in missing))
    desk.answer = {"state": "done", "names": list(names), "missing": missing}
    return 0


@command("remove", _("Forget a password."))
@click.argument("name", shell_complete=completion.passwords)
def remove(desk: Desk, name: str) -> int:
    if not desk.vault.remove(name):
        raise Failed(_("{name} is not kept here").format(name=name))
    desk.say(_("{name} is forgotten").format(name=name))
    desk.answer = {"state": "done", "name": name}
    return 0


def _read(name: str) -> str:
    """The whole of standard input without the end of its last line; unseen where a person types it."""
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass(_("Password of {name}: ").format(name=name))
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise Failed(_("the password is not in UTF-8")) from None


for one in (set_, list_, remove):
    secret.add_command(one)
