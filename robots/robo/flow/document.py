"""A YAML file as data, with the place of everything that is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Any, TypeAlias

import yaml

from robo.flow.problems import Mark, Problem, split_lines
from robo.kit.data import dataclass

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class Extent:
    """From where to where in the text; style: the quotes, or the sign of a block text, empty for anything else."""

    start: Any
    end: Any
    style: str = ""
    scalar: bool = True


@dataclass
class Document:
    """A file as data: dict, list, str, int, Decimal, bool and None. Paths are tuples of keys and indices.

    problems: faults that did not keep the rest from being read.
    """

    file: str
    text: str
    data: Any = None
    problems: list[Problem] = field(default_factory=list)
    keys: dict[Path, Extent] = field(default_factory=dict, repr=False)
    values: dict[Path, Extent] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.lines = split_lines(self.text)

    def key_mark(self, path: Path) -> Mark:
        """Where the key is written (of an item: where it begins), or the nearest above it that is known."""
        return self.key_span(path)[0]

    def value_mark(self, path: Path) -> Mark:
        """Where the value begins, or the nearest above it that is known."""
        return self.span(path)[0]

    def key_span(self, path: Path) -> tuple[Mark, int]:
        """The place and width of the key."""
        return self._place(self._nearest(path, (self.keys, self.values)))

    def span(self, path: Path) -> tuple[Mark, int]:
        """The place and width of the value, as far as it stands on one line; of a map or list its key's."""
        extent = self._nearest(path, (self.values, self.keys))
        if not extent.scalar:
            known = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.values), ())
            extent = self.keys.get(known, extent)
        return self._place(extent)

    def inside(self, path: Path, offset: int, width: int = 1) -> tuple[Mark, int]:
        """The place of a part of a text, by its offset in the value, whatever its quotes and line breaks."""
        extent = self.values.get(path)
        value = self._value(path)
        if extent is None or not extent.scalar or not isinstance(value, str):
            return self.span(path)
        raw = self.text[extent.start.index : extent.end.index]
        quotes = 1 if extent.style in ("'", '"') else 0
        if raw[quotes : len(raw) - quotes] == value:
            place = offset + quotes
        else:
            part = value[offset : offset + width]
            place = -1
            for _time in range(value.count(part, 0, offset) + 1 if part else 0):
                place = raw.find(part, place + 1)
            if place < 0:
                return self.span(path)
        before = split_lines(raw[:place])
        line = extent.start.line + len(before)
        column = len(before[-1]) + 1 + (extent.start.column if len(before) == 1 else 0)
        return Mark(self.file, line, column), max(1, width)

    def quoted(self, path: Path) -> bool:
        """Whether the value is a text in quotes."""
        return path in self.values and self.values[path].style in ("'", '"')

    def problem(self, path: Path, message: str, mend: str = "", key: bool = False) -> Problem:
        """A problem at a value, or at its key."""
        mark, width = self.key_span(path) if key else self.span(path)
        return Problem(mark, width, message, mend)

    def _value(self, path: Path) -> Any:
        value = self.data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _nearest(self, path: Path, tables: Iterable[dict[Path, Extent]]) -> Extent:
        for length in range(len(path), -1, -1):
            for table in tables:
                if path[:length] in table:
                    return table[path[:length]]
        origin = yaml.Mark(self.file, 0, 0, 0, None, 0)
        return Extent(origin, origin)

    def _place(self, extent: Extent) -> tuple[Mark, int]:
        start, end = extent.start, extent.end
        line = self.lines[start.line] if start.line < len(self.lines) else ""
        until = end.column if end.line == start.line else len(line.rstrip())
        return Mark(self.file, start.line + 1, start.column + 1), max(1, until - start.column)
