"""Every example of the reference, exactly as it is documented, is carried out at the practice office."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.pages import Page
from docs.stages import CALLED, STAGES, World
from robo.flow.controls import MODIFIERS, QUESTIONS
from robo.flow.vault import Vault
from robo.practice.invoices import write_invoices
from robo.practice.office import PASSWORD, Office
from robo.practice.post import Post
from robo.practice.workbooks import write_applications

REFERENCE, FRENCH, LANGUAGE = Page("docs/actions.md"), Page("docs/actions.fr.md"), Page("docs/language.md")
GUIDE = Page("docs/write-a-flow.md")


def of_actions(page: Page) -> dict[str, str]:
    """The example of each action, as that page of the reference shows it."""
    entries = re.findall(r"^### (\w+)$(.*?)(?=^##|\Z)", page.text, re.MULTILINE | re.DOTALL)
    shown = {name: re.search(r"^```yaml\n(.*?)\n```$", entry, re.MULTILINE | re.DOTALL) for name, entry in entries}
    return {name: example[1] if example else "" for name, example in shown.items()}


def of_guide() -> dict[str, str]:
    """The steps in the table of words that help which the reference does not show as they are."""
    (table,) = re.findall(r"^\| You want to.*?\n\n", GUIDE.prose, re.MULTILINE | re.DOTALL)
    steps = [found.replace("\\|", "|") for found in re.findall(r"`(- .+?)`", table)]
    more = [step for step in steps if step not in of_actions(REFERENCE).values()]
    return {f"guide-{step_name(step)}": step for step in more}


def step_name(step: str) -> str:
    return next(str(name) for name in yaml.safe_load(step)[0] if name not in MODIFIERS)


def of_language() -> dict[str, str]:
    """The smallest flow, and a step that runs another; what else is shown there is no whole one."""
    smallest, *others = LANGUAGE.blocks("yaml")
    (call,) = [block for block in others if block.startswith("- run:")]
    return {"smallest": smallest, "called": call.rstrip()}


EXAMPLES = {**of_actions(REFERENCE), **of_guide(), **of_language()}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """After one run of all stages, each a flow of its own which that run calls."""
    folder = tmp_path_factory.mktemp("labo")
    with Office() as office, Post() as post:
        lay_out(folder, office, post)
        told = robo(folder, "run", "examples")
        run = Path(told["folder"])
        journal = [json.loads(line) for line in (run / "journal.jsonl").read_text("utf-8").splitlines()]
        yield World(folder, office, post, run, told, journal)


def robo(folder: Path, *words: str) -> dict[str, Any]:
    """What the command tells programs."""
    command = [sys.executable, "-m", "robo", *words, "--json"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=120)
    told: dict[str, Any] = json.loads(ran.stdout)
    assert "run" in told, told
    return told


def lay_out(folder: Path, office: Office, post: Post) -> None:
    """The workspace and the flows of the guide, and beside them those of the stages."""
    (toml,) = GUIDE.blocks("toml")
    here = toml.replace("http://127.0.0.1:8031", office.address).replace("smtp://localhost:8025", post.address)
    calls = "".join(f"- {{run: stage-{name}, on_error: continue}}\n" for name in STAGES)
    flows = {block.splitlines()[0].removeprefix("# "): block for block in GUIDE.blocks("yaml")}
    flows |= {f"flows/stage-{name}.yaml": stage.flow(EXAMPLES[name]) for name, stage in STAGES.items()}
    flows |= {"flows/commun/extraire.yaml": CALLED, "robo.toml": here}
    flows["flows/examples.yaml"] = f"robo: 1\nsettings: {{site: bureau, step_timeout: 10s}}\nsteps:\n{calls}"
    for name, text in flows.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    write_applications(folder / "demandes.xlsx")
    write_invoices(folder / "arrivee")
    Vault(folder / ".robo").set("bureau", PASSWORD)


def test_each_has_its_stage() -> None:
    assert set(EXAMPLES) == {*STAGES, *QUESTIONS}
    assert of_actions(REFERENCE) == of_actions(FRENCH)


@pytest.mark.parametrize("name", STAGES)
def test_it_does_what_it_promises(name: str, world: World) -> None:
    stage = STAGES[name]
    assert (stage.seen(world) if stage.seen else world.said(name)) == stage.wanted, world.reasons


def test_what_a_person_is_asked_is_answered(world: World) -> None:
    """Both questions, in a run of their own: it waits for each, and goes on with what was answered."""
    steps = [EXAMPLES["ask"], EXAMPLES["approve"], '- log: "{{ reponse.taux }}, {{ accord.approved }}"']
    text = "\n".join(["robo: 1", "steps:", *steps, ""])
    (world.folder / "flows" / "asking.yaml").write_text(text, encoding="utf-8")
    first = robo(world.folder, "run", "asking")
    second = robo(world.folder, "answer", first["run"], "-i", "taux=2,5", "--resume")
    assert [one["asks"][0]["title"] for one in (first, second)] == [
        "Quel est le taux du mois ?", "Confirmer les demandes saisies"
    ]  # fmt: skip
    last = robo(world.folder, "approve", first["run"], "--resume")
    assert last["state"] == "done"
    assert "2,5, oui" in (Path(last["folder"]) / "run.log").read_text("utf-8")
