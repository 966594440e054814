"""`robo`: finds the command that is asked for, and loads nothing of the others."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from robo.kit.installed import load, offered
from robo.kit.messages import VARIABLE, _, language_of_the_system, ngettext, speak

COMMANDS = {
    "init": "robo.cli.init:init",
    "check": "robo.cli.check:check",
    "dry-run": "robo.cli.dry_run:dry_run",
    "run": "robo.cli.run:run",
    "resume": "robo.cli.run:resume",
    "retry": "robo.cli.retry:retry",
    "runs": "robo.cli.runs:runs",
    "show": "robo.cli.show:show",
    "logs": "robo.cli.logs:logs",
    "decide": "robo.cli.decide:decide",
    "approve": "robo.cli.answer:approve",
    "answer": "robo.cli.answer:answer",
    "ledger": "robo.cli.ledger:ledger",
    "actions": "robo.cli.actions:actions",
    "schema": "robo.cli.schema:schema",
    "secret": "robo.cli.secret:secret",
    "doctor": "robo.cli.doctor:doctor",
    "backup": "robo.cli.backup:backup",
    "restore": "robo.cli.restore:restore",
    "upgrade": "robo.cli.upgrade:upgrade",
    "practice": "robo.cli.practice:practice",
    "demo": "robo.cli.demo:demo",
    "completion": "robo.cli.completion:completion",
}
"""In the order in which people meet them."""
GROUP = "robo.commands"
"""The entry points by which other packages, such as the service, add commands."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(name for name, _place in offered(GROUP) if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name) or dict(offered(GROUP)).get(cmd_name)
        if place is None:
            return None
        found: click.Command = load(place)
        return found


def main(arguments: list[str] | None = None) -> None:
    """The entry point. Ends the process.

    0 done, 1 something was refused or failed, 2 the flow is wrong, 3 a fault of ours, 4 waits, 130 stopped.
    """
    words = sys.argv[1:] if arguments is None else arguments
    # The commands' help is written as they are imported, so the language is chosen before click reads anything.
    speak(language(words))
    _click_speaks_too()
    try:
        code = _robo().main(words, prog_name="robo", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
        if "--json" in words:
            click.echo(json.dumps({"error": error.format_message(), "exit": code}, ensure_ascii=False))
    except click.Abort:
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _click_speaks_too() -> None:
    """click looks its own texts up in a catalogue of the system that nobody ships; ours has them in French."""
    for module in [module for name, module in sys.modules.items() if name.startswith("click.")]:
        for name, ours in (("_", _), ("ngettext", ngettext)):
            if name in vars(module):
                setattr(module, name, ours)


def _robo() -> click.Group:
    group = _Lazy(
        "robo",
        help=_("Robots for repetitive office work: flows in YAML, each item entered once."),
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
    )
    group.params += [
        click.Option(
            ["--workspace"], type=click.Path(path_type=Path, file_okay=False, exists=True), metavar=_("FOLDER"),
            help=_("The folder of the workspace; by default the nearest above with a robo.toml."),
        ),
        click.Option(["--lang"], type=click.Choice(("fr", "en")), help=_("The language of messages.")),
        click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
            help=_("Say which version this is, and end."),
        ),
    ]  # fmt: skip
    group.callback = _begin
    return group


def _begin(workspace: Path | None, lang: str | None) -> None:
    context = click.get_current_context()
    context.obj = {"workspace": workspace, "lang": lang}


def _version(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        click.echo(f"robo {version('robo-rpa')}")
        context.exit()


def language(words: list[str]) -> str:
    """The language asked for by option or variable, else the workspace's, else the system's."""
    asked = _option(words, "--lang") or os.environ.get(VARIABLE)
    if asked:
        return asked
    start = Path(_option(words, "--workspace") or ".").absolute()
    file = next((one / "robo.toml" for one in (start, *start.parents) if (one / "robo.toml").is_file()), None)
    if file is None:
        return language_of_the_system()
    import tomllib

    try:
        table: Any = tomllib.loads(file.read_text("utf-8-sig")).get("workspace", {})
        said = table.get("language", "fr")
    except (OSError, ValueError, AttributeError):
        return language_of_the_system()  # what is wrong with it is told when it is opened
    return said if isinstance(said, str) else "fr"


def _option(words: list[str], name: str) -> str | None:
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None
