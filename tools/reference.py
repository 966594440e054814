"""The reference of actions, `docs/actions.md` and its French twin, made of signatures and docstrings: `make docs`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from robo.cli.actions import described, kind_word, need_word
from robo.flow.controls import CONTROLS
from robo.flow.vocabulary import EXAMPLES, control
from robo.kit.action import Action
from robo.kit.messages import _, speak
from robo.kit.shelf import installed
from robo.kit.source import SourceType

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"en": "actions.md", "fr": "actions.fr.md"}
_TOP = {
    "en": """# Actions

What a step may do, robot by robot. This page is made of the actions themselves (`make docs`); `robo actions NAME`
says the same for one of them, for your own too. The words around them (`if`, `save`, `retry`, loops, values) are in
[language.md](language.md). *[En français](actions.fr.md).*
""",
    "fr": """# Actions

Ce qu’une étape peut faire, robot par robot. Cette page est tirée des actions elles-mêmes (`make docs`) ; `robo actions
NOM` dit la même chose d’une seule, et des vôtres aussi. Les mots qui les entourent (`if`, `save`, `retry`, les
boucles, les valeurs) sont dans [language.md](language.md). *[In English](actions.md).*
""",
}
_HEAD = {"en": ("Parameter", "Takes", "Meaning"), "fr": ("Paramètre", "Attend", "Sens")}
_MAIN = {
    "en": "**Bold**: the parameter that a value on its own fills, as in `- open: /cases`.",
    "fr": "**En gras** : le paramètre que remplit une valeur seule, comme dans `- open: /dossiers`.",
}
_ENGINE = {"en": "The engine itself", "fr": "Le moteur lui-même"}
Called = Action | SourceType


def page(language: str) -> str:
    """The page in that language."""
    speak(language)
    groups = _by_robot()
    lines = [_TOP[language]]
    for robot, members in groups.items():
        names = ", ".join(f"[`{name}`](#{name})" for name in members)
        lines += [f"- **{_title(robot)[0]}** {names}"]
    lines += [f"- **{_ENGINE[language]}** " + ", ".join(f"[`{name}`](#{name})" for name in CONTROLS)]
    lines += ["", _MAIN[language], ""]
    for robot, members in groups.items():
        title, text = _title(robot)
        lines += [f"## {title}", "", text, ""]
        for name, called in members.items():
            lines += [*_entry(described(name, called), language), ""]
    lines += [f"## {_ENGINE[language]}", ""]
    for name in CONTROLS:
        lines += [*_control(name, language), ""]
    speak("en")
    return "\n".join(lines).rstrip() + "\n"


def robot_of(called: Called) -> str:
    """The package whose robot offers it."""
    thing = called.function if isinstance(called, Action) else called.cls
    return ".".join(thing.__module__.split(".")[:2])


def about(robot: str) -> str:
    """What the robot says of itself, as its author wrote it."""
    return inspect.cleandoc(import_module(robot).__doc__ or "").partition("\n\n")[0].replace("\n", " ")


def main() -> int:
    for language, name in PAGES.items():
        (DOCS / name).write_text(page(language), encoding="utf-8")
    return 0


def _by_robot() -> dict[str, dict[str, Called]]:
    shelf = installed()
    known: dict[str, Called] = {**shelf.actions, **{one.name: one for one in shelf.sources.values()}}
    groups: dict[str, dict[str, Called]] = {}
    for name, called in sorted(known.items(), key=lambda one: (robot_of(one[1]), one[0])):
        groups.setdefault(robot_of(called), {})[name] = called
    return groups


def _title(robot: str) -> tuple[str, str]:
    """What it is called, and what it is for: the parts before and after the colon of its sentence."""
    title, _colon, text = _(about(robot)).partition(":")
    return title.strip(" \u00a0"), f"{text.strip()[:1].upper()}{text.strip()[1:]}"


def _entry(told: dict[str, Any], language: str) -> Iterator[str]:
    yield f"### {told['name']}"
    yield ""
    kind = kind_word(told["kind"])
    yield f"{told['summary']} *{kind[0].upper()}{kind[1:]}.*"
    yield ""
    if told["parameters"]:
        yield f"| {' | '.join(_HEAD[language])} |"
        yield "|---|---|---|"
        yield from (_row(one, told["main"]) for one in told["parameters"])
    for note in told["notes"]:
        yield from ("", note)
    if told["example"]:
        yield from ("", "```yaml", told["example"], "```")


def _control(name: str, language: str) -> Iterator[str]:
    """A step of the engine itself; what all loops take is told at the page on the language."""
    words, summary = control(name)
    yield from (f"### {name}", "", summary)
    told = [(word, said["description"]) for word, said in words.items() if "description" in said]
    if told:
        head = _HEAD[language]
        yield from ("", f"| {head[0]} | {head[2]} |", "|---|---|")
        for word, text in told:
            yield f"| {_bold(word, CONTROLS[name].main)} | {text} |"
    yield from ("", "```yaml", EXAMPLES[name], "```")


def _row(one: dict[str, Any], main: str | None) -> str:
    cells = (_bold(one["name"], main), f"{one['takes']}, {need_word(one)}", one["help"])
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _bold(name: str, main: str | None) -> str:
    return f"**`{name}`**" if name == main else f"`{name}`"


if __name__ == "__main__":
    sys.exit(main())
