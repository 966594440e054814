"""`robo completion`: the shell completes commands, and the names of flows, runs, ledgers and actions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

from robo.cli.desk import Desk, command
from robo.kit.errors import Failed, RoboError
from robo.kit.messages import _

if TYPE_CHECKING:
    from robo.flow.workspace import Workspace

Completes = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
_STARTS = {
    "bash": 'eval "$(robo completion bash)"  # ~/.bashrc',
    "zsh": 'eval "$(robo completion zsh)"  # ~/.zshrc',
    "fish": "robo completion fish | source  # ~/.config/fish/config.fish",
}


@command("completion", _("Print what makes Tab complete commands, and the names of flows and runs."))
@click.argument("shell", type=click.Choice(tuple(_STARTS)), required=False)
def completion(desk: Desk, shell: str | None) -> int:
    shell = shell or Path(os.environ.get("SHELL", "")).name
    known = get_completion_class(shell) if shell in _STARTS else None
    if known is None:
        raise Failed(_("say which shell you use: {shells}").format(shells=", ".join(_STARTS)))
    whole = click.get_current_context().find_root().command
    script = known(whole, {}, "robo", "_ROBO_COMPLETE").source()
    desk.answer = {"state": "done", "shell": shell, "script": script}
    # zsh wants its own first line first; how to load it is said at the end.
    desk.say(script.rstrip(), f"# {_STARTS[shell]}")
    return 0


def names_of(listed: Callable[[Workspace], Iterable[str]]) -> Completes:
    """Completes names that the workspace knows; nothing where it cannot be read, for Tab is no place for an error."""

    def complete(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        from robo.flow.workspace import open_workspace

        try:
            found = list(listed(open_workspace(_folder(context))))
        except (RoboError, OSError):
            return []
        return [CompletionItem(name) for name in found if name.startswith(begun)]

    return complete


def _flows(workspace: Workspace) -> Iterable[str]:
    from robo.flow.files import flow_names

    return flow_names(workspace)


def _runs(workspace: Workspace) -> Iterable[str]:
    return [*_column(workspace, "SELECT id FROM run ORDER BY rowid DESC LIMIT 50"), "last"]


def _ledgers(workspace: Workspace) -> Iterable[str]:
    return _column(workspace, "SELECT name FROM ledger ORDER BY name")


def _actions(workspace: Workspace) -> Iterable[str]:
    from robo.kit.shelf import shelf_of

    shelf = shelf_of(workspace.root)
    return sorted((*shelf.actions, *(source.name for source in shelf.sources.values())))


def _passwords(workspace: Workspace) -> Iterable[str]:
    return workspace.accounts


def _column(workspace: Workspace, query: str) -> list[str]:
    from robo.run.storage.store import Store

    return [str(name) for (name,) in Store(workspace.database).all(query)] if workspace.database.is_file() else []


def _folder(context: click.Context) -> Path | None:
    given = context.params.get("workspace") or context.find_root().params.get("workspace")
    return Path(given) if given else None


flows, runs, ledgers, actions, passwords = map(names_of, (_flows, _runs, _ledgers, _actions, _passwords))
