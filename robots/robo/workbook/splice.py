"""Changing bytes in place: cells within a sheet's XML, parts within the archive. All other bytes stay as they were."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.workbook.archive import Archive
from robo.workbook.markup import area, letters
from robo.workbook.sheet import Row, Sheet

# What XML cannot hold, what it would change (a carriage return), and what reads like an escape although it is none.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def escaped(text: str) -> str:
    """Text as it stands inside an element of a workbook; `markup.unescaped` gives it back."""
    safe = _UNSAFE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(frozen=True)
class Content:
    """What a cell will hold. kind: "n", "b" or "inlineStr"; text: of the value, as `Cell.text` will be."""

    kind: str
    text: str

    def xml(self, prefix: str) -> str:
        """The element inside the cell."""
        if self.kind == "inlineStr":
            text = f'<{prefix}t xml:space="preserve">{escaped(self.text)}</{prefix}t>'
            return f"<{prefix}is>{text}</{prefix}is>"
        return f"<{prefix}v>{self.text}</{prefix}v>"


@dataclass(frozen=True)
class Edit:
    """One cell to be written, in a row that is there or is added. style: the number of its cell style."""

    row: Row
    column: int
    content: Content
    style: int


def with_cells(xml: bytes, edits: list[Edit]) -> bytes:
    """The sheet with these cells written, each in a row that exists. Failed for an encoding other than UTF-8."""
    _refuse_encoding(xml)
    cuts: set[tuple[int, int, int, bytes]] = set()
    for edit in edits:
        cell = edit.row.cells.get(edit.column)
        start = end = _place(edit.row, edit.column)
        if cell:
            start, end = cell.start, _end_of(xml, cell.start, cell.end)
        # Two new cells may stand at the same place: then the column says which comes first.
        cuts.add((start, end, edit.column, _cell(edit, _prefix_of(xml, edit.row))))
        cuts |= _spans(xml, edit.row, edit.column) | _opening(xml, edit.row)
    pieces, position = [], 0
    for start, end, _column, new in sorted(cuts):
        pieces += [xml[position:start], new]
        position = end
    return b"".join([*pieces, xml[position:]])


_DIMENSION = re.compile(rb'<(?:[\w.-]+:)?dimension\s[^>]*?ref="([A-Z]+[0-9]+(?::[A-Z]+[0-9]+)?)"')


def with_row(xml: bytes, sheet: Sheet, edits: list[Edit]) -> bytes:
    """The sheet with one more row of these cells, whose number no row has yet. Failed for another encoding than UTF-8.

    The sheet's hint at the area that it uses grows with it.
    """
    _refuse_encoding(xml)
    number = edits[0].row.number
    last = sheet.rows[-1]
    place = next((row.start for row in sheet.rows if row.number > number), None)
    if place is None:
        place = xml.index(b"</", _end_of(xml, last.start, last.inner_end))
    prefix = _prefix_of(xml, last)
    cells = b"".join(_cell(edit, prefix) for edit in sorted(edits, key=lambda edit: edit.column))
    new = f'<{prefix}row r="{number}">'.encode() + cells + f"</{prefix}row>".encode()
    grown = xml[:place] + new + xml[place:]
    hint = re.search(
        rb'<(?:[\w.-]+:)?dimension\s[^>]*?ref="([A-Z]+[0-9]+(?::[A-Z]+[0-9]+)?)"', grown[: sheet.rows[0].start]
    )
    if hint is None:
        return grown
    top, left, bottom, right = area(hint[1].decode())
    bottom, right = max(bottom, number), max(right, *(edit.column for edit in edits))
    return grown[: hint.start(1)] + reference(top, left, bottom, right).encode() + grown[hint.end(1) :]


def reference(top: int, left: int, bottom: int, right: int) -> str:
    """An area as workbooks write it: "A1:D12"."""
    return f"{letters(left)}{top}:{letters(right)}{bottom}"


def _refuse_encoding(xml: bytes) -> None:
    declared = re.match(rb'\s*<\?xml[^>]*?encoding=["\']([\w.-]+)', xml.removeprefix(b"\xef\xbb\xbf"))
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        raise Failed(_("the sheet is not written in UTF-8: save the workbook once with a spreadsheet program"))


def _place(row: Row, column: int) -> int:
    """Where a new cell of this column belongs."""
    return min((cell.start for cell in row.cells.values() if cell.column > column), default=row.inner_end)


def _end_of(xml: bytes, start: int, end: int) -> int:
    """Where an element ends: `end` is behind it if it is an empty tag, else before its end tag."""
    closing = xml.index(b">", start) + 1
    empty = closing == end and xml[end - 2 : end] == b"/>"
    return end if empty else xml.index(b">", end) + 1


def _prefix_of(xml: bytes, row: Row) -> str:
    """What stands before the names of the sheet's elements, such as "x:"."""
    tag = re.match(rb"<((?:[\w.-]+:)?)row\b", xml[row.start : row.start + 80])
    return tag[1].decode() if tag else ""


def _cell(edit: Edit, prefix: str) -> bytes:
    kind = "" if edit.content.kind == "n" else f' t="{edit.content.kind}"'
    style = f' s="{edit.style}"' if edit.style else ""
    place = f"{letters(edit.column)}{edit.row.number}"
    return f'<{prefix}c r="{place}"{style}{kind}>{edit.content.xml(prefix)}</{prefix}c>'.encode()


def _opening(xml: bytes, row: Row) -> set[tuple[int, int, int, bytes]]:
    """A row that is one empty tag becomes one that can hold cells."""
    end = row.inner_end
    if xml[end - 2 : end] != b"/>" or xml.index(b">", row.start) + 1 != end:
        return set()
    closing = f"</{_prefix_of(xml, row)}row>".encode()
    return {(end - 2, end, 0, b">"), (end, end, _AFTER_ALL_CELLS, closing)}


def _spans(xml: bytes, row: Row, column: int) -> set[tuple[int, int, int, bytes]]:
    """The removal of a row's hint at its first and last column, where the new cell lies outside."""
    tag = xml[row.start : xml.index(b">", row.start)]
    found = re.search(rb'\sspans="(\d+):(\d+)"', tag)
    if found is None or int(found[1]) <= column <= int(found[2]):
        return set()
    return {(row.start + found.start(), row.start + found.end(), 0, b"")}


_AFTER_ALL_CELLS = 1 << 20
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_ZIP64 = 1
_UTF8 = 0x800


def with_part(archive: Archive, part: str, content: bytes) -> bytes:
    """The archive with another content for one part; every other part keeps its very bytes, compressed as they were."""
    data, target = archive.data, archive.info(part)
    directory = archive.start_of_directory
    records = _records(data, directory)
    starts = sorted(record.offset for record in records)
    after = next((start for start in starts if start > target.header_offset), directory)
    packed = _deflate(content)
    name = next(record.name for record in records if record.offset == target.header_offset)
    flags = target.flag_bits & _UTF8
    stamp = data[target.header_offset + 10 : target.header_offset + 14]
    sizes = (zlib.crc32(content), len(packed), len(content))
    local = _LOCAL.pack(b"PK\3\4", 20, flags, zipfile.ZIP_DEFLATED, *struct.unpack("<2H", stamp), *sizes, len(name), 0)
    body = data[: target.header_offset] + local + name + packed + data[after:directory]
    shift = len(body) - directory
    listing = b""
    for record in records:
        if record.offset == target.header_offset:
            listing += record.pack(record.offset, (flags, zipfile.ZIP_DEFLATED), sizes)
        else:
            moved = record.offset + (shift if record.offset > target.header_offset else 0)
            listing += record.pack(moved)
    if len(body) + len(listing) >= 2**32 - 1 or len(records) >= 2**16 - 1:
        raise Failed(_("{name} is too large to be written").format(name=archive.name))
    comment = archive.comment
    count = len(records)
    return body + listing + _END.pack(b"PK\5\6", 0, 0, count, count, len(listing), len(body), len(comment)) + comment


def _deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


@dataclass(frozen=True)
class _Record:
    """One line of the archive's list of parts."""

    fields: tuple[int, ...]
    sizes: tuple[int, int, int]
    offset: int
    name: bytes
    extra: bytes
    comment: bytes

    def pack(
        self, offset: int, packing: tuple[int, int] | None = None, sizes: tuple[int, int, int] | None = None
    ) -> bytes:
        made_by, needs, flags, method, *rest = self.fields
        if packing:
            flags, method = packing
        clock, day, disk, internal, external = rest
        return (
            _CENTRAL.pack(
                b"PK\1\2", made_by, needs, flags, method, clock, day, *(sizes or self.sizes),
                len(self.name), len(self.extra), len(self.comment), disk, internal, external, offset,
            )
            + self.name + self.extra + self.comment
        )  # fmt: skip


def _records(data: bytes, position: int) -> list[_Record]:
    records = []
    while data[position : position + 4] == b"PK\1\2":
        (_magic, made_by, needs, flags, method, clock, day, crc, packed, size, names, extras, comments, disk, internal,
         external, offset) = _CENTRAL.unpack_from(data, position)  # fmt: skip
        position += _CENTRAL.size
        name = data[position : position + names]
        extra = data[position + names : position + names + extras]
        comment = data[position + names + extras : position + names + extras + comments]
        position += names + extras + comments
        extra, (size, packed, offset) = _without_zip64(extra, (size, packed, offset))
        records.append(
            _Record(
                (made_by, needs, flags, method, clock, day, disk, internal, external),
                (crc, packed, size), offset, name, extra, comment,
            )
        )  # fmt: skip
    return records


def _without_zip64(extra: bytes, values: tuple[int, int, int]) -> tuple[bytes, tuple[int, int, int]]:
    """The further fields without the one for huge archives, and (size, packed, offset) as it tells them."""
    kept, position, told = b"", 0, list(values)
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        field = extra[position + 4 : position + 4 + length]
        if kind == _ZIP64:
            wide = list(struct.unpack(f"<{length // 8}Q", field[: length // 8 * 8]))
            told = [wide.pop(0) if value == 0xFFFFFFFF and wide else value for value in told]
        else:
            kept += extra[position : position + 4 + length]
        position += 4 + length
    return kept, (told[0], told[1], told[2])
