"""Rows added to a register: each once, at the end, and not one byte more than that."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from robo.kit.change import Change, Done, Intent, NotDone
from robo.kit.errors import Busy, Failed, FaultyFlow, Refused
from robo.kit.outlook import fresh
from robo.workbook import append_row
from robo.workbook.register import was_appended
from workbook.making import MAIN, by_hand, by_openpyxl, everything
from workbook.test_write_back import raw_parts, sheet_xml

NEW = {"Numéro": "D9", "Montant": Decimal("1234.5"), "Référence": "=x", "Saisi le": datetime(2026, 5, 3, 10, 31)}


def add(path: Path, values: dict[str, Any], sheet: str | None = None, *key: str) -> int:
    """Add the row as the engine does; its number."""
    doing = append_row(path, key or ("Numéro",), values, sheet)
    try:
        next(doing)
    except StopIteration as already:
        return int(already.value)
    return ended(doing)


def ended(doing: Generator[Change, None, int]) -> int:
    with pytest.raises(StopIteration) as end:
        next(doing)
    return int(end.value.value)


def rows(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_the_row_stands_below_the_last_and_the_table_grows_around_it(tmp_path: Path) -> None:
    path = everything(tmp_path / "b.xlsx")
    parts, xml = raw_parts(path), sheet_xml(path)
    assert add(path, NEW, "S") == 7
    now = raw_parts(path)
    assert {name for name in parts if parts[name] != now[name]} == {"xl/worksheets/sheet1.xml", "xl/tables/table1.xml"}
    added = re.compile(r'<row r="7">.*?</row>')
    assert added.sub("", sheet_xml(path)).replace("A1:F7", "A1:F6") == xml
    sheet = openpyxl.load_workbook(path)["S"]
    assert sheet.tables["Dossiers"].ref == sheet.tables["Dossiers"].autoFilter.ref == "A1:D7"
    assert [cell.value for cell in sheet[7][:4]] == ["D9", 1234.5, "=x", NEW["Saisi le"]]
    assert sheet["D7"].number_format == sheet["D6"].number_format == "dd/mm/yyyy hh:mm"
    assert sheet["C7"].data_type == "s"


def test_a_register_that_is_not_there_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "registre.xlsx"
    first = {"Numéro": "01", "Le": date(2026, 5, 3), "Montant": Decimal("12.50"), "À <revoir>": True}
    assert add(path, first) == 2
    assert add(path, {**first, "Numéro": "02", "Le": date(2026, 5, 4)}) == 3
    assert rows(path) == [
        ["Numéro", "Le", "Montant", "À <revoir>"],
        ["01", date(2026, 5, 3), 12.5, True],
        ["02", date(2026, 5, 4), 12.5, True],
    ]
    book = openpyxl.load_workbook(path)
    assert (book.sheetnames, book.active and book.active.freeze_panes) == (["registre"], "A2")
    assert os.listdir(path.parent) == ["registre.xlsx"]


def test_a_key_that_is_there_is_not_added_again(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Le", "Nom"], [12, date(2026, 5, 3), "a"]])
    before = path.read_bytes()
    for number, day in ((12, date(2026, 5, 3)), ("12", "03/05/2026"), (Decimal("12.0"), datetime(2026, 5, 3))):
        assert add(path, {"Numéro": number, "Le": day, "Nom": "b"}, None, "Numéro", "Le") == 2
    assert path.read_bytes() == before
    assert add(path, {"Numéro": 12, "Le": date(2026, 5, 4)}, None, "Numéro", "Le") == 3


def test_a_date_that_stands_as_text_is_known_again(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Le"]])
    assert add(path, {"Le": date(2026, 5, 3)}, None, "Le") == 2
    assert rows(path)[1] == ["03/05/2026"]
    assert add(path, {"Le": date(2026, 5, 3)}, None, "Le") == 2


HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>N</t></is></c></row>'


@pytest.mark.parametrize(
    "below",
    [
        "",
        '<row r="2" ht="15"/>',
        '<row r="2"><c r="A2" s="3"/></row>',
        '<row r="2"><c r="B2"><v>1</v></c></row>',
        '<row r="9" ht="15"/>',
        '<row r="2"/><row r="3"/><!-- end -->',
    ],
)
def test_whatever_empty_rows_there_are_the_next_one_is_filled(tmp_path: Path, below: str) -> None:
    path = by_hand(tmp_path / "b.xlsx", f"<sheetData>{HEADER}{below}</sheetData>")
    assert [add(path, {"N": text}, None, "N") for text in "xyx"] == [2, 3, 2]
    assert [row[0] for row in rows(path)[:3]] == ["N", "x", "y"]


def test_names_of_elements_may_have_a_prefix(tmp_path: Path) -> None:
    cell = '<x:c r="A1" t="inlineStr"><x:is><x:t>N</x:t></x:is></x:c>'
    root = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1">{cell}</x:row></x:sheetData></x:worksheet>'
    path = by_hand(tmp_path / "b.xlsx", "", root=root)
    assert add(path, {"N": "x"}, None, "N") == 2
    assert rows(path) == [["N"], ["x"]]


def test_empty_rows_of_a_table_are_filled_before_it_grows(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.add_table(Table(displayName="T", ref="A1:B3"))

    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Nom"]], change)
    assert [add(path, {"Numéro": number}) for number in "abc"] == [2, 3, 4]
    assert openpyxl.load_workbook(path)["S"].tables["T"].ref == "A1:B4"


def test_what_must_not_be_written_stays_as_it_is(tmp_path: Path) -> None:
    def totals(sheet: Worksheet) -> None:
        table = Table(displayName="T", ref="A1:B3")
        table.totalsRowCount = 1
        sheet.add_table(table)

    def protected(sheet: Worksheet) -> None:
        sheet.protection.enable()

    for change, reason in ((totals, "a row of totals"), (protected, "is protected")):
        path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Nom"], ["a", "b"], ["Total", 1]], change)
        before = path.read_bytes()
        with pytest.raises(Failed, match=reason):
            add(path, {"Numéro": "c"})
        assert path.read_bytes() == before


def test_what_does_not_fit_the_register_is_said(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Nom"]])
    with pytest.raises(FaultyFlow, match="did you mean Nom"):
        add(path, {"Numéro": "a", "Nomm": "x"})
    with pytest.raises(FaultyFlow, match="not among the values"):
        add(path, {"Nom": "x"})
    with pytest.raises(Refused, match="is empty"):
        add(path, {"Numéro": " ", "Nom": "x"})
    (tmp_path / "~$b.xlsx").write_bytes(b"\x05Marie")
    with pytest.raises(Busy, match="Marie"):
        add(path, {"Numéro": "a"})


def test_after_a_stop_the_register_itself_tells(tmp_path: Path) -> None:
    path = tmp_path / "registre.xlsx"
    doing = append_row(path, ("Le",), {"Le": date(2026, 5, 3), "Nom": "x"})
    intent = Intent("append_row", 1, datetime(2026, 5, 3), next(doing))
    assert isinstance(was_appended(intent), NotDone)
    assert ended(doing) == 2
    assert was_appended(intent) == Done(2)


def test_a_row_that_came_in_between_is_not_doubled(tmp_path: Path) -> None:
    path = tmp_path / "registre.xlsx"
    first, second, other = (append_row(path, ("N",), {"N": number}) for number in ("a", "a", "b"))
    assert [next(doing).gives for doing in (first, second, other)] == [2, 2, 2]
    assert [ended(doing) for doing in (first, second, other)] == [2, 2, 3]
    assert rows(path) == [["N"], ["a"], ["b"]]


def test_a_plan_counts_the_rows_that_were_promised(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Nom"], ["a", "x"]])
    outlook = fresh()
    try:
        planned = []
        for number in ("b", "c"):
            change = next(append_row(path, ("Numéro",), {"Numéro": number, "Nom": None}))
            outlook.foresee(change)
            planned += [(cell.place, cell.column, cell.before, cell.after) for cell in change.cells]
        assert planned == [("b.xlsx, S!A3", "Numéro", None, "b"), ("b.xlsx, S!A4", "Numéro", None, "c")]
        assert add(path, {"Numéro": "c"}) == 4
    finally:
        fresh()
    assert rows(path) == [["Numéro", "Nom"], ["a", "x"]]


WRITER = """
import sys
from pathlib import Path
from robo.workbook import append_row
for number in range(10_000):
    print(number, flush=True)
    for _ in append_row(Path(sys.argv[1]), ("N",), {"N": number, "Text": "x" * 100}): pass
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
def test_a_kill_at_any_instant_leaves_whole_rows_and_no_gap(tmp_path: Path) -> None:
    path = tmp_path / "registre.xlsx"
    chance = random.Random(31)
    for _round in range(5):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(chance.uniform(0.05, 0.4))
            writer.send_signal(signal.SIGKILL)
        found = rows(path)[1:] if path.exists() else []
        assert [row[0] for row in found] == list(range(len(found)))
    assert add(path, {"N": -1, "Text": "end"}, None, "N") == len(found) + 2
    assert os.listdir(tmp_path) == ["registre.xlsx"]
