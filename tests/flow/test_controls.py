"""The flow's own steps: what is refused before the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from robo.flow.load import load_text
from robo.flow.model import Flow, walk
from robo.flow.problems import FaultyFile
from robo.flow.workspace import Workspace
from robo.kit.shelf import installed

Faults = Callable[[str], str]

REPEAT = "robo: 1\nsettings: {site: portail}\nsteps:\n  - open: /x\n  - repeat:\n"


@pytest.mark.parametrize(
    ("block", "place", "fault"),
    [
        ("until: true\n      steps: [{charge: 12}]", "7:16", "`repeat` is for what only looks: a change is made once"),
        ("steps: [{click: Suite}]", "5:5", "`until` is missing in `repeat`"),
        ("until: avis > 3\n      steps: [{click: Suite}]", "6:14", "avis does not exist"),
        (
            "until: true\n      steps: [{for_each_row: {in: demandes.xlsx, key: row.numero, steps: [log: x]}}]",
            "7:50",
            "a loop with a key does each item once: not in `repeat`",
        ),
        ("until: true\n      steps: [{click: Suite}]\n    save: fin", "8:5", "`save` belongs beside an action"),
        (
            "until: true\n      steps: [{click: Suite}]\n    retry: 3\n    timeout: 3s",
            "9:5",
            "`timeout` belongs beside",
        ),
    ],
)
def test_repeat(faults: Faults, block: str, place: str, fault: str) -> None:
    said = faults(REPEAT + "      " + block + "\n")
    assert said.startswith(f"flows/a.yaml:{place}: {fault}"), said
    assert said.count("flows/a.yaml") == 1, said


# ---- a flow as a part of another

CALLED = """\
robo: 1
inputs: {classeur: file, seuil: {type: integer, default: 3}}
settings: {site: portail}
steps:
  - for_each_row:
      in: =inputs.classeur
      columns: {Code postal: text}
      steps: [log: "{{ row.nom }}"]
outputs: {total: =rows.done}
"""
CALLER = "robo: 1\nsettings: {site: portail}\nsteps:\n  - "


@pytest.fixture
def caller(workspace: Workspace, faults: Faults) -> Callable[..., str]:
    """The faults of a flow with these steps; further flows by name."""

    def said(steps: str, **others: str) -> str:
        for name, text in {"lire": CALLED, **others}.items():
            (workspace.flows / f"{name}.yaml").write_text(text, encoding="utf-8")
        return faults(CALLER + steps)

    return said


@pytest.mark.parametrize(
    ("steps", "place", "fault"),
    [
        ("run: lier", "4:10", 'there is no flow "lier". Did you mean "lire"?'),
        ("run: ../lire", "4:10", 'there is no flow "../lire"'),
        ("run: lire", "4:5", '"classeur" is missing: lire asks for it'),
        ("run: {flow: lire, with: {clasur: x}}", "4:30", '"clasur" is not known here'),
        ("run: {flow: lire, with: {classeur: demandes.xlsx, seuil: peu}}", "4:62", '"peu" is no whole number'),
        (
            "run: {flow: lire, with: {classeur: demandes.xlsx, seuil: =run.started}}",
            "4:62",
            "run.started is no integer",
        ),
        ("run: {flow: lire, with: {classeur: demandes.xlsx}}\n    save: lu\n  - log: =lu.totl", "6:11", "lu.totl does"),
        ("run: {flow: lire, with: {classeur: demandes.xlsx}}\n    timeout: 3s", "5:5", "`timeout` belongs beside"),
    ],
)
def test_run(caller: Callable[..., str], steps: str, place: str, fault: str) -> None:
    said = caller(steps)
    assert said.startswith(f"flows/a.yaml:{place}: {fault}"), said
    assert said.count("flows/a.yaml:") == 1, said


def test_what_a_flow_is_given_is_held_against_the_files(caller: Callable[..., str]) -> None:
    said = caller("run: {flow: lire, with: {classeur: autre.xlsx}}")
    assert said.startswith("flows/lire.yaml:6:11: "), said
    assert "autre.xlsx" in said


def test_faults_of_a_flow_that_is_run_are_told_at_their_own_place_and_once(caller: Callable[..., str]) -> None:
    said = caller("run: autre\n  - run: autre\n  - log: =rien", autre="robo: 1\nsteps:\n  - log: =nulle_part\n")
    assert [line.split(" ")[0] for line in said.splitlines() if line.startswith("flows/")] == [
        "flows/a.yaml:6:11:",
        "flows/autre.yaml:3:11:",
    ]


def test_a_flow_may_not_lead_back_to_itself(caller: Callable[..., str]) -> None:
    said = caller("run: b", b="robo: 1\nsteps: [run: c]\n", c="robo: 1\nsteps: [run: b]\n")
    assert said.startswith("flows/c.yaml:2:14: a flow may not run itself: b → c → b"), said


@pytest.mark.parametrize(
    ("steps", "place", "fault"),
    [
        ("for_each: {in: [1], steps: [{run: payer}]}", "4:5", "`key` is missing: the loop contains `run`"),
        ("repeat: {until: true, steps: [{run: payer}]}", "4:36", "`repeat` is for what only looks"),
        ("run: payer\n    retry: 3", "5:5", "`run` is never tried again by itself"),
        (
            "for_each: {in: [1], key: item, steps: [{run: saisir}]}",
            "4:45",
            "a loop with a key may not stand in a loop with a key: saisir has one (line 3)",
        ),
        ("run: ailleurs", "", "flows/ailleurs.yaml:2:18: the flow that runs this one has site: portail"),
        ("run: payer\n  - fill: {Nom: x}", "5:5", "`fill` needs a page that was opened before"),
    ],
)
def test_the_law_holds_through_flows_that_are_run(
    caller: Callable[..., str], steps: str, place: str, fault: str
) -> None:
    said = caller(
        steps,
        payer="robo: 1\nsteps: [{charge: 12}]\n",
        saisir="robo: 1\nsteps:\n  - for_each: {in: [1], key: item, steps: [{charge: =item}]}\n",
        ailleurs="robo: 1\nsettings: {site: 'https://ailleurs.example.fr'}\nsteps: [log: x]\n",
    )
    assert said.startswith(f"flows/a.yaml:{place}: {fault}" if place else fault), said


def test_a_flow_that_is_run_may_lead_to_the_page(workspace: Workspace, load: Callable[[str], Flow]) -> None:
    (workspace.flows / "aller.yaml").write_text("robo: 1\nsteps: [{open: /x}]\n", encoding="utf-8")
    flow = load(CALLER + "run: aller\n  - fill: {Nom: x}\n")
    assert [step.address for step in walk(flow.steps)] == ["1", "1/run/1", "2"]
    assert list(flow.called) == ["aller"]


# ---- the end of a run


@pytest.mark.parametrize(
    ("end", "place", "fault"),
    [
        ("finally: [{fill: {Nom: x}}]", "4:12", "`fill` needs a page that was opened before: nobody knows where"),
        ("finally: [{log: =error.message}]", "4:18", "error does not exist"),
        ("on_error: [{log: =error.massage}]", "4:19", "error.massage does not exist"),
        ("finally: [{for_each: {in: [1], key: item, steps: [log: x]}}]", "4:12", "a loop with a key belongs under"),
        ("finally: [{skip: x}]", "4:12", "`skip` leaves an item out"),
    ],
)
def test_end(faults: Faults, end: str, place: str, fault: str) -> None:
    said = faults("robo: 1\nsettings: {site: portail}\nsteps: [{open: /x}]\n" + end)
    assert said.startswith(f"flows/a.yaml:{place}: {fault}"), said
    assert said.count("flows/a.yaml") == 1, said


@pytest.mark.parametrize(
    ("rule", "place", "fault"),
    [
        ("{on: failure}", "2:10", "`mail` is missing"),
        ("{on: failed, mail: a@b.fr}", "2:15", "one of these is expected: failure, success, in_doubt, approval"),
        ("{on: success, mail: chef}", "2:30", '"chef" is no mail address'),
        ("{on: success, mail: =row.x}", "2:31", "row does not exist"),
        ("{on: success, mial: a@b.fr}", "2:10", "`mail` is missing"),
    ],
)
def test_notify(workspace: Workspace, rule: str, place: str, fault: str) -> None:
    with pytest.raises(FaultyFile) as raised:
        load_text(f"robo: 1\nnotify: [{rule}]\nsteps: [log: x]\n", workspace.flows / "a.yaml", workspace, installed())
    assert str(raised.value).startswith(f"flows/a.yaml:{place}: {fault}"), str(raised.value)
