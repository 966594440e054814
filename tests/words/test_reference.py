"""The reference of actions says what the actions are today, in both languages, and its examples are steps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools import reference

from robo.flow.load import load_text
from robo.flow.workspace import Workspace
from robo.kit.action import Action
from robo.kit.help import written_help
from robo.kit.shelf import installed
from robo.kit.source import SourceType


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_of_today(language: str) -> None:
    file = reference.DOCS / reference.PAGES[language]
    assert file.read_text("utf-8") == reference.page(language), "type `make docs`"


def known() -> list[Action | SourceType]:
    shelf = installed()
    return [*shelf.actions.values(), *shelf.sources.values()]


@pytest.mark.parametrize("called", known(), ids=lambda one: one.name)
def test_each_action_says_what_it_is_for(called: Action | SourceType, tmp_path: Path) -> None:
    told = written_help(called)
    assert told.summary.endswith(".")
    assert set(told.parameters) == set(called.parameters), "each parameter has its `name: phrase` line"
    assert told.example, "an example begins with `- `"
    names = set(re.findall(r"=(\w+)", told.example)) - {"row", "file", "item", "inputs"}
    text = "robo: 1\nsteps:\n" + "".join(f"- set: {{{name}: 1}}\n" for name in sorted(names)) + told.example
    load_text(text, tmp_path / "flows" / "example.yaml", Workspace(tmp_path), installed(), deep=False)
