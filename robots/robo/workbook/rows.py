"""The source "row": what `for_each_row` goes through. What it needs to read a workbook loads when it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from robo.kit.change import Cell
from robo.kit.messages import _
from robo.kit.source import Entry, KeyOf, WrittenBack, source
from robo.kit.types import ColumnType, Text

if TYPE_CHECKING:
    from robo.workbook.table import Table


@source
class Rows:
    """The rows of a sheet, below its row of headers.

    in: the workbook, .xlsx or .xlsm
    sheet: the name on the tab; may be left out where the workbook shows only one
    header_row: the line of the headers, 1 unless said
    columns: header to type (text integer decimal date datetime time yes_no email iban), where a guess will not do

    - for_each_row: {in: demandes.xlsx, key: row.numero, steps: [{log: =row.nom}]}

    A column that is not declared is guessed cell by cell: a whole number is an integer, another a decimal, the number
    format tells dates and times, texts are trimmed. A cell that cannot be used (an error, a formula never computed, a
    number of more than 15 digits, a zero-padded number that is not declared) refuses its row as soon as it is used.
    Hidden and filtered rows are refused, since nobody can see what would be entered; a table's row of totals is none.
    """

    kind: ClassVar[str] = "row"

    def __init__(
        self,
        in_: Path,
        sheet: Text | None = None,
        header_row: int = 1,
        columns: dict[str, ColumnType] | None = None,
    ) -> None:
        self._path = Path(in_)
        self._sheet = sheet
        self._header_row = header_row
        self._declared = columns

    def describe(self) -> str:
        """Such as "dossiers.xlsx, sheet Dossiers"."""
        if self._sheet is None:
            return self._path.name
        return _("{file}, sheet {sheet}").format(file=self._path.name, sheet=self._sheet)

    def columns(self) -> Sequence[str]:
        """The headers from left to right; reads no further than their row."""
        from robo.workbook.archive import Archive, Snapshot
        from robo.workbook.book import Book
        from robo.workbook.sheet import read_sheet
        from robo.workbook.table import choose_sheet, header_of, typed

        archive = Archive(self._path.name, Snapshot.of(self._path).data)
        book = Book(archive)
        part = choose_sheet(book, self._sheet).part
        places = header_of(book, read_sheet(archive.read(part), part, until=self._header_row), self._header_row)
        typed(places, self._declared)
        return list(places)

    def types(self) -> dict[str, str]:
        """Header to type, as declared or as guessed from all the rows: "mixed" and "empty" are possible too."""
        return self._table().kinds()

    def entries(self) -> Iterator[Entry]:
        """The rows that hold something, positions being line numbers. All is read and judged before the first one."""
        table = self._table()
        table.refuse_unnamed()
        table.refuse_hidden()
        return (entry for _row, entry in table.entries())

    def write_back(
        self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf, copy_to: Path | None = None
    ) -> WrittenBack:
        """Write values into the cells of the rows with these keys, and change no other byte of the workbook's parts.

        A date becomes one where its cell, row or column shows dates (or another cell of the column does), else the
        text 03/05/2026 10:31. Formulas that depend on what was written show it once a spreadsheet computes anew.
        A repeated key is reported as a conflict; filtered rows are written. A copy that exists is written into.
        Failed where a cell is a formula or merged, the sheet protected, the workbook signed: then nothing is written.
        """
        from robo.workbook.writing import Writing

        return Writing(self._path, self._sheet, self._header_row, self._declared).write(values, key_of, copy_to)

    def would_write(self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf) -> Sequence[tuple[str, Cell]]:
        """The cells that `write_back` would fill, each with its key; the workbook is only read."""
        from robo.workbook.writing import Writing

        return Writing(self._path, self._sheet, self._header_row, self._declared).would_write(values, key_of)

    def set_aside(self, reasons: Mapping[int, str], to: Path) -> Path | None:
        """The rows of these lines as a workbook of their own, on the same lines, each with its reason beside it."""
        from robo.workbook.aside import write_aside

        return write_aside(self._table(), self._header_row, reasons, to.with_name(f"{to.name}.xlsx"))

    def _table(self) -> Table:
        from robo.workbook.archive import Archive, Snapshot
        from robo.workbook.table import Table

        archive = Archive(self._path.name, Snapshot.of(self._path).data)
        return Table(archive, self._sheet, self._header_row, self._declared)
