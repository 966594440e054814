"""A new workbook: one sheet with a row of headers, its columns shown as their first values are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from robo.workbook.markup import letters
from robo.workbook.splice import escaped

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEADER, _DATE, _DATETIME, _TIME, _DECIMAL = 1, 2, 3, 4, 5
# Built-in formats: a date, a date with its time, a time, a number with two decimals.
_FORMATS = (0, 0, 14, 22, 20, 4)
_BEGINNING = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ALWAYS = (1980, 1, 1, 0, 0, 0)


def new_workbook(sheet: str, header_row: int, values: Mapping[str, Any]) -> bytes:
    """Its bytes, the same for the same columns. values: column to the first value that it will hold."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
        "_rels/.rels": _links({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
        f'<sheet name="{_attribute(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links(
            {"rId1": ("worksheet", "worksheets/sheet1.xml"), "rId2": ("styles", "styles.xml")}
        ),
        "xl/styles.xml": _styles(),
        "xl/worksheets/sheet1.xml": _sheet(header_row, values),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, _ALWAYS)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, _BEGINNING + text)
    return packed.getvalue()


def _links(targets: Mapping[str, tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="{name}" Type="{_LINKS}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _styles() -> str:
    cells = "".join(
        f'<xf numFmtId="{number}" fontId="{int(style == _HEADER)}" fillId="0" borderId="0" xfId="0"'
        f' applyNumberFormat="1" applyFont="1"/>'
        for style, number in enumerate(_FORMATS)
    )
    font = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
    return (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(_FORMATS)}">{cells}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _sheet(header_row: int, values: Mapping[str, Any]) -> str:
    last = letters(len(values))
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{_width(name, value)}" style="{_style(value)}" customWidth="1"/>'
        for n, (name, value) in enumerate(values.items(), 1)
    )
    cells = "".join(
        f'<c r="{letters(n)}{header_row}" s="{_HEADER}" t="inlineStr">'
        f'<is><t xml:space="preserve">{escaped(name)}</t></is></c>'
        for n, name in enumerate(values, 1)
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><dimension ref="A{header_row}:{last}{header_row}"/>'
        f'<sheetViews><sheetView workbookViewId="0"><pane ySplit="{header_row}" topLeftCell="A{header_row + 1}"'
        f' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{columns}</cols><sheetData><row r="{header_row}">{cells}</row></sheetData></worksheet>'
    )


def _style(value: Any) -> int:
    match value:
        case datetime():
            return _DATETIME
        case date():
            return _DATE
        case time():
            return _TIME
        case Decimal() | float():
            return _DECIMAL
    return 0


def _width(name: str, value: Any) -> int:
    """In characters: room for the header and for a value like the first one."""
    return min(60, max(len(name), len(str(value)) if isinstance(value, str) else 0, 10) + 3)


def _attribute(text: str) -> str:
    return escaped(text).replace('"', "&quot;")
