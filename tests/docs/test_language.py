"""The page on the language lists what the program knows, and what it refuses as not there yet: all of it, no more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from docs.pages import README, Page
from robo.flow import controls
from robo.flow.filters import FILTERS
from robo.flow.inputs import READERS
from robo.flow.load import load_text
from robo.flow.schema import flow_schema
from robo.flow.workspace import Workspace, open_workspace
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
    assert row("entries of `schedule`") == set(controls.WHEN_LATER)
    assert row("settings") == set(controls.SETTINGS_LATER)
    assert row("actions") == controls.ACTIONS_LATER - set(installed().actions)
    assert row("modifiers") == set(controls.MODIFIERS_LATER)
    assert row("parameters") - {"submit", "click", "send_mail"} == set(controls.PARAMETERS_LATER)


def test_filters_and_types_of_inputs_are_listed() -> None:
    (filters,) = re.findall(r"^- Filters, .*?(?=^- )", LANGUAGE.text, re.MULTILINE | re.DOTALL)
    assert words(filters) == {*FILTERS, "default"}
    (inputs,) = re.findall(r"Types: (.*?); beside", LANGUAGE.text, re.DOTALL)
    assert words(inputs) == set(READERS)


@pytest.mark.parametrize("page", [README, LANGUAGE], ids=lambda page: page.name)
def test_the_workspace_shown_is_one(page: Page, tmp_path: Path) -> None:
    (shown,) = page.blocks("toml")
    (tmp_path / "robo.toml").write_text(shown, encoding="utf-8")
    workspace = open_workspace(tmp_path)
    assert (list(workspace.sites), list(workspace.accounts)) == (["bureau"], ["bureau"])


def test_the_flows_shown_are_flows(tmp_path: Path) -> None:
    smallest, loop, call, _question, schedule = LANGUAGE.blocks("yaml")
    workspace = Workspace(tmp_path)
    load_text(smallest, tmp_path / "flows" / "smallest.yaml", workspace, installed())
    whole = "robo: 1\nsteps:\n" + loop.replace("[...]", "[open: /x, submit: {button: OK, read: {reference: '#r'}}]", 1)
    text = whole.replace("[...]", "[open: /search, read: {reference: '#r'}]")
    flow = load_text(text, tmp_path / "flows" / "loop.yaml", workspace, installed(), deep=False)
    assert flow.steps[0].loop is not None
    called = {"commun/extraire": "robo: 1\ninputs: {classeur: file}\nsteps: [log: x]\noutputs: {total: 1}\n"}
    caller = "robo: 1\ninputs: {classeur: file}\nsteps:\n" + call + "- log: =extrait.total\n"
    load_text(caller, tmp_path / "flows" / "caller.yaml", workspace, installed(), called=called)
    (tmp_path / "flows" / "commun").mkdir(parents=True)
    (tmp_path / "flows" / "commun" / "extraire.yaml").write_text(smallest, encoding="utf-8")
    timed = "robo: 1\ninputs: {mois: {type: month, default: this_month}, facture: {type: file, required: no}}\n"
    here = Workspace(tmp_path, folders={"arrivee": tmp_path / "arrivee"})
    flow = load_text(timed + schedule + "steps: [log: x]\n", tmp_path / "flows" / "timed.yaml", here, installed())
    assert {type(one.rule).__name__ for one in flow.schedule} == {
        "Weekly", "Monthly", "Interval", "Cron", "Once", "Arrival", "After",
    }  # fmt: skip


def test_editors_know_every_word_and_explain_it() -> None:
    schema: Any = flow_schema(installed())
    step = schema["$defs"]["step"]["properties"]
    loop = step["for_each_row"]["properties"]
    assert set(schema["properties"]) == set(controls.TOP)
    assert set(schema["properties"]["settings"]["properties"]) == set(controls.SETTINGS)
    assert set(step) == {*controls.step_names(installed()), *controls.MODIFIERS}
    assert set(controls.LOOP) <= set(loop)
    for name, control in controls.CONTROLS.items():
        assert name == "set" or set(control.parameters) == set(step[name]["properties"])
    entry = schema["properties"]["schedule"]["items"]["properties"]
    explained = (schema["properties"], schema["properties"]["settings"]["properties"], entry, step, loop)
    assert [name for words in explained for name, one in words.items() if not one.get("description")] == []
