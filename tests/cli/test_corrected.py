"""Rows that were refused are set aside, corrected by a person and run again: the same items, entered once."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from cli.conftest import REGISTER, Desk

STRICT = REGISTER.replace('number == "2026-0103" and not (file.parent / "allowed").exists()', 'name == "?"').replace(
    "number: str)", "number: str, name: str)"
)
FLOW = """\
robo: 1
steps:
  - for_each_row:
      in: demandes.xlsx
      key: row.numero
      columns: {Code postal: text}
      where: position < 7
      steps:
        - register.enter: {file: register.txt, number: =row.numero, name: =row.nom}
          save: rank
      write_back: {Référence: =rank}
"""


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Five rows, of which the third has no name that could be entered, and the fifth no number."""
    desk.write("robots/register.py", STRICT)
    desk.write("flows/register.yaml", FLOW)
    book = load_workbook(desk.root / "demandes.xlsx")
    book["Demandes"]["C4"] = "?"
    book["Demandes"]["A6"] = None
    book.save(desk.root / "demandes.xlsx")
    return desk


def test_a_corrected_row_is_entered_once_and_its_number_stands_in_both_workbooks(office: Desk) -> None:
    first = office.json("run", "register")
    assert first["counts"] == {"done": 3, "refused": 1}
    (aside,) = first["aside"]
    command = f"robo run flows/register.yaml --rows-from runs/{first['run']}/refused.xlsx"
    assert command in office.robo("show").stdout
    book = load_workbook(aside)
    sheet = book["Demandes"]
    original = load_workbook(office.root / "demandes.xlsx")["Demandes"]
    shown = [n for n in range(2, sheet.max_row + 1) if not sheet.row_dimensions[n].hidden]
    assert shown == [4, 6]
    assert sheet.cell(1, sheet.max_column).value == "Reason"
    assert [sheet.cell(n, sheet.max_column).value for n in shown] == ["not allowed", "the key is empty"]
    for n in shown:
        for column in range(1, original.max_column + 1):
            assert sheet.cell(n, column).value == original.cell(n, column).value
            assert sheet.cell(n, column).number_format == original.cell(n, column).number_format

    uncorrected = office.json("run", "register", "--rows-from", str(aside))
    assert uncorrected["counts"] == {}
    sheet["C4"], sheet["A6"] = "Dupont", "2026-0999"
    book.save(aside)
    second = office.json("run", "register", "--rows-from", str(aside))
    assert second["counts"] == {"done": 2}
    assert office.register == ["2026-0101", "2026-0102", "2026-0104", "2026-0103", "2026-0999"]
    reference = next(cell.column for cell in original[1] if cell.value == "Référence")
    for file in (aside, office.root / "demandes.xlsx"):
        assert load_workbook(file)["Demandes"].cell(4, reference).value == "4"


def test_the_next_run_over_the_whole_workbook_has_nothing_to_ask(office: Desk) -> None:
    first = office.json("run", "register")
    aside = office.root / "runs" / first["run"] / "refused.xlsx"
    book = load_workbook(aside)
    book["Demandes"]["C4"] = "Dupont"
    book.save(aside)
    office.robo("run", "register", "--rows-from", str(aside))
    after = office.json("run", "register")
    assert (after["counts"], after["waits"], after["already"]) == ({}, [], 4)


def test_what_a_person_has_begun_to_correct_is_not_written_over(office: Desk) -> None:
    first = office.json("run", "register")
    folder = office.root / "runs" / first["run"]
    (folder / "refused.xlsx").write_bytes(b"begun")
    office.robo("resume")
    assert (folder / "refused.xlsx").read_bytes() == b"begun"
    assert load_workbook(folder / "refused-2.xlsx")["Demandes"]["C4"].value == "?"
