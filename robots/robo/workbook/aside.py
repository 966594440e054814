"""Some rows of a sheet as a workbook of their own: for a person who is to correct them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

from robo.kit.messages import _
from robo.workbook.markup import elements, letters
from robo.workbook.saving import replace
from robo.workbook.sheet import Row
from robo.workbook.splice import escaped
from robo.workbook.table import Table

_WIDTH = 60
"""Characters that the column of reasons shows."""
_LONGEST = 2000
"""Characters of a reason."""
_TRANSITIONAL = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
)
_STRICT = (
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_KINDS = {
    "xl/worksheets/sheet1.xml": "worksheet", "xl/styles.xml": "styles", "xl/theme/theme1.xml": "theme",
}  # fmt: skip
_TYPES = {
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "xl/worksheets/sheet1.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
    "xl/styles.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml",
    "xl/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNUSABLE = '<c r="{at}" t="e"><v>#N/A</v></c>'
"""A formula that was never computed, a cell that is merged with another."""


def write_aside(table: Table, header_row: int, reasons: Mapping[int, str], to: Path) -> Path | None:
    """Write the rows of these numbers under their header, each with its reason in a further column.

    Lines keep their numbers: those left out are empty and hidden. Values, types and formats are those of the sheet;
    a formula is its value. None if the sheet has none of these rows. Raises Failed where it cannot be written.
    """
    kept = [row for row in table.rows if row.number in reasons]
    if not kept:
        return None
    parts = {"xl/worksheets/sheet1.xml": _sheet(table, header_row, kept, reasons)}
    for kind, name in (("styles", "xl/styles.xml"), ("theme", "xl/theme/theme1.xml")):
        part = table.book.part_of(kind)
        if part is not None:
            parts[name] = table.book.archive.read(part)
    replace(to, _packed(table, parts), None)
    return to


def _sheet(table: Table, header_row: int, kept: list[Row], reasons: Mapping[int, str]) -> bytes:
    last = max(table.places.values()) + 1
    above = [row for row in table.sheet.rows if row.number <= header_row]
    header = next(row for row in above if row.number == header_row)
    style = header.cells[last - 1].style
    lines = [_line(table, row, last, _reason_header(table) if row is header else "", style) for row in above]
    number = header_row + 1
    for row in kept:
        lines += [f'<row r="{empty}" hidden="1"/>' for empty in range(number, row.number)]
        lines.append(_line(table, row, last, reasons[row.number]))
        number = row.number + 1
    view = (
        f'<sheetViews><sheetView workbookViewId="0"><pane ySplit="{header_row}" topLeftCell="A{header_row + 1}" '
        'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    )
    main, _relations = _namespaces(table)
    body = f"{view}<cols>{_columns(table, last)}</cols><sheetData>{''.join(lines)}</sheetData>"
    return f'{_HEAD}<worksheet xmlns="{main}">{body}</worksheet>'.encode()


def _line(table: Table, row: Row, last: int, reason: str, style: int | None = None) -> str:
    """style: of the header of reasons; None for a row of data."""
    # What could not be used must not become an empty cell, which can.
    merged = {column for column in table.places.values() if style is None and table.covered(row.number, column)}
    cells = [
        _UNUSABLE.format(at=f"{letters(column)}{row.number}") if column in merged else _cell(table, row, column)
        for column in sorted({*row.cells, *merged})
        if column < last
    ]
    if reason:
        at = f' s="{style}"' if style else ""
        said = _text(reason[:_LONGEST])
        cells.append(f'<c r="{letters(last)}{row.number}"{at} t="inlineStr"><is>{said}</is></c>')
    return f'<row r="{row.number}">{"".join(cells)}</row>'


def _cell(table: Table, row: Row, column: int) -> str:
    cell = row.cells[column]
    at = f"{letters(column)}{row.number}"
    style = f' s="{cell.style}"' if cell.style else ""
    if cell.text is None:
        return _UNUSABLE.format(at=at) if cell.formula else f'<c r="{at}"{style}/>'
    if cell.kind in ("s", "str", "inlineStr"):
        said = table.book.strings[int(cell.text)] if cell.kind == "s" else cell.text
        return f'<c r="{at}"{style} t="inlineStr"><is>{_text(said)}</is></c>'
    return f'<c r="{at}"{style} t="{cell.kind}"><v>{escaped(cell.text)}</v></c>'


def _text(said: str) -> str:
    return f'<t xml:space="preserve">{escaped(said)}</t>'


def _reason_header(table: Table) -> str:
    name = _("Reason")
    while name in table.places:
        name += " (Robo)"
    return name


def _columns(table: Table, last: int) -> str:
    """Widths and formats of the columns, as they were; the column of reasons is wide."""
    found = re.search(rb"<cols\b[^>]*>.*?</cols>", table.xml, re.DOTALL)
    told = []
    for one in elements(found[0], table.part.part) if found else ():
        given = one.attributes
        if one.name == "col" and int(given["min"]) < last:
            given = {n: v for n, v in given.items() if n in ("min", "max", "width", "style", "customWidth")}
            given["max"] = str(min(int(given["max"]), last - 1))
            told.append(f"<col {' '.join(f'{name}={quoteattr(value)}' for name, value in given.items())}/>")
    return "".join([*told, f'<col min="{last}" max="{last}" width="{_WIDTH}" customWidth="1"/>'])


def _namespaces(table: Table) -> tuple[str, str]:
    return _STRICT if _STRICT[0].encode() in table.xml[:2000] else _TRANSITIONAL


def _packed(table: Table, parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        frame = {name: text.encode() for name, text in _frame(table, parts)}
        for name, content in (frame | parts).items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _frame(table: Table, parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The parts that say what the others are."""
    main, relations = _namespaces(table)
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "".join(f'<Override PartName="/{n}" ContentType="{_TYPES[n]}"/>' for n in ("xl/workbook.xml", *parts))
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{package}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
    )
    yield (
        "_rels/.rels",
        f'{_HEAD}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    calendar = '<workbookPr date1904="1"/>' if table.book.since_1904 else ""
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{main}" xmlns:r="{relations}">{calendar}<sheets>'
        f'<sheet name={quoteattr(table.part.name)} sheetId="1" r:id="rId1"/></sheets></workbook>',
    )
    targets = "".join(
        f'<Relationship Id="rId{number}" Type="{relations}/{_KINDS[name]}" Target="{name.removeprefix("xl/")}"/>'
        for number, name in enumerate(parts, 1)
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_HEAD}<Relationships xmlns="{package}/relationships">{targets}</Relationships>',
    )
