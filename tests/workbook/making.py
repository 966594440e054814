"""Workbooks to test on: made by openpyxl, or by hand where it would not write such a thing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from robo.kit.source import Entry

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def by_openpyxl(path: Path, rows: Iterable[Any], change: Callable[[Worksheet], object] | None = None) -> Path:
    """A workbook with one sheet "S" of these rows, changed further by `change`."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "S"
    for row in rows:
        sheet.append(list(row))
    if change:
        change(sheet)
    book.save(path)
    return path


def book_of(sheet: Worksheet) -> Workbook:
    """The workbook of a sheet."""
    assert sheet.parent is not None
    return sheet.parent


def by_hand(
    path: Path,
    sheet: str,
    *,
    space: str = MAIN,
    strings: str = "",
    styles: str = "",
    root: str = "",
    workbook: str = "",
    more: Mapping[str, bytes] | None = None,
) -> Path:
    """A workbook with one sheet "S"; `sheet` is what stands in its worksheet, or with `root` the whole part."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="'
        'application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{_OFFICE}">{workbook}'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            {
                "rId1": ("worksheet", "worksheets/sheet1.xml"),
                "rId2": ("sharedStrings", "sharedStrings.xml"),
                "rId3": ("styles", "styles.xml"),
            }
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{space}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{space}">{styles or _STYLES}</styleSheet>',
        "xl/worksheets/sheet1.xml": root or f'<worksheet xmlns="{space}">{sheet}</worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return path


# Cell styles: 0 general, 1 date, 2 date and time, 3 five digits, 4 text, 5 time, 6 duration.
_STYLES = """<numFmts count="3"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>
<numFmt numFmtId="165" formatCode="dd/mm/yyyy\\ hh:mm"/><numFmt numFmtId="166" formatCode="00000"/></numFmts>
<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>
<borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>
<cellXfs count="7"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="49"/>
<xf numFmtId="20"/><xf numFmtId="46"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0"/></cellStyles>"""


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{identifier}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for identifier, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def everything(path: Path) -> Path:
    """A workbook with what people put into workbooks: table, chart, comments, colours, validations, formulas."""

    def change(sheet: Worksheet) -> None:
        sheet.add_table(Table(displayName="Dossiers", ref="A1:D6"))
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=6), titles_from_data=True)
        sheet.add_chart(chart, "H2")
        sheet["A3"].comment = Comment("à vérifier", "Marie")
        rule = Rule("cellIs", operator="greaterThan", formula=["2"], dxf=DifferentialStyle(font=Font(color="FF0000")))
        sheet.conditional_formatting.add("B2:B6", rule)
        validation = DataValidation(type="list", formula1='"oui,non"')
        validation.add("E2:E6")
        sheet.add_data_validation(validation)
        sheet["F2"] = "=SUM(B2:B6)"
        sheet["F1"] = "Total"
        sheet["E1"] = "Clos"
        for row in range(2, 7):
            sheet.cell(row, 4).number_format = "dd/mm/yyyy hh:mm"
        other = book_of(sheet).create_sheet("Autre")
        other["A1"] = "=S!C2"
        other.sheet_state = "hidden"

    rows = [["Numéro", "Montant", "Référence", "Saisi le"], *([f"D{n}", n * 1.5] for n in range(1, 6))]
    by_openpyxl(path, rows, change)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/image1.png", bytes(range(256)), zipfile.ZIP_STORED)
        archive.writestr("customXml/item1.xml", "<a>é</a>")
    return path


def number(entry: Entry) -> str | None:
    """The key that most tests use."""
    value = entry.values["Numéro"]
    return value if isinstance(value, str) else None
