"""One worksheet read cell by cell: what its XML holds, and where in it each cell stands."""

from __future__ import annotations

import functools
import gc
from xml.parsers import expat

from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.workbook.markup import MAIN, area, column_number, damaged, parser, unescaped

_CHUNK = 64 * 1024


class Cell:
    """A cell as written. column: from 1. kind: "n", "s", "str", "inlineStr", "b", "e" or "d". style: number of its
    cell style. text: of its value, None where it has none. start and end: where it stands in the part, in bytes.
    """

    __slots__ = ("column", "end", "formula", "kind", "start", "style", "text")

    def __init__(self, column: int, kind: str, style: int, start: int) -> None:
        self.column = column
        self.kind = kind
        self.style = style
        self.start = start
        self.end = start
        self.text: str | None = None
        self.formula = False


class Row:
    """A row as written, its cells by column. start: of its tag; inner_end: where its end tag begins."""

    __slots__ = ("cells", "hidden", "inner_end", "number", "start", "style")

    def __init__(self, number: int, hidden: bool, style: int | None, start: int) -> None:
        self.number = number
        self.hidden = hidden
        self.style = style
        self.start = start
        self.inner_end = start
        self.cells: dict[int, Cell] = {}


class Sheet:
    """A worksheet's rows in order. merges: (first row, first column, last row, last column). columns: (first, last,
    style) of those that have a style of their own.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.merges: list[tuple[int, int, int, int]] = []
        self.columns: list[tuple[int, int, int]] = []
        self.protected = False

    def row(self, number: int) -> Row | None:
        """The row of that number, if it is written at all."""
        return next((row for row in self.rows if row.number == number), None)


@functools.cache
def _column(name: str) -> int:
    return column_number(name)


def read_sheet(data: bytes, part: str, until: int | None = None, only: frozenset[int] | None = None) -> Sheet:
    """The sheet in this part; no further than the row `until`, with the cells of the columns `only`, where given.

    Failed if it cannot be made sense of.
    """
    scanner = _Scanner(only)
    # Cells are many and never refer to each other: looking for circles among them takes a third of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        for start in range(0, len(data), _CHUNK) if until else [0]:
            end = start + _CHUNK if until else len(data)
            scanner.parser.Parse(data[start:end], end >= len(data))
            if until and scanner.number > until:
                break
    except (expat.ExpatError, ValueError, KeyError) as error:
        raise damaged(part) from error
    finally:
        if collecting:
            gc.enable()
    return scanner.sheet


class _Scanner:
    """Handlers of expat, called several times for each cell: hence few calls, few names, no nesting."""

    def __init__(self, only: frozenset[int] | None) -> None:
        self.sheet = Sheet()
        self.number = 0
        self.parser = parser()
        self.parser.StartElementHandler = self._root
        self._only = only
        self._row: Row | None = None
        self._cell: Cell | None = None
        self._next = 1
        self._texts: list[str] = []
        self._taking = False
        self._valued = False
        self._phonetic = False

    def _root(self, name: str, _attributes: dict[str, str]) -> None:
        namespace, _blank, local = name.rpartition(" ")
        if local != "worksheet" or f"{namespace} " not in MAIN:
            raise Failed(_("the sheet is not a worksheet (a chart or a dialog cannot be read)"))
        self._c, self._v, self._t, self._f, self._r = (f"{namespace} {one}" for one in ("c", "v", "t", "f", "row"))
        self._phonetics = f"{namespace} rPh"
        self._namespace = namespace
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._c:
            reference = attributes.get("r")
            column = _column(reference.rstrip("0123456789")) if reference else self._next
            self._next = column + 1
            if self._only is not None and column not in self._only:
                return
            style = attributes.get("s")
            self._cell = Cell(
                column, attributes.get("t", "n"), int(style) if style else 0, self.parser.CurrentByteIndex
            )
            self._texts = []
            self._valued = False
        elif self._cell is not None:
            if name == self._v or name == self._t:
                if not self._phonetic:
                    self._taking = self._valued = True
            elif name == self._f:
                self._cell.formula = True
            elif name == self._phonetics:
                self._phonetic = True
        elif name == self._r:
            self._begin(attributes)
        elif name != self._v:
            self._other(name, attributes)

    def _begin(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self.number + 1))
        if number <= self.number:
            raise ValueError("rows out of order")
        self.number = number
        self._next = 1
        hidden = attributes.get("hidden") in ("1", "true") or attributes.get("ht") == "0"
        style = int(attributes["s"]) if attributes.get("customFormat") in ("1", "true") and "s" in attributes else None
        self._row = Row(number, hidden, style, self.parser.CurrentByteIndex)
        self.sheet.rows.append(self._row)

    def _other(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _blank, local = name.rpartition(" ")
        if namespace != self._namespace:
            return
        if local == "mergeCell":
            self.sheet.merges.append(area(attributes.get("ref", "")))
        elif local == "sheetProtection":
            self.sheet.protected = attributes.get("sheet") in ("1", "true")
        elif local == "col" and "style" in attributes:
            self.sheet.columns.append((int(attributes["min"]), int(attributes["max"]), int(attributes["style"])))

    def _text(self, data: str) -> None:
        if self._taking:
            self._texts.append(data)

    def _end(self, name: str) -> None:
        self._taking = False
        cell = self._cell
        if name == self._c:
            if cell is None:
                return
            if self._row is None:
                raise ValueError("a cell outside of a row")
            if self._valued:
                text = "".join(self._texts)
                cell.text = unescaped(text) if "_x" in text else text
            cell.end = self.parser.CurrentByteIndex
            self._row.cells[cell.column] = cell
            self._cell = None
        elif cell is not None:
            if name == self._phonetics:
                self._phonetic = False
        elif name == self._r and self._row:
            self._row.inner_end = self.parser.CurrentByteIndex
            self._row = None
