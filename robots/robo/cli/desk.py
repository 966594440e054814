"""What every command works with: the workspace, what it says to people and to programs, and how it ends."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from robo.cli.main import language
from robo.kit.errors import FaultyFlow, RoboError
from robo.kit.messages import _

if TYPE_CHECKING:
    from robo.flow.vault import Vault
    from robo.flow.workspace import Workspace
    from robo.kit.shelf import Shelf
    from robo.run.storage.store import Store

_LEAST_FREE = 100_000
"""Bytes; with less the store cannot be opened."""
FAULTY, BROKEN, STOPPED = 2, 3, 130
_STATES = {FAULTY: "faulty", BROKEN: "broken", STOPPED: "stopped"}


class Desk:
    """One call of the command.

    answer: what `--json` prints at the end; the command fills it.
    """

    def __init__(self, folder: Path | None, as_json: bool, lang: str | None) -> None:
        self._folder, self.as_json, self._lang = folder, as_json, lang
        self.answer: dict[str, Any] = {}

    @cached_property
    def language(self) -> str:
        """The language of messages."""
        words = ["--lang", self._lang] if self._lang else []
        return language([*words, *(["--workspace", str(self._folder)] if self._folder else [])])

    @cache  # noqa: B019 - a desk lives as long as its process
    def workspace(self, environment: str | None = None) -> Workspace:
        """The workspace in that environment, by default in its own. Raises FaultyFlow."""
        from robo.flow.workspace import HalfRestored, open_workspace

        try:
            return open_workspace(self._folder, environment)
        except HalfRestored as half:
            self._finish(half.root)
            return open_workspace(self._folder, environment)

    def _finish(self, root: Path) -> None:
        """A restore that was interrupted is finished before anything else is done there."""
        from robo.run.backup.swap import finish
        from robo.run.system.closed import closed

        with closed(root / ".robo", _("a restore")):
            finish(root)
        click.echo(_("A restore that was interrupted in {folder} is finished now").format(folder=root), err=True)

    @property
    def folder(self) -> Path:
        """Where the command was told to work: the current folder unless it was told another."""
        return (self._folder or Path.cwd()).absolute()

    @cached_property
    def shelf(self) -> Shelf:
        """The installed robots and the workspace's own."""
        from robo.kit.shelf import shelf_of

        return shelf_of(self.workspace().root)

    @cached_property
    def vault(self) -> Vault:
        from robo.flow.vault import Vault

        return Vault(self.workspace().state)

    @cached_property
    def store(self) -> Store:
        from robo.run.storage.store import Store
        from robo.run.system.closed import refuse_closed

        refuse_closed(self.workspace().state)
        return Store(self.workspace().database)

    def say(self, *lines: str) -> None:
        """Tell people: on standard output, which `--json` keeps for programs."""
        for line in lines:
            click.echo(line, err=self.as_json)

    def complain(self, text: str) -> None:
        """Tell people what is wrong, on standard error."""
        self.answer["error"] = text
        click.echo(text, err=True)

    def carry_out(self, function: Callable[..., int | None], arguments: Mapping[str, Any]) -> int:
        """The command with its errors told; returns the exit code."""
        code = self._code(function, arguments)
        if self.as_json:
            self.answer.setdefault("exit", code)
            if "error" in self.answer:
                self.answer["state"] = _STATES.get(code, "failed")
            click.echo(json.dumps(self.answer, ensure_ascii=False, default=_plain))
        return code

    def _code(self, function: Callable[..., int | None], arguments: Mapping[str, Any]) -> int:
        try:
            return function(self, **arguments) or 0
        except FaultyFlow as error:
            self.complain(str(error))
            return FAULTY
        except RoboError as error:
            self.complain(str(error))
            return 1
        except KeyboardInterrupt:
            self.complain(_("Stopped."))
            return STOPPED
        except BrokenPipeError:
            # Whoever read the output has seen enough, such as `head`.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - nobody above could tell it in plain words
            if self._disk_is_full(error):
                self.complain(_("the disk is full: make room, then go on; what was entered stays known"))
                return 1
            self.complain(self._crashed(error))
            return BROKEN

    def _disk_is_full(self, error: Exception) -> bool:
        """Whether that is why it went wrong, be it a file or the store that could not be written."""
        if isinstance(error, OSError):
            return error.errno in (errno.ENOSPC, errno.EDQUOT)
        if type(error).__module__ != "sqlite3":
            return False
        import shutil

        # SQLite says so of its file, not of the memory that it shares beside it.
        return "is full" in str(error) or shutil.disk_usage(self.workspace().database.parent).free < _LEAST_FREE

    def _crashed(self, error: Exception) -> str:
        import traceback

        what = f"{type(error).__name__}: {error}"
        try:
            log = self.workspace().state / "crash.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("a", encoding="utf-8") as file:
                file.write(f"{datetime.now():%Y-%m-%d %H:%M:%S}  robo {' '.join(sys.argv[1:2])}\n")  # noqa: DTZ005 - local
                file.write("".join(traceback.format_exception(error)) + "\n")
        except (OSError, RoboError):
            traceback.print_exception(error)
            return _("This is a fault of Robo, not yours: {what}").format(what=what)
        return _("This is a fault of Robo, not yours: {what}\nThe details are in {file}").format(what=what, file=log)


def command(name: str, help: str) -> Callable[[Callable[..., int | None]], click.Command]:
    """A command of the group; the function gets the desk and its own arguments, and returns the exit code."""

    def made(function: Callable[..., int | None]) -> click.Command:
        def invoked(workspace: Path | None, lang: str | None, as_json: bool, **arguments: Any) -> None:
            context = click.get_current_context()
            above: Mapping[str, Any] = context.find_root().obj or {}
            desk = Desk(workspace or above.get("workspace"), as_json, lang or above.get("lang"))
            context.exit(desk.carry_out(function, arguments))

        own = list(reversed(getattr(function, "__click_params__", [])))
        return click.Command(
            name,
            callback=invoked,
            params=[*own, *_common()],
            help=help,
            short_help=help,
            options_metavar=_("[OPTIONS]"),
        )

    return made


def group(name: str, help: str) -> click.Group:
    """A command that has commands of its own."""
    return click.Group(
        name, help=help, options_metavar=_("[OPTIONS]"), subcommand_metavar=_("COMMAND [ARGS]..."), short_help=help
    )


def _common() -> list[click.Parameter]:
    return [
        click.Option(["--json", "as_json"], is_flag=True, help=_("One JSON object on standard output, at the end.")),
        click.Option(
            ["--workspace"],
            type=click.Path(path_type=Path, file_okay=False, exists=True),
            metavar=_("FOLDER"),
            help=_("The folder of the workspace; by default the nearest above with a robo.toml."),
        ),
        click.Option(["--lang"], type=click.Choice(("fr", "en")), help=_("The language of messages.")),
    ]


def pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    """{name: value} from `name=value` words. Raises click.BadParameter."""
    found = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(_("write {option} name=value").format(option=option))
        found[name.strip()] = value
    return found


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
