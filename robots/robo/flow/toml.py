"""TOML with the place of each key and value, which tomllib does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from robo.flow.problems import FaultyFile, Mark, Problem
from robo.kit.data import dataclass
from robo.kit.messages import _

Path = tuple[str | int, ...]
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_BLANK = re.compile(r"(?:[ \t]|#[^\n]*)*")
_BLANKS = re.compile(r"(?:\s|#[^\n]*)*")
_KEY = re.compile(r"""\s*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'", re.DOTALL
)
_BARE = re.compile(r"[^,\]}#\n]*")


@dataclass
class Toml:
    """What the file holds, and where: `mark` of a key or a value by its path of keys and indices."""

    data: Mapping[str, Any]
    text: str
    file: str
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def problem(self, path: Path, message: str, mend: str = "", key: bool = False) -> Problem:
        """A problem at the value of that path, or at its key; at the nearest thing around it where it has no place."""
        spans = self.keys if key else {**self.keys, **self.values}
        while path and path not in spans:
            path = path[:-1]
        offset, width = spans.get(path, (0, 1))
        line = self.text.count("\n", 0, offset) + 1
        column = offset - (self.text.rfind("\n", 0, offset) + 1) + 1
        return Problem(Mark(self.file, line, column), width, message, mend)


def read_toml(text: str, file: str) -> Toml:
    """Raises FaultyFile for what is no TOML."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultyFile([_syntax(str(error), text, file)], {file: text}) from None
    toml = Toml(data, text, file)
    _Places(toml).read()
    return toml


def _syntax(message: str, text: str, file: str) -> Problem:
    found = _AT.search(message)
    line, column = (int(found[1]), int(found[2])) if found and found[1] else (text.count("\n") + 1, 1)
    return Problem(
        Mark(file, line, column),
        1,
        _("this cannot be read: {reason}").format(reason=_AT.sub("", message)),
        _('A line is `name = "text"`; a group begins with [sites.name]'),
    )


class _Places:
    """Goes through a text that tomllib has accepted, so that it may be lenient."""

    def __init__(self, toml: Toml) -> None:
        self.toml, self.text, self.at = toml, toml.text, 0

    def read(self) -> None:
        table: Path = ()
        counts: dict[Path, int] = {}
        while self._skip(_BLANKS) < len(self.text):
            if self.text[self.at] != "[":
                self._pair(table)
                continue
            array = self.text.startswith("[[", self.at)
            self.at += 2 if array else 1
            table = self._name(())
            self.at += 2 if array else 1
            if array:
                number = counts.get(table, -1) + 1
                counts[table] = number
                table = (*table, number)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _name(self, table: Path) -> Path:
        """A dotted key; each part is noted at its place."""
        path = table
        while found := _KEY.match(self.text, self.at):
            group = next(number for number in (1, 2, 3) if found[number] is not None)
            path = (*path, found[group])
            quotes = 0 if group == 3 else 1
            width = found.end(group) - found.start(group) + 2 * quotes
            self.toml.keys.setdefault(path, (found.start(group) - quotes, width))
            self.at = found.end()
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        return path

    def _pair(self, table: Path) -> None:
        path = self._name(table)
        self.at = self.text.index("=", self.at) + 1
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: Path) -> None:
        start = self.at
        if self.text.startswith("[", start):
            self._items(path, "]")
        elif self.text.startswith("{", start):
            self._items(path, "}")
        elif found := _STRING.match(self.text, start):
            self.at = found.end()
        else:
            self._skip(_BARE)
        shown = self.text[start : self.at].partition("\n")[0].rstrip()
        self.toml.values[path] = (start, max(1, len(shown)))

    def _items(self, path: Path, closing: str) -> None:
        self.at += 1
        number = 0
        while self._skip(_BLANKS) < len(self.text) and self.text[self.at] != closing:
            if self.text[self.at] == ",":
                self.at += 1
            elif closing == "}":
                self._pair(path)
            else:
                self._value((*path, number))
                number += 1
        self.at += 1
