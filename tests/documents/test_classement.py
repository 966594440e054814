"""The flow that files a folder of invoices, with the real command: what must come out comes out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from robo.practice.invoices import ARRIVALS, write_invoices
from robo.workbook import Rows

FLOW = Path(__file__).parents[2] / "flows" / "classement.yaml"
FILED = {arrival.filed: arrival.invoice for arrival in ARRIVALS if arrival.filed}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    shutil.copy(FLOW, tmp_path / "flows")
    (tmp_path / "robo.toml").write_text(
        '[workspace]\nlanguage = "en"\n[folders]\narrivee = "arrivee"\nclassement = "classement"\n', encoding="utf-8"
    )
    write_invoices(tmp_path / "arrivee")
    return tmp_path


def robo(workspace: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "robo", *words, "--json"], cwd=workspace, capture_output=True, check=False, timeout=120
    )
    return done.returncode, json.loads(done.stdout)


def filed(workspace: Path) -> set[str]:
    folder = workspace / "classement"
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*.pdf")}


def test_each_invoice_lies_where_it_belongs_and_has_its_row(workspace: Path) -> None:
    code, told = robo(workspace, "run", "classement")
    assert (code, told["counts"]) == (1, {"done": len(FILED), "refused": 2})
    assert filed(workspace) == set(FILED)
    left = {one.name for one in (workspace / "arrivee").iterdir()}
    assert left == {arrival.name for arrival in ARRIVALS if not arrival.filed}
    rows = [entry.values for entry in Rows(workspace / "classement" / "registre.xlsx").entries()]
    registered = {row["Fichier"]: (row["Émetteur"], row["Numéro"], row["Date"], row["Total TTC"]) for row in rows}
    assert registered == {Path(name).name: tuple(invoice or ()) for name, invoice in FILED.items()}
    assert robo(workspace, "run", "classement")[1]["counts"] == {}
    assert len(list(Rows(workspace / "classement" / "registre.xlsx").entries())) == len(FILED)


def test_what_cannot_be_filed_says_why(workspace: Path) -> None:
    told = robo(workspace, "run", "classement")[1]
    reasons = {one["reason"] for one in told["refused"]}
    assert reasons == {
        "numérisation 12.pdf holds no text: it is a scan or a picture",
        "spam.pdf: emetteur: “../../../etc” holds /, which separates folders",
    }
    assert {one["reason"] for one in told["refused_rows"]} == {"gers copie.pdf, gers.pdf are one and the same"}


def test_the_plan_is_what_is_then_done(workspace: Path) -> None:
    """Three files want names that others take, and the register is not there yet: the dry run knows all of it."""
    before = sorted(path.relative_to(workspace).as_posix() for path in workspace.rglob("*.pdf"))
    plan = robo(workspace, "dry-run", "classement")[1]
    assert sorted(path.relative_to(workspace).as_posix() for path in workspace.rglob("*.pdf")) == before
    assert not (workspace / "classement").exists()
    changes = [change for item in plan["items"] for change in item["changes"]]
    planned = {change["gives"] for change in changes if change["step"] == "move"}
    cells = {cell["place"].partition("!")[2]: cell["after"] for change in changes for cell in change["cells"]}

    robo(workspace, "run", "classement")
    assert planned == {str(workspace / "classement" / name) for name in filed(workspace)}
    sheet = openpyxl.load_workbook(workspace / "classement" / "registre.xlsx").worksheets[0]
    written = {cell.coordinate: cell.value for row in sheet.iter_rows(min_row=2) for cell in row}
    assert {place: as_text(value) for place, value in written.items()} == {
        place: as_text(value) for place, value in cells.items()
    }


def as_text(value: Any) -> str:
    """Dates and amounts, as the plan and the workbook hold them, as one text."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    try:
        return str(Decimal(str(value)).normalize())
    except InvalidOperation:
        return str(value)
