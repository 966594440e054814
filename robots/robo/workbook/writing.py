"""Values written back into the rows that have these keys: which cells change, and what stands in their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from robo.kit.change import Cell as ShownCell
from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.kit.source import Fault, KeyOf, WrittenBack
from robo.kit.text import decimal_text, plain, written
from robo.kit.types import ColumnType
from robo.workbook.archive import Archive, Snapshot
from robo.workbook.book import Book
from robo.workbook.cells import Padded, value_of
from robo.workbook.formats import Format, serial
from robo.workbook.markup import letters
from robo.workbook.saving import alone_in, refuse_open, replace, sweep
from robo.workbook.sheet import Row, read_sheet
from robo.workbook.splice import Content, Edit, with_cells, with_part
from robo.workbook.table import Table, column_of

_LONGEST_TEXT = 32767
_DATES = ("date", "datetime")


@dataclass
class _Plan:
    """What a write-back comes to before anything is written."""

    edits: list[Edit] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    cells: list[tuple[str, ShownCell]] = field(default_factory=list)

    def outcome(self) -> WrittenBack:
        return WrittenBack(tuple(self.written), tuple(self.conflicts), tuple(self.missing))


class Writing:
    """One sheet of one workbook, to be written back into. The parameters are those of `Rows`."""

    def __init__(
        self, path: Path, sheet: str | None, header_row: int, declared: Mapping[str, ColumnType] | None
    ) -> None:
        self._path = path
        self._sheet = sheet
        self._header_row = header_row
        self._declared = declared

    def write(self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf, copy_to: Path | None = None) -> WrittenBack:
        """Write what can be written, all at once, and say what became of the rest.

        A copy that is there already is written into, so that several writings of a run add up.
        Failed where the workbook as it is must not be written (a formula, a protected sheet, a signature...).
        """
        source = self._path.resolve()
        target = copy_to.resolve() if copy_to else source
        if copy_to:
            target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.is_dir():
            raise Failed(_("there is no file {path}").format(path=target))
        with alone_in(target.parent):
            sweep(target)
            existing = target.exists()
            snapshot = Snapshot.of(target if existing else source)
            archive = Archive(target.name, snapshot.data)
            table = Table(archive, self._sheet, self._header_row, self._declared)
            plan = _plan(table, values, key_of)
            if plan.edits and existing:
                refuse_open(target)
            data = _edited(table, archive, plan.edits) if plan.edits else snapshot.data
            if plan.edits or not existing:
                replace(target, data, snapshot if existing else None)
        return plan.outcome()

    def would_write(self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf) -> list[tuple[str, ShownCell]]:
        """The cells that `write` would change, each with its key. Raises like `write`."""
        archive = Archive(self._path.name, Snapshot.of(self._path.resolve()).data)
        return _plan(Table(archive, self._sheet, self._header_row, self._declared), values, key_of).cells


def _plan(table: Table, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf) -> _Plan:
    places = {name: column_of(table.places, name) for row in values.values() for name in row}
    rows = _rows_by_key(table, values, key_of)
    plan = _Plan()
    for key, row_values in values.items():
        found = rows.get(key, [])
        if not found:
            plan.missing.append(key)
        elif len(found) > 1:
            lines = ", ".join(str(row.number) for row in found)
            plan.conflicts += [(key, name, _("rows {rows} have this key").format(rows=lines)) for name in row_values]
        else:
            conflicts = []
            for name, value in row_values.items():
                before = len(plan.edits)
                standing = _write_cell(table, plan, found[0], places[name], value)
                if standing:
                    conflicts.append((key, name, standing))
                elif len(plan.edits) > before:
                    cell = f"{letters(places[name])}{found[0].number}"
                    place = f"{table.book.archive.name}, {table.part.name}!{cell}"
                    plan.cells.append((key, ShownCell(place, name, None, value)))
            plan.conflicts += conflicts
            if not conflicts:
                plan.written.append(key)
    return plan


def _rows_by_key(table: Table, values: Mapping[str, Any], key_of: KeyOf) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for row, entry in table.late_entries():
        key = key_of(entry)
        if key and key in values:
            rows.setdefault(key, []).append(row)
    return rows


def _write_cell(table: Table, plan: _Plan, row: Row, column: int, value: Any) -> str:
    """Plan one cell; returns what stands there if it is something else, in words, empty where nothing is in the way."""
    place = f"{letters(column)}{row.number}"
    owner = table.covered(row.number, column)
    if owner:
        raise Failed(_("{cell} is merged with {owner} and cannot be written").format(cell=place, owner=owner))
    cell = row.cells.get(column)
    if cell and cell.formula:
        raise Failed(_("{cell} holds a formula and cannot be written").format(cell=place))
    value = storable(value, place)
    if value is None:
        return ""
    style = style_for(table, cell.style if cell else row.style, column, value)
    held = value_of(cell, table.book)
    if held is None:
        plan.edits.append(Edit(row, column, content_of(value, table.book.format_of(style), table.book), style))
        return ""
    return "" if _same(held, value) else _shown(held)


def storable(value: Any, place: str) -> Any:
    """The value as a cell can hold it; None where there is nothing to write. Failed, naming the place, if none can."""
    if isinstance(value, datetime):
        local = value.astimezone().replace(tzinfo=None) if value.tzinfo else value
        return local.replace(microsecond=0)
    if isinstance(value, time):
        return value.replace(microsecond=0, tzinfo=None)
    if isinstance(value, float):
        return Decimal(repr(value))
    if value is None or isinstance(value, bool | int | Decimal | date):
        return value
    text = value if isinstance(value, str) else written(value)
    if len(text) > _LONGEST_TEXT:
        raise Failed(_("the text for {cell} is longer than a cell can hold").format(cell=place))
    return text if plain(text) else None


def _same(held: Any, value: Any) -> bool:
    """Whether the cell holds the value already, be it as a text."""
    if isinstance(held, Padded):
        held = held.shown if isinstance(value, str) else held.number
    if isinstance(held, Fault):
        return False
    if isinstance(held, str) or isinstance(value, str):
        return plain(written(held)) == plain(written(value))
    if isinstance(held, bool) or isinstance(value, bool):
        return isinstance(held, bool) and isinstance(value, bool) and held == value
    if isinstance(held, datetime) or isinstance(value, datetime):
        return bool(_as_instant(held) == _as_instant(value))
    return bool(held == value)


def _as_instant(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return datetime.combine(value, time()) if isinstance(value, date) else value


def _shown(held: Any) -> str:
    if isinstance(held, Fault):
        return held.reason
    return held.shown if isinstance(held, Padded) else written(held)


def style_for(table: Table, style: int | None, column: int, value: Any) -> int:
    """The style that the cell has from itself or its row, else its column's; a date takes one that shows dates."""
    if style is None:
        style = next((own for first, last, own in table.sheet.columns if first <= column <= last), 0)
    wanted = _DATES if isinstance(value, date) else ("time", "duration") if isinstance(value, time) else ()
    if not wanted or table.book.format_of(style).kind in (*wanted, "text"):
        return style
    dated = table.style_in(column, wanted)
    return style if dated is None else dated


def content_of(value: Any, shown_as: Format, book: Book) -> Content:
    """How the value stands in a cell.

    A date becomes a day number only where the style shows dates, else the text that a person would write; numbers in
    a column of texts, and those of more digits than spreadsheets keep, become texts.
    """
    if isinstance(value, bool):
        return Content("b", str(int(value)))
    if isinstance(value, date) and shown_as.kind in _DATES:
        at = value if isinstance(value, datetime) else datetime.combine(value, time())
        return Content("n", serial(at, book.since_1904))
    if isinstance(value, time) and shown_as.kind in ("time", "duration"):
        return Content("n", repr((value.hour * 3600 + value.minute * 60 + value.second) / 86400))
    if isinstance(value, int | Decimal) and shown_as.kind != "text":
        number = Decimal(value)
        digits = decimal_text(number)
        if len(digits.lstrip("-").replace(".", "").strip("0")) <= 15 and abs(number) < 10**15:
            return Content("n", digits)
    return Content("inlineStr", written(value))


def _edited(table: Table, archive: Archive, edits: list[Edit]) -> bytes:
    """The workbook with these cells; each is read back from the result before anybody else sees it."""
    refuse_unwritable(table, archive)
    data = with_part(archive, table.part.part, with_cells(table.xml, edits))
    refuse_otherwise(data, table, edits)
    return data


def refuse_unwritable(table: Table, archive: Archive) -> None:
    """Failed where the sheet is protected or the workbook signed."""
    if table.sheet.protected:
        raise Failed(_("sheet {sheet} is protected and cannot be written").format(sheet=table.part.name))
    if any(part.startswith("_xmlsignatures/") for part in archive):
        raise Failed(_("{name} is signed; writing into it would break the signature").format(name=archive.name))


def refuse_otherwise(data: bytes, table: Table, edits: Sequence[Edit]) -> None:
    """Failed where the workbook in `data` does not hold what was to be written."""
    name, part = table.book.archive.name, table.part.part
    again = read_sheet(Archive(name, data).read(part), part, only=frozenset(edit.column for edit in edits))
    rows = {row.number: row for row in again.rows}
    for edit in edits:
        row = rows.get(edit.row.number)
        cell = row.cells.get(edit.column) if row else None
        if cell is None or (cell.kind, cell.text, cell.style) != (edit.content.kind, edit.content.text, edit.style):
            place = f"{letters(edit.column)}{edit.row.number}"
            raise Failed(_("{cell} did not come out as it was written; nothing was changed").format(cell=place))
