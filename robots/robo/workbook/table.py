"""A sheet as a table: one header row, then one entry a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from robo.kit.errors import Failed, FaultyFlow
from robo.kit.messages import _, ngettext
from robo.kit.source import Entry, Fault
from robo.kit.text import plain
from robo.kit.types import ColumnType
from robo.workbook.archive import Archive
from robo.workbook.book import Book, SheetPart
from robo.workbook.cells import Padded, value_of
from robo.workbook.markup import area, damaged, elements, letters
from robo.workbook.sheet import Row, Sheet, read_sheet


def choose_sheet(book: Book, wanted: str | None) -> SheetPart:
    """The sheet of that name, or the only one that can be seen. FaultyFlow, with the names, where there is none."""
    if wanted is None:
        seen = [sheet for sheet in book.sheets if not sheet.hidden]
        if len(seen) == 1:
            return seen[0]
        raise FaultyFlow(
            _("{name} has several sheets: write `sheet:` with one of {sheets}").format(
                name=book.archive.name, sheets=_list(sheet.name for sheet in seen or book.sheets)
            )
        )
    for sheet in book.sheets:
        if plain(sheet.name).casefold() == plain(wanted).casefold():
            return sheet
    raise FaultyFlow(
        _("{name} has no sheet {wanted}; it has {sheets}").format(
            name=book.archive.name, wanted=wanted, sheets=_list(sheet.name for sheet in book.sheets)
        )
    )


def header_of(book: Book, sheet: Sheet, header_row: int) -> dict[str, int]:
    """Header to column number, from left to right. FaultyFlow if the row is empty or says a header twice."""
    row = sheet.row(header_row)
    places: dict[str, int] = {}
    for column in sorted(row.cells) if row else ():
        value = value_of(row.cells[column], book) if row else None
        if value is None:
            continue
        if isinstance(value, Fault):
            raise FaultyFlow(
                _("header {cell}: {reason}").format(cell=f"{letters(column)}{header_row}", reason=value.reason)
            )
        header = value.shown if isinstance(value, Padded) else plain(str(value))
        if header in places:
            raise FaultyFlow(
                _("the header {header} stands twice, in {first} and {second}: rename one of them").format(
                    header=header,
                    first=f"{letters(places[header])}{header_row}",
                    second=f"{letters(column)}{header_row}",
                )
            )
        places[header] = column
    if not places:
        raise FaultyFlow(_("row {row} holds no headers: write `header_row:`").format(row=header_row))
    return places


def column_of(places: Mapping[str, int], name: str) -> int:
    """The number of the column with this header; FaultyFlow, with a suggestion, if there is none."""
    if plain(name) in places:
        return places[plain(name)]
    import difflib

    near = difflib.get_close_matches(name, places, 1, 0.6)
    hint = (
        _("did you mean {near}?").format(near=near[0]) if near else _("it has {columns}").format(columns=_list(places))
    )
    raise FaultyFlow(_("the sheet has no column {name}: {hint}").format(name=name, hint=hint))


class Table:
    """The rows below the header, typed."""

    def __init__(
        self, archive: Archive, wanted: str | None, header_row: int, declared: Mapping[str, ColumnType] | None
    ) -> None:
        """Read it all. Failed where the workbook cannot be read, FaultyFlow where it does not fit the flow."""
        self.book = Book(archive)
        self.part = choose_sheet(self.book, wanted)
        self.xml = archive.read(self.part.part)
        self.sheet = read_sheet(self.xml, self.part.part)
        self.places = header_of(self.book, self.sheet, header_row)
        self._types = typed(self.places, declared)
        self._typed = {header: (column, kind) for header, column, kind in self._types}
        self._merges = _by_row(self.sheet)
        self._styles: dict[tuple[int, tuple[str, ...]], int | None] = {}
        self._last = _last_row(archive, self.part, header_row)
        self.rows = [
            row for row in self.sheet.rows if row.number > header_row and (not self._last or row.number <= self._last)
        ]

    def refuse_hidden(self) -> None:
        """Failed where rows with values are hidden: a person would not see what is entered."""
        hidden = [row.number for row in self.rows if row.hidden and self.values(row)]
        if hidden:
            raise Failed(
                ngettext(
                    "row {first} of sheet {sheet} is hidden: clear the filter or unhide it first",
                    "row {first} of sheet {sheet} and others, {count} in all, are hidden: clear the filter or"
                    " unhide them first",
                    len(hidden),
                ).format(first=hidden[0], sheet=self.part.name, count=len(hidden))
            )

    def refuse_unnamed(self) -> None:
        """FaultyFlow where a column has values below and no header."""
        known = set(self.places.values())
        for row in self.rows:
            for column, cell in row.cells.items():
                if (
                    column not in known
                    and not self.covered(row.number, column)
                    and value_of(cell, self.book) is not None
                ):
                    raise FaultyFlow(
                        _("column {column} holds values, first in row {row}, but has no header").format(
                            column=letters(column), row=row.number
                        )
                    )

    def entries(self) -> Iterator[tuple[Row, Entry]]:
        """Each row that holds something, in order."""
        for row in self.rows:
            values = self.values(row)
            if values:
                yield row, Entry(row.number, values)

    def late_entries(self) -> Iterator[tuple[Row, Entry]]:
        """Every written row, its values read only when asked for: to find few rows among many by their keys."""
        return ((row, Entry(row.number, _LateValues(self, row))) for row in self.rows)

    def values(self, row: Row) -> dict[str, Any]:
        """Header to value; empty where the whole row is."""
        values = {header: self.read(header, kind, column, row) for header, column, kind in self._types}
        if all(value is None for value in values.values()):
            return {}
        if row.number in self._merges:
            values = {header: self.value(header, row) for header in values}
        return values

    def value(self, header: str, row: Row) -> Any:
        """One value; KeyError where there is no such header."""
        column, kind = self._typed[header]
        owner = self.covered(row.number, column)
        if owner:
            return Fault(_("the cell is merged with {owner}").format(owner=owner))
        return self.read(header, kind, column, row)

    def read(self, header: str, kind: ColumnType | None, column: int, row: Row) -> Any:
        """One value, of the declared type or as guessed."""
        cell = row.cells.get(column)
        if cell is None or (cell.text is None and not cell.formula):
            return None
        value = value_of(cell, self.book)
        if kind is not None:
            from robo.workbook.declared import as_declared

            return as_declared(value, kind)
        if isinstance(value, Padded):
            return Fault(
                _(
                    "the number {number} is shown as {shown}: say which is meant, with"
                    " `columns: {{{column}: text}}` or `integer`"
                ).format(number=value.number, shown=value.shown, column=header)
            )
        return value

    def covered(self, row: int, column: int) -> str:
        """The cell that hides this one because they are merged, such as "B7"; empty where none does."""
        for top, left, _bottom, right in self._merges.get(row, ()):
            if left <= column <= right and (row, column) != (top, left):
                return f"{letters(left)}{top}"
        return ""

    def style_in(self, column: int, kinds: tuple[str, ...]) -> int | None:
        """A cell style of the column whose number format is of one of these kinds, the topmost; None without one."""
        if (column, kinds) not in self._styles:
            cells = (row.cells.get(column) for row in self.rows)
            styles = (cell.style for cell in cells if cell and self.book.format_of(cell.style).kind in kinds)
            self._styles[column, kinds] = next(styles, None)
        return self._styles[column, kinds]

    def kinds(self) -> dict[str, str]:
        """Header to type: as declared, or as all the values of the column show ("mixed", "empty")."""
        seen: dict[str, set[str]] = {header: set() for header in self.places}
        for _row, entry in self.entries():
            for header, value in entry.values.items():
                if value is not None and not isinstance(value, Fault):
                    seen[header].add(_GUESSED[type(value).__name__])
        declared = {header: kind for header, _column, kind in self._types}
        return {header: declared[header] or _common(kinds) for header, kinds in seen.items()}


class _LateValues(Mapping[str, Any]):
    """The values of a row, each read when it is asked for."""

    def __init__(self, table: Table, row: Row) -> None:
        self._table, self._row = table, row

    def __getitem__(self, header: str) -> Any:
        return self._table.value(header, self._row)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.places)

    def __len__(self) -> int:
        return len(self._table.places)


_GUESSED = {
    "str": "text", "int": "integer", "Decimal": "decimal", "date": "date", "datetime": "datetime",
    "time": "time", "bool": "yes_no",
}  # fmt: skip


def _common(kinds: set[str]) -> str:
    if kinds == {"integer", "decimal"}:
        return "decimal"
    if kinds == {"date", "datetime"}:
        return "datetime"
    return "mixed" if len(kinds) > 1 else next(iter(kinds), "empty")


def typed(
    places: Mapping[str, int], declared: Mapping[str, ColumnType] | None
) -> list[tuple[str, int, ColumnType | None]]:
    """(header, column, declared type) of each column; FaultyFlow where a declared column is not in the sheet."""
    kinds = {column_of(places, name): kind for name, kind in (declared or {}).items()}
    return [(header, column, kinds.get(column)) for header, column in places.items()]


def _by_row(sheet: Sheet) -> dict[int, list[tuple[int, int, int, int]]]:
    last = sheet.rows[-1].number if sheet.rows else 0
    found: dict[int, list[tuple[int, int, int, int]]] = {}
    for merge in sheet.merges:
        for row in range(merge[0], min(merge[2], last) + 1):
            found.setdefault(row, []).append(merge)
    return found


def _last_row(archive: Archive, sheet: SheetPart, header_row: int) -> int | None:
    """The last row of data where the header is that of an Excel table with a row of totals: totals are no entry."""
    for _id, kind, part in archive.related(sheet.part):
        if kind != "table" or part not in archive:
            continue
        given = elements(archive.read(part), part)[0].attributes
        try:
            top, _left, bottom, _right = area(given.get("ref", ""))
            totals = int(given.get("totalsRowCount", "0"))
        except ValueError as error:
            raise damaged(part) from error
        if top == header_row and totals:
            return bottom - totals
    return None


def _list(names: Iterator[str] | Mapping[str, int]) -> str:
    return ", ".join(names)
