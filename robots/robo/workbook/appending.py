"""A register: a sheet to which rows are added at the end, in the styles of the row above, each key once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from robo.kit.change import Cell as ShownCell
from robo.kit.change import NotKnownYet
from robo.kit.disk import make_folder
from robo.kit.errors import Failed, FaultyFlow
from robo.kit.messages import _, reason_of
from robo.kit.text import key_text, plain, written
from robo.workbook.archive import Archive, Snapshot
from robo.workbook.cells import Padded, value_of
from robo.workbook.listobject import ListObject, list_object
from robo.workbook.markup import letters
from robo.workbook.new import new_workbook
from robo.workbook.saving import alone_in, refuse_open, replace, sweep
from robo.workbook.sheet import Row
from robo.workbook.splice import Edit, with_cells, with_part, with_row
from robo.workbook.table import Table, column_of
from robo.workbook.writing import content_of, refuse_otherwise, refuse_unwritable, storable, style_for

KeyTexts = Mapping[str, Sequence[str]]
"""Column to the texts by which the key's value in it is known again."""

_LAST_ROW = 1_048_576


class Plan(NamedTuple):
    """What an addition comes to. row: its number; remarks: what a person should look at."""

    row: int
    cells: tuple[ShownCell, ...]
    remarks: tuple[str, ...] = ()


class Register:
    """One sheet of one workbook, which need not be there yet."""

    def __init__(self, path: Path, sheet: str | None, header_row: int) -> None:
        self.path = path
        self._sheet = sheet
        self._header_row = header_row
        self._read: tuple[bytes, Table] | None = None

    @property
    def shown(self) -> str:
        """Such as "registre.xlsx, Registre"."""
        return self.path.name if self._sheet is None else f"{self.path.name}, {self._sheet}"

    def row_of(self, key: KeyTexts) -> int | None:
        """The row with this key, None if there is none. Failed, FaultyFlow where the workbook does not fit."""
        return _row_of(self._table(), key) if self.path.exists() else None

    def plan(self, values: Mapping[str, Any], before: int) -> Plan:
        """What `append` would write, `before` other additions having been made first. Raises like `append`."""
        if not self.path.exists():
            name = self._sheet or _name_for_sheet(self.path)
            if self.path.suffix.lower() != ".xlsx" or name != _as_a_tab(name):
                raise FaultyFlow(
                    _("{name} cannot be made with a sheet {sheet}").format(name=self.path.name, sheet=name)
                )
            row = self._header_row + 1 + before
            return Plan(row, self._cells(name, {column: n for n, column in enumerate(values, 1)}, row, values))
        table = self._table()
        refuse_unwritable(table, table.book.archive)
        addition = _Addition(table, self._header_row)
        places = {name: column_of(table.places, name) for name in values}
        row = addition.row + before
        return Plan(row, self._cells(table.part.name, places, row, values), tuple(addition.remarks(places.values())))

    def append(self, key: KeyTexts, values: Mapping[str, Any]) -> int:
        """Add the row, durably and all at once, unless its key is there meanwhile; returns its number.

        Busy while somebody has the workbook open, Failed where it must not be written; then nothing is.
        """
        folder = self.path.parent
        try:
            make_folder(folder)
        except OSError as error:
            raise Failed(_("{path} cannot be made: {reason}").format(path=folder, reason=reason_of(error))) from error
        with alone_in(folder):
            sweep(self.path)
            if not self.path.exists():
                data = new_workbook(self._sheet or _name_for_sheet(self.path), self._header_row, values)
                replace(self.path, _with_addition(self._table_of(data), self._header_row, values)[0], None)
                return self._header_row + 1
            snapshot = Snapshot.of(self.path)
            table = self._table_of(snapshot.data)
            there = _row_of(table, key)
            if there is not None:
                return there
            refuse_open(self.path)
            data, row = _with_addition(table, self._header_row, values)
            replace(self.path, data, snapshot)
            return row

    def _table(self) -> Table:
        return self._table_of(Snapshot.of(self.path).data)

    def _table_of(self, data: bytes) -> Table:
        """The sheet in these bytes, read once."""
        if self._read is None or self._read[0] != data:
            self._read = data, Table(Archive(self.path.name, data), self._sheet, self._header_row, None)
        return self._read[1]

    def _cells(
        self, sheet: str, places: Mapping[str, int], row: int, values: Mapping[str, Any]
    ) -> tuple[ShownCell, ...]:
        where = f"{self.path.name}, {sheet}!"
        return tuple(
            ShownCell(f"{where}{letters(places[name])}{row}", name, None, value)
            for name, value in values.items()
            if isinstance(value, NotKnownYet) or storable(value, f"{letters(places[name])}{row}") is not None
        )


class _Addition:
    """Where the next row of a table goes."""

    def __init__(self, table: Table, header_row: int) -> None:
        """Failed where none can be added."""
        self._table = table
        filled = [row for row in table.rows if table.values(row)]
        self.above: Row | None = filled[-1] if filled else None
        self.row = (self.above.number if self.above else header_row) + 1
        self.list_object: ListObject | None = list_object(table.book.archive, table.part, header_row)
        around = self.list_object
        if around and around.totals:
            raise Failed(
                _("sheet {sheet} ends with a row of totals: take it away, so that rows can be added").format(
                    sheet=table.part.name
                )
            )
        if around and self.row > around.bottom + 1:
            raise Failed(
                _("something stands below the table of sheet {sheet}: rows cannot be added to it").format(
                    sheet=table.part.name
                )
            )
        if self.row > _LAST_ROW:
            raise Failed(_("sheet {sheet} is full").format(sheet=table.part.name))

    def remarks(self, columns: Any) -> list[str]:
        """The columns that hold formulas in the row above and are given nothing."""
        cells = self.above.cells if self.above else {}
        names = [name for name, place in self._table.places.items() if place not in set(columns)]
        left = [name for name in names if (cell := cells.get(self._table.places[name])) and cell.formula]
        return [_("the column {name} holds formulas; the new row has none").format(name=name) for name in left]

    def edits(self, values: Mapping[str, Any]) -> list[Edit]:
        """The cells of the new row."""
        table, row = self._table, self._table.sheet.row(self.row)
        target = row or Row(self.row, False, None, 0)
        edits = []
        for name, given in values.items():
            column = column_of(table.places, name)
            place = f"{letters(column)}{self.row}"
            owner = table.covered(self.row, column)
            if owner:
                raise Failed(_("{cell} is merged with {owner} and cannot be written").format(cell=place, owner=owner))
            value = storable(given, place)
            if value is None:
                continue
            own = target.cells.get(column)
            above = self.above.cells.get(column) if self.above else None
            base = own.style if own else above.style if above else target.style
            style = style_for(table, base, column, value)
            edits.append(Edit(target, column, content_of(value, table.book.format_of(style), table.book), style))
        return edits


def _with_addition(table: Table, header_row: int, values: Mapping[str, Any]) -> tuple[bytes, int]:
    """The workbook with the row, read back before anybody else sees it, and the row's number."""
    archive = table.book.archive
    refuse_unwritable(table, archive)
    addition = _Addition(table, header_row)
    edits = addition.edits(values)
    there = table.sheet.row(addition.row) is not None
    xml = with_cells(table.xml, edits) if there else with_row(table.xml, table.sheet, edits)
    data = with_part(archive, table.part.part, xml)
    around = addition.list_object
    if around and addition.row > around.bottom:
        data = with_part(Archive(archive.name, data), around.part, around.grown_to(addition.row))
    refuse_otherwise(data, table, edits)
    return data, addition.row


def _row_of(table: Table, key: KeyTexts) -> int | None:
    places = {column_of(table.places, name): set(texts) for name, texts in key.items()}
    for row in table.rows:
        if all(_shows(table, row, column, texts) for column, texts in places.items()):
            return row.number
    return None


def _shows(table: Table, row: Row, column: int, texts: set[str]) -> bool:
    held = value_of(row.cells.get(column), table.book)
    if isinstance(held, Padded):
        return held.shown in texts or str(held.number) in texts
    return held is not None and bool({key_text(held), plain(written(held))} & texts)


def _name_for_sheet(path: Path) -> str:
    """The name of a sheet in a workbook that is made: the workbook's own, as far as tabs can hold it."""
    return _as_a_tab(path.stem)


def _as_a_tab(name: str) -> str:
    return "".join("_" if sign in "[]:*?/\\'" else sign for sign in name)[:31]
