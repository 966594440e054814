"""The page on the language lists what the program knows, and what it refuses as not there yet: all of it, no more."""

from __future__ import annotations

import re

from docs.pages import Page
from robo.flow import controls
from robo.flow.filters import FILTERS
from robo.flow.inputs import READERS
from robo.kit.shelf import installed

LANGUAGE = Page("docs/language.md")


def words(text: str) -> set[str]:
    """What stands in backticks."""
    return set(re.findall(r"`([\w:]+)`", text))


def row(begin: str) -> set[str]:
    """The words of the line of a table that begins so."""
    (line,) = re.findall(rf"^\| {begin} \|(.*)\|$", LANGUAGE.text, re.MULTILINE)
    return words(line)


def test_every_action_has_its_line() -> None:
    lines = set(re.findall(r"^\| `(\w+)", LANGUAGE.text, re.MULTILINE))
    known = {*installed().actions, *controls.CONTROLS, *controls.MODIFIERS, *controls.LOOP} - {"steps"}
    assert known - lines == set()


def test_what_is_not_there_yet_is_listed_as_it_is_refused() -> None:
    assert row("top of a flow") == set(controls.TOP_LATER)
    assert row("settings") == set(controls.SETTINGS_LATER)
    assert row("actions") == controls.ACTIONS_LATER - set(installed().actions)
    assert row("modifiers") == set(controls.MODIFIERS_LATER)
    assert row("parameters") - {"submit", "click"} == set(controls.PARAMETERS_LATER)


def test_filters_and_types_of_inputs_are_listed() -> None:
    (filters,) = re.findall(r"^- Filters, .*?(?=^- )", LANGUAGE.text, re.MULTILINE | re.DOTALL)
    assert words(filters) == {*FILTERS, "default"}
    (inputs,) = re.findall(r"Types: (.*?); beside", LANGUAGE.text, re.DOTALL)
    assert words(inputs) == set(READERS)
