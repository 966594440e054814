"""`ask` and `approve` as they are written: what they make known, and where they may stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from robo.flow.workspace import Workspace

Faults = Callable[[str], str]

FLOW = "robo: 1\nsettings: {site: portail}\nsteps:\n  - open: /x\n  - "


@pytest.mark.parametrize(
    ("step", "place", "fault"),
    [
        ("approve: {show: 1}", "5:5", "`title` is missing in `approve`"),
        ("ask: Which one?", "5:10", "a group of `name: value` is expected here"),
        ("ask: {title: Which one?}", "5:5", "`form` is missing in `ask`"),
        ("approve: {title: x, show: =nope}", "5:32", "nope does not exist"),
        ("approve: {title: x, wait: 3}", "5:31", "a duration is written with its unit"),
        ("approve: {title: x, by: {a: b}}", "5:25", "an account is expected here, or a list of them"),
        ("approve: {title: x, form: {by: text}}", "5:32", '"by" is given by every approval'),
        ("ask: {title: x, form: {code: secret}}", "5:28", "a secret is not asked for: answers are kept"),
        ("ask: {title: x, form: {code: {type: text, default: =nope}}}", "5:57", "nope does not exist"),
        ("ask: {title: x, form: {code: {type: date, default: soon}}}", "5:56", '"soon" is no date'),
        ("approve: x\n    on_error: continue", "6:5", "`on_error` belongs beside an action, not beside `approve`"),
        ("approve: x\n    retry: 3", "6:5", "`retry` belongs beside an action, not beside `approve`"),
        ("approve: x\n  - click: Suite", "6:5", "`click` needs a page that was opened before"),
        ("approve: x\n    save: a\n  - log: =a.when", "7:11", "a.when does not exist"),
        ("approve: x\n    save: a\n  - log: x\n    if: a.at > 3", "8:9", ""),
    ],
)
def test_what_is_wrong_is_told(faults: Faults, step: str, place: str, fault: str) -> None:
    said = faults(FLOW + step + "\n")
    assert said.startswith(f"flows/a.yaml:{place}: {fault}"), said
    assert said.count("flows/a.yaml") == 1, said


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ("- for_each: {in: [1], steps: [approve: x]}", "in a loop it would be asked for each item"),
        (
            "- for_each_row: {in: demandes.xlsx, key: row.numero, prepare: [approve: x], steps: [log: x]}",
            "in a loop it would be asked for each item",
        ),
        ("- for_each: {in: [1], steps: [run: sure]}", "in a loop it would be asked for each item"),
        ("- repeat: {until: true, steps: [group: [approve: x]]}", "it is asked once, not in each round of `repeat`"),
        (
            "- open: /x\n    on_error: [approve: x]",
            "what failed would be tried anew before it is asked again",
        ),
        ("- log: x\nfinally:\n  - run: sure", "the end of a run waits for nobody"),
        ("- log: x\non_error:\n  - approve: x", "the end of a run waits for nobody"),
    ],
)
def test_it_may_not_stand_where_it_could_not_be_asked_once(
    faults: Faults, workspace: Workspace, steps: str, why: str
) -> None:
    (workspace.flows / "sure.yaml").write_text("robo: 1\nsteps: [approve: Sure?]\n", "utf-8")
    said = faults(f"robo: 1\nsettings: {{site: portail}}\nsteps:\n  {steps}\n")
    step = "run" if "sure" in steps else "approve"
    assert f"`{step}` waits for a person: {why}\n" in said
    assert said.count("flows/a.yaml") == 1, said
