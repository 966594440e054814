"""`robo actions`: what a flow may do, with the workspace's own robots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from robo.cli import completion
from robo.cli.desk import Desk, command
from robo.flow.problems import did_you_mean
from robo.kit.action import Action
from robo.kit.errors import Failed
from robo.kit.help import help_of
from robo.kit.messages import _
from robo.kit.schema import shapes
from robo.kit.source import SourceType
from robo.kit.text import written


@command("actions", _("List what a flow may do; with a name, what to write under it."))
@click.argument("name", required=False, shell_complete=completion.actions)
def actions(desk: Desk, name: str | None) -> int:
    shelf = desk.shelf
    known: dict[str, Action | SourceType] = {
        **shelf.actions,
        **{source.name: source for source in shelf.sources.values()},
    }
    if name is not None and name not in known:
        mend = did_you_mean(name, known)
        raise Failed(_("{name} is no action. {mend}").format(name=name, mend=mend).strip())
    told = [described(one, known[one]) for one in (sorted(known) if name is None else [name])]
    desk.answer = {"state": "done", "actions": told}
    if name is None:
        width = max(map(len, known), default=0)
        desk.say(*(f"{one['name']:<{width}}  {kind_word(one['kind'])}. {one['summary']}" for one in told))
    else:
        desk.say(*_lines(told[0]))
    return 0


def described(name: str, called: Action | SourceType) -> dict[str, Any]:
    """An action or a source as plain data: name, kind, summary, main parameter, parameters in order, example."""
    said, takes = help_of(called), shapes(called)
    return {
        "name": name,
        "kind": called.kind if isinstance(called, Action) else "source",
        "summary": said.summary,
        "main": called.main,
        "parameters": [
            {
                "name": one,
                "takes": takes[one].expected,
                "required": parameter.default is parameter.empty,
                "default": None if parameter.default is parameter.empty else parameter.default,
                "help": said.parameters.get(one, ""),
            }
            for one, parameter in called.parameters.items()
        ],
        "example": said.example,
        "notes": list(said.notes),
    }


def kind_word(kind: str) -> str:
    """What an action does to the world."""
    return {
        "look": _("looks"),
        "page": _("works in the page"),
        "session": _("signs in"),
        "change": _("changes something, once"),
        "source": _("goes through each"),
    }[kind]


def need_word(parameter: Mapping[str, Any]) -> str:
    """Whether a parameter that was `described` must be written, and what stands for it where it is not."""
    if parameter["required"]:
        return _("required")
    default = parameter["default"]
    if default in (None, "", (), {}):
        return _("optional")
    return _("by default {value}").format(value=written(default, "en"))


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [f"{told['name']}: {told['summary']}", f"  {kind_word(told['kind'])}"]
    for one in told["parameters"]:
        main = _(", the one that a lone value fills") if one["name"] == told["main"] else ""
        lines.append(f"  {one['name']} ({need_word(one)}{main})  {one['help'] or one['takes']}")
    for text in (*told["notes"], told["example"]):
        lines += [f"  {line}".rstrip() for line in ["", *text.splitlines()]] if text else []
    return lines
