"""Workbooks that are not read, with the reason and the place in plain words."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from robo.kit.errors import Failed, FaultyFlow
from robo.workbook import Rows
from workbook.making import MAIN, book_of, by_hand, by_openpyxl

ROWS = [["Nom", "Âge"], ["a", 1], ["b", 2], ["c", 3]]


def test_hidden_rows_are_refused_by_number(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True

    rows = Rows(by_openpyxl(tmp_path / "b.xlsx", ROWS, change))
    with pytest.raises(Failed, match="row 3 of sheet S is hidden"):
        rows.entries()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["Nom", "Âge", "Nom "], ["a", 1, "b"]], "Nom stands twice, in A1 and C1"),
        ([[None], ["a"]], "row 1 holds no headers"),
    ],
)
def test_a_header_that_cannot_name_columns(tmp_path: Path, rows: list[list[str]], words: str) -> None:
    with pytest.raises(FaultyFlow, match=words):
        Rows(by_openpyxl(tmp_path / "b.xlsx", rows)).columns()


def test_values_below_no_header(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Nom", None, "Âge"], ["a", None, 1], ["b", "x", 2]])
    with pytest.raises(FaultyFlow, match="column B holds values, first in row 3"):
        Rows(path).entries()


def test_a_declared_column_that_is_not_there_is_suggested(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", ROWS)
    with pytest.raises(FaultyFlow, match="no column Nmo: did you mean Nom"):
        Rows(path, columns={"Nmo": "text"}).columns()


def test_which_sheet(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", ROWS, lambda sheet: book_of(sheet).create_sheet("T"))
    with pytest.raises(FaultyFlow, match=r"several sheets.*S, T"):
        Rows(path).columns()
    with pytest.raises(FaultyFlow, match="no sheet U; it has S, T"):
        Rows(path, sheet="U").columns()
    assert Rows(path, sheet="s").columns() == ["Nom", "Âge"]


@pytest.mark.parametrize("suffix", [".xls", ".ods", ".csv"])
def test_other_formats_are_named_as_not_there_yet(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(FaultyFlow, match="not in this version yet"):
        Rows(tmp_path / f"b{suffix}").columns()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no file"),
        (b"", "not a workbook, or is damaged"),
        (b"PK\x03\x04 cut short", "not a workbook, or is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more", "protected by a password"),
    ],
)
def test_a_file_that_is_no_workbook(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "b.xlsx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Failed, match=words):
        Rows(path).columns()


def test_a_part_that_is_there_twice(tmp_path: Path) -> None:
    path = by_hand(tmp_path / "b.xlsx", "<sheetData/>", more={"xl/Worksheets/Sheet1.xml": b"<x/>"})
    with pytest.raises(Failed, match="twice"):
        Rows(path).columns()


def test_a_workbook_without_worksheets(tmp_path: Path) -> None:
    path = by_hand(tmp_path / "b.xlsx", "<sheetData/>", workbook="<sheets/></workbook><!--")
    with pytest.raises(Failed, match="damaged"):
        Rows(path).columns()
    only_charts = by_openpyxl(tmp_path / "c.xlsx", [], _chart_only)
    with pytest.raises(Failed, match="has no worksheet"):
        Rows(only_charts).columns()


def _chart_only(sheet: Worksheet) -> None:
    book_of(sheet).create_chartsheet("G")
    book_of(sheet).remove(sheet)


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    bomb = f'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    with pytest.raises(Failed, match="document type"):
        Rows(by_hand(tmp_path / "b.xlsx", "", root=bomb)).columns()


def test_a_part_that_would_swell_beyond_measure_is_not_unpacked(tmp_path: Path) -> None:
    path = by_hand(tmp_path / "b.xlsx", "<sheetData/>" + " " * 70_000_000)
    with pytest.raises(Failed, match="beyond measure"):
        Rows(path).columns()


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    path = by_hand(tmp_path / "b.xlsx", "<sheetData><row></sheetData>")
    with pytest.raises(Failed, match=r"xl/worksheets/sheet1\.xml cannot be read"):
        Rows(path).columns()
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(path.read_bytes())
    data[info.header_offset + 60] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(Failed, match="damaged"):
        Rows(path).columns()
