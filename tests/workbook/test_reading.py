"""What a cell is for a flow: its exact value, or the reason why it cannot be used."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from robo.kit.help import help_of
from robo.kit.schema import bind
from robo.kit.shelf import Shelf
from robo.kit.source import Fault, SourceType
from robo.kit.types import ColumnType
from robo.workbook import Rows
from workbook.making import STRICT, by_hand, by_openpyxl


def read_cell(tmp_path: Path, cell: str, kind: ColumnType | None = None, workbook: str = "", strings: str = "") -> Any:
    """The value of a cell given as XML, in a column "V"."""
    sheet = f'<sheetData><row r="1"><c r="A1" t="str"><v>V</v></c></row><row r="2">{cell}</row></sheetData>'
    path = by_hand(tmp_path / "b.xlsx", sheet, workbook=workbook, strings=strings)
    entries = list(Rows(path, columns={"V": kind} if kind else None).entries())
    return entries[0].values["V"] if entries else None


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A2"><v>42</v></c>', 42),
        ('<c r="A2"><v>1.2E3</v></c>', 1200),
        ('<c r="A2"><v>59.969999999999999</v></c>', Decimal("59.97")),
        ('<c r="A2"><v>0.30000000000000004</v></c>', Decimal("0.3")),
        ('<c r="A2" s="1"><v>46082</v></c>', date(2026, 3, 1)),
        ('<c r="A2" s="2"><v>46082</v></c>', datetime(2026, 3, 1)),
        ('<c r="A2" s="1"><v>46082.567418981482</v></c>', datetime(2026, 3, 1, 13, 37, 5)),
        ('<c r="A2" s="1"><v>59</v></c>', date(1900, 2, 28)),
        ('<c r="A2" s="5"><v>0.35416666666666669</v></c>', time(8, 30)),
        ('<c r="A2" t="b"><v>1</v></c>', True),
        ('<c r="A2" t="str"><f>""</f><v></v></c>', None),
        ('<c r="A2"><f>1+1</f><v>2</v></c>', 2),
        ('<c r="A2" t="inlineStr"><is><t> 1\u202f234 </t></is></c>', "1 234"),
        ('<c r="A2" t="inlineStr"><is><r><t>gr</t></r><r><t>as</t></r><rPh><t>non</t></rPh></is></c>', "gras"),
        ('<c r="A2" t="inlineStr"><is><t><![CDATA[a<b]]>&amp;_x0041_</t></is></c>', "a<b&A"),
        ('<c t="inlineStr"><is><t>e\u0301</t></is></c>', "é"),
        ('<c r="A2" t="d"><v>2026-03-01</v></c>', date(2026, 3, 1)),
        ('<c r="A2" s="1"/>', None),
    ],
)
def test_a_cell_is_what_it_holds(tmp_path: Path, cell: str, value: Any) -> None:
    read = read_cell(tmp_path, cell)
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ('<c r="A2" t="e"><f>NA()</f><v>#N/A</v></c>', "#N/A"),
        ('<c r="A2"><f>A1+1</f><v></v></c>', "never computed"),
        ('<c r="A2"><v>12345678901234567</v></c>', "15 digits"),
        ('<c r="A2" s="3"><v>9100</v></c>', "shown as 09100"),
        ('<c r="A2" s="6"><v>1.08</v></c>', "duration"),
        ('<c r="A2" s="1"><v>60</v></c>', "is none"),
        ('<c r="A2" s="1"><v>1E+300</v></c>', "is none"),
    ],
)
def test_a_cell_that_cannot_be_used_says_why(tmp_path: Path, cell: str, reason: str) -> None:
    read = read_cell(tmp_path, cell)
    assert isinstance(read, Fault)
    assert reason in read.reason


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", '<c r="A2" s="3"><v>9100</v></c>', "09100"),
        ("text", '<c r="A2"><v>31000</v></c>', "31000"),
        ("text", '<c r="A2" s="1"><v>46082</v></c>', "01/03/2026"),
        ("integer", '<c r="A2" s="3"><v>9100</v></c>', 9100),
        ("decimal", '<c r="A2" t="str"><v>1 234,50 €</v></c>', Decimal("1234.50")),
        ("decimal", '<c r="A2"><v>3</v></c>', Decimal(3)),
        ("date", '<c r="A2" t="str"><v>1/3/2026</v></c>', date(2026, 3, 1)),
        ("date", '<c r="A2" s="2"><v>46082</v></c>', date(2026, 3, 1)),
        ("datetime", '<c r="A2" t="str"><v>01/03/2026 8h30</v></c>', datetime(2026, 3, 1, 8, 30)),
        ("time", '<c r="A2" t="str"><v>17h</v></c>', time(17)),
        ("yes_no", '<c r="A2" t="str"><v>OUI</v></c>', True),
        ("yes_no", '<c r="A2"><v>0</v></c>', False),
        ("email", '<c r="A2" t="str"><v>a.b@mairie.fr</v></c>', "a.b@mairie.fr"),
        ("iban", '<c r="A2" t="str"><v>FR76 3000 6000 0112 3456 7890 189</v></c>', "FR7630006000011234567890189"),
        ("date", '<c r="A2" s="1"/>', None),
    ],
)
def test_a_declared_column_converts(tmp_path: Path, kind: ColumnType, cell: str, value: Any) -> None:
    read = read_cell(tmp_path, cell, kind)
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("decimal", "1.234"),
        ("integer", "3,5"),
        ("date", "31/02/2026"),
        ("date", "01/03/26"),
        ("time", "25:00"),
        ("yes_no", "peut-être"),
        ("email", "a@b"),
        ("iban", "FR76 3000 6000 0112 3456 7890 188"),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_a_fault(tmp_path: Path, kind: ColumnType, text: str) -> None:
    read = read_cell(tmp_path, f'<c r="A2" t="str"><v>{text}</v></c>', kind)
    assert isinstance(read, Fault)
    assert text in read.reason


def test_days_since_1904(tmp_path: Path) -> None:
    read = read_cell(tmp_path, '<c r="A2" s="1"><v>44620</v></c>', workbook='<workbookPr date1904="1"/>')
    assert read == date(2026, 3, 1)


def test_shared_strings_with_formats_inside(tmp_path: Path) -> None:
    strings = "<si><t>autre</t></si><si><r><t>deux </t></r><r><t>couleurs</t></r><rPh><t>x</t></rPh></si>"
    assert read_cell(tmp_path, '<c r="A2" t="s"><v>1</v></c>', strings=strings) == "deux couleurs"


def test_a_strict_workbook_is_read_like_any_other(tmp_path: Path) -> None:
    rows = '<row><c t="str"><v>V</v></c></row><row><c><v>7</v></c></row>'
    path = by_hand(tmp_path / "b.xlsx", f"<sheetData>{rows}</sheetData>", space=STRICT)
    assert [(entry.position, entry.values) for entry in Rows(path).entries()] == [(2, {"V": 7})]


def test_positions_are_the_lines_of_the_sheet_and_empty_lines_are_no_entries(tmp_path: Path) -> None:
    path = by_openpyxl(
        tmp_path / "b.xlsx", [["titre"], [], ["Nom\u00a0", "Âge"], ["a", 1], [None, " "], [], ["b", None]]
    )
    rows = Rows(path, header_row=3)
    assert rows.columns() == ["Nom", "Âge"]
    assert [(entry.position, dict(entry.values)) for entry in rows.entries()] == [
        (4, {"Nom": "a", "Âge": 1}),
        (7, {"Nom": "b", "Âge": None}),
    ]


def test_types_are_said(tmp_path: Path) -> None:
    rows = [
        ["a", "b", "c", "d", "e"],
        ["x", 1, date(2026, 1, 1), None, 3],
        ["y", 1.5, datetime(2026, 1, 1, 8), None, "z"],
    ]
    assert Rows(by_openpyxl(tmp_path / "b.xlsx", rows)).types() == {
        "a": "text",
        "b": "decimal",
        "c": "datetime",
        "d": "empty",
        "e": "mixed",
    }


def test_the_row_of_totals_of_a_table_is_no_entry(tmp_path: Path) -> None:
    from openpyxl.worksheet.table import Table

    def change(sheet: Worksheet) -> None:
        sheet.add_table(Table(displayName="T", ref="A1:B4", totalsRowCount=1))

    path = by_openpyxl(tmp_path / "b.xlsx", [["Nom", "Euros"], ["a", 1], ["b", 2], ["Total", 3]], change)
    assert [entry.values["Nom"] for entry in Rows(path).entries()] == ["a", "b"]


def test_a_cell_hidden_by_a_merge_is_a_fault_not_an_empty_value(tmp_path: Path) -> None:
    path = by_openpyxl(
        tmp_path / "b.xlsx", [["Service", "Nom"], ["RH", "a"], [None, "b"]], lambda sheet: sheet.merge_cells("A2:A3")
    )
    first, second = Rows(path).entries()
    assert first.values["Service"] == "RH"
    assert isinstance(second.values["Service"], Fault)


def test_a_flow_names_its_parameters_without_underscore(tmp_path: Path) -> None:
    kind = Shelf.of([__import__("robo.workbook", fromlist=["Rows"])]).sources["row"]
    assert isinstance(kind, SourceType)
    assert kind.name == "for_each_row"
    assert set(help_of(kind).parameters) == {"in", "sheet", "header_row", "columns"}
    bound = bind(kind, {"in": tmp_path / "b.xlsx", "sheet": 2026, "columns": {"Code postal": "text"}})
    assert Rows(**bound).describe() == "b.xlsx, sheet 2026"
