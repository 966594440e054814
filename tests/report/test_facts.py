"""What a change says of itself is on the page of its dry run and in the report of the run that makes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dry.conftest import FLOW, REGISTER, Desk
from report.conftest import words
from robo.practice.workbooks import write_applications


@pytest.fixture
def office(tmp_path: Path) -> Desk:
    """Two rows to be entered by a robot whose changes have cells, documents and remarks."""
    made = Desk(tmp_path)
    made.write("robo.toml", "")
    made.write("robots/register.py", REGISTER)
    made.write("flows/register.yaml", FLOW.replace("default: 4", "default: 2").replace("name: =row.nom", "name: ''"))
    write_applications(tmp_path / "demandes.xlsx")
    return made


def test_a_dry_run_is_shown_by_its_name(office: Desk) -> None:
    plan = office.plan("register")
    shown = office.robo("show", plan["run"])
    assert (shown.returncode, plan["page"] in shown.stdout) == (0, True), shown.stderr
    page = words(Path(plan["page"]))
    assert page.commands == ["robo run register"]
    row = next(row for row in page.rows if "2026-0101" in row)
    for said in ("would be done", "enter 2026-0101", "register.txt, 2026-0101", "nobody is named", "2026-0101.txt"):
        assert said in row
    document = plan["items"][0]["changes"][0]["documents"][0]["file"]
    assert f'<a href="{document}">' in Path(plan["page"]).read_text("utf-8")
    assert office.robo("logs", plan["run"]).stdout == (Path(plan["folder"]) / "run.log").read_text("utf-8")


def test_a_run_tells_the_same_of_its_changes_and_what_came_of_them(office: Desk) -> None:
    office.robo("run", "register")
    (folder,) = (office.root / "runs").iterdir()
    row = next(row for row in words(folder / "report.html").rows if "2026-0101" in row)
    for said in ("done", "enter 2026-0101", "register.txt, 2026-0101", "nobody is named", "2026-0101.txt", "Référence"):
        assert said in row


def test_a_run_that_ends_outside_of_its_loops_says_at_which_step(office: Desk) -> None:
    steps = """\
robo: 1
steps:
  - log: Bonjour
  - register.enter: {file: register.txt, number: '2026-0103', name: A}
"""
    office.write("flows/ends.yaml", steps)
    office.robo("run", "ends")
    (folder,) = (office.root / "runs").iterdir()
    page = words(folder / "report.html")
    assert "Outside of the loops" in page.headings
    assert "register.enter went wrong – not allowed" in " ".join(page.text.split())
