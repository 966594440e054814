"""Rows set aside are read as they were read in their own sheet, whatever they hold; nothing unusable becomes empty."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from robo.kit.source import Entry, Fault
from robo.workbook import Rows
from workbook.making import MAIN, STRICT, by_hand

STRINGS = "<si><t>Texte</t></si><si><t xml:space='preserve'> Vrai &amp; faux </t></si>"
SHEET = """
<cols><col min="1" max="2" width="33" customWidth="1"/></cols>
<sheetData>
<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="inlineStr"><is><t>Date</t></is></c><c r="C2" t="str"><v>Code</v></c>
<c r="D2" t="inlineStr"><is><t>Oui</t></is></c><c r="E2" t="inlineStr"><is><t>Somme</t></is></c>
<c r="F2" t="inlineStr"><is><t>Faute</t></is></c><c r="G2" t="inlineStr"><is><t>Lien</t></is></c></row>
<row r="3"><c r="A3" t="s"><v>0</v></c></row>
<row r="4"><c r="A4" t="s"><v>1</v></c><c r="B4" s="2"><v>40000.5</v></c><c r="C4" s="3"><v>9100</v></c><c r="D4" t="b"><v>1</v></c>
<c r="E4"><f>1+1</f><v>2.5</v></c><c r="F4" t="e"><v>#REF!</v></c><c r="G4"><f>A1</f></c></row>
<row r="5"><c r="A5" t="s"><v>0</v></c></row>
<row r="7"><c r="A7" s="4"><v>12</v></c><c r="C7" t="inlineStr"><is><t>caché</t></is></c></row>
</sheetData><mergeCells count="1"><mergeCell ref="B7:C7"/></mergeCells>
"""  # noqa: E501


@pytest.mark.parametrize("space", [MAIN, STRICT])
@pytest.mark.parametrize("calendar", ["", '<workbookPr date1904="1"/>'])
def test_each_row_is_read_as_before_on_its_own_line(tmp_path: Path, space: str, calendar: str) -> None:
    book = by_hand(tmp_path / "source.xlsx", SHEET, space=space, strings=STRINGS, workbook=calendar)
    source = Rows(book, header_row=2, columns={"Code": "text"})
    aside = source.set_aside({4: "refusé & <rendu>", 7: "clé"}, tmp_path / "aside")
    assert aside == tmp_path / "aside.xlsx"
    before = {entry.position: entry for entry in source.entries()}
    after = list(Rows(aside, header_row=2, columns={"Code": "text"}).entries())
    assert [entry.position for entry in after] == [4, 7]
    assert [entry.values["Reason"] for entry in after] == ["refusé & <rendu>", "clé"]
    for entry in after:
        assert shown(entry) == shown(before[entry.position])
    if space == MAIN:
        assert load_workbook(aside).sheetnames == ["S"]  # which cannot read the strict form, whoever wrote it


def shown(entry: Entry) -> dict[str, object]:
    """Values by header; of what cannot be used only that it cannot."""
    told = ((name, value) for name, value in entry.values.items() if name != "Reason")
    return {name: "fault" if isinstance(value, Fault) else value for name, value in told}


def test_rows_that_are_not_there_make_no_workbook(tmp_path: Path) -> None:
    book = by_hand(tmp_path / "source.xlsx", SHEET, strings=STRINGS)
    assert Rows(book, header_row=2).set_aside({99: "?"}, tmp_path / "aside") is None
    assert not (tmp_path / "aside.xlsx").exists()
