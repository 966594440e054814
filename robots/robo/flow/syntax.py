"""Why a text is not YAML, in the words of those who write it: what they meant and how it is written."""

from __future__ import annotations

import re
from typing import Any

from robo.kit.data import dataclass
from robo.kit.messages import _

_KEYED = re.compile(r"""^\s*(?:-\s+)*(?:"[^"]*"|'[^']*'|[^\s"'{\[#][^:#]*?)\s*:\s+(?=\S)""")
_GLUED = re.compile(r"^\s*(?:-\s+)*([\w ]+):(?=[^\s/\\])")
_LONGEST = 5_000
"""Longer lines were hardly written by hand, and are not searched for what was meant."""
_IN_BRACES = re.compile(r"(?:^|[{\[,]\s*|:\s+)(=[^,]*)$")


@dataclass(frozen=True)
class Fault:
    """line and column count from 0."""

    line: int
    column: int
    width: int
    message: str
    mend: str = ""


@dataclass(frozen=True)
class Quoted:
    """The last text in quotes that went over several lines: where it begins and in which line it ends."""

    line: int
    column: int
    last_line: int


def explain(error: Any, lines: list[str], quoted: Quoted | None) -> Fault:
    """The fault behind an error of PyYAML's scanner or parser, whichever of its two makes."""
    if getattr(error, "problem_mark", None) is None:
        return _unreadable(error, lines)
    return _Case(error, lines, quoted).fault()


def _unreadable(error: Any, lines: list[str]) -> Fault:
    """A character that no YAML text may hold; PyYAML says only its place in the whole text."""
    for number, line in enumerate(lines):
        found = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]", line)
        if found:
            said = _("an invisible character (number {code}) is not allowed").format(code=ord(found[0]))
            return Fault(number, found.start(), 1, said, _("Delete it and type the text anew"))
    return Fault(0, 0, 1, _("this is not a readable text: {reason}").format(reason=error))


def in_quotes(text: str) -> str:
    """The text as YAML writes it in quotes."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def to_bracket(text: str) -> str:
    """The beginning of what stands in a `{ }` or `[ ]`, up to the comma or bracket that ends it."""
    depth, quote = 0, ""
    for place, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([{":
            depth += 1
        elif (char in ")]}" and depth == 0) or (char == "," and depth == 0):
            return text[:place].rstrip()
        elif char in ")]}":
            depth -= 1
    return text.rstrip()


class _Case:
    def __init__(self, error: Any, lines: list[str], quoted: Quoted | None) -> None:
        self.said = str(error.problem or "")
        self.within = str(error.context or "")
        self.lines, self.quoted = lines, quoted
        self.row = min(error.problem_mark.line, len(lines) - 1)
        self.line = lines[self.row]
        self.column = min(error.problem_mark.column, len(self.line))
        self.began = error.context_mark or error.problem_mark

    def fault(self) -> Fault:
        if len(self.line) > _LONGEST:
            return Fault(self.row, self.column, 1, _("this is not YAML: {reason}").format(reason=self.said))
        if "flow" in self.within or "node content" in self.said:
            found = self.merge_braces() or self.comment()
            if found:
                return found
        for part, explained in (
            ("tab character", self.tab),
            ("cannot start any token", self.beginning),
            ("escape", self.escape),
            ("end of stream", self.unclosed_quote),
            ("mapping values are not allowed", self.colon),
            ("mapping keys are not allowed", self.beginning),
            ("could not find expected ':'", self.no_key),
            ("node content", self.beginning),
            ("alphabetic or numeric", self.beginning_before),
            ("comment or", self.beginning_before),
            ("chomping", self.beginning_before),
        ):
            if part in self.said:
                return explained()
        if "flow" in self.within:
            return self.braces()
        if "block" in self.within:
            return self.block()
        said = _("this is not YAML: {reason}").format(reason=self.said)
        return Fault(self.row, self.column, 1, said)

    def tab(self) -> Fault:
        column = self.line.index("\t") if "\t" in self.line else self.column
        return Fault(self.row, column, 1, _("a tab stands here"), _("Write blanks instead, two for each level"))

    def beginning(self) -> Fault:
        if self.line[self.column : self.column + 1] == "\t":
            return self.tab()
        return self._starts_with(self.row, self.column)

    def beginning_before(self) -> Fault:
        return self._starts_with(self.began.line, self.began.column)

    def _starts_with(self, row: int, column: int) -> Fault:
        line = self.lines[row]
        said = _('a text cannot begin with "{char}"').format(char=line[column : column + 1])
        return Fault(row, column, 1, said, self._write(line, column))

    def _write(self, line: str, column: int, end: int | None = None) -> str:
        """The line with what begins at the column in quotes."""
        before, value = line[:column], line[column:end].rstrip()
        return _("Write: {line}").format(line=before.strip() + " " + in_quotes(value) if value else before.strip())

    def escape(self) -> Fault:
        column = self.column if self.line[self.column : self.column + 1] == "\\" else max(0, self.column - 1)
        return Fault(
            self.row,
            column,
            2,
            _('between double quotes "{what}" has a meaning of its own').format(what=self.line[column : column + 2]),
            _("Write a path with slashes, S:/Dossiers, or between single quotes: 'S:\\Dossiers'"),
        )

    def unclosed_quote(self) -> Fault:
        if "flow" in self.within:
            return self.braces()
        return Fault(
            self.began.line,
            self.began.column,
            1,
            _("the quote that opens here is never closed"),
            _("Close it at the end of the text"),
        )

    def colon(self) -> Fault:
        keyed = _KEYED.match(self.line)
        if keyed and keyed.end() <= self.column:
            said = _('": " inside a text begins a new key')
            return Fault(self.row, self.column, 1, said, self._write(self.line, keyed.end()))
        above = self.row - 1
        while above >= 0 and (not self.lines[above].strip() or self.lines[above].lstrip().startswith("#")):
            above -= 1
        glued = _GLUED.match(self.lines[above]) if above >= 0 else None
        if glued and not _KEYED.match(self.lines[above]):
            return self._glued(above, glued)
        return self.indentation()

    def _glued(self, row: int, glued: re.Match[str]) -> Fault:
        line = self.lines[row]
        mend = _("Write: {line}").format(line=f"{line[: glued.end()].strip()} {line[glued.end() :].strip()}")
        return Fault(row, glued.end() - 1, 1, _("a blank is missing after the colon"), mend)

    def no_key(self) -> Fault:
        row = self.began.line
        glued = _GLUED.match(self.lines[row])
        if glued:
            return self._glued(row, glued)
        line = self.lines[row]
        said = _('this line is neither "key: value" nor "- item"')
        return Fault(row, len(line) - len(line.lstrip()), len(line.strip()), said)

    def indentation(self) -> Fault:
        column = len(self.line) - len(self.line.lstrip())
        return Fault(
            self.row,
            column,
            len(self.line.strip()),
            _("this line is not aligned with the ones it belongs to"),
            _("Begin it in the same column as the other keys of its block, two blanks for each level"),
        )

    def merge_braces(self) -> Fault | None:
        for row in dict.fromkeys((self.row, min(self.began.line, self.row))):
            line = self.lines[row]
            column = line.find("{{")
            if column < 0 or line[:column].rstrip().endswith(('"', "'")):
                continue
            value = line[column:].rstrip()
            return Fault(
                row,
                column,
                len(value),
                _('a text that begins with "{{" must be in quotes'),
                _("Write: {value}").format(value=in_quotes(value)),
            )
        return None

    def comment(self) -> Fault | None:
        """A `#` that eats the closing bracket along with a value."""
        first = min(self.began.line, self.row)
        while first and not self.lines[first].strip():
            first -= 1
        for row in range(first, self.row + 1):
            line = self.lines[row]
            found = re.search(r"""^(?:[^"'#]|"[^"]*"|'[^']*'|(?<=\S)#)*?(?<=[\s:,{\[])(#(?=\S)[^\s,}\]]*)""", line)
            if found:
                said = _('"#" begins a comment: "{eaten}" is not part of the value')
                mend = _("Write: {value}").format(value=in_quotes(found[1]))
                return Fault(row, found.start(1), len(found[1]), said.format(eaten=line[found.start(1) :]), mend)
        return None

    def braces(self) -> Fault:
        """Something that does not belong into a `{ }` or `[ ]` on one line."""
        start = self.began.column + 1 if self.began.line == self.row else 0
        formula = _IN_BRACES.search(self.line[start : self.column])
        char = self.line[self.column : self.column + 1]
        if formula and char:
            column = start + formula.start(1)
            whole = to_bracket(self.line[column:])
            said = _("inside {{ }} a formula with any of [ ] {{ }} , must be in quotes").format()
            return Fault(self.row, column, len(whole), said, _("Write: {value}").format(value=in_quotes(whole)))
        if char == ":" and self.began.line == self.row:
            said = _('": " inside a text begins a new key')
            value = re.search(r":\s+([^{}\[\],:]*)$", self.line[start : self.column])
            column = start + value.start(1) if value else self.column
            whole = to_bracket(self.line[column:])
            return Fault(self.row, self.column, 1, said, _("Write: {value}").format(value=in_quotes(whole)))
        opened = self.lines[self.began.line][self.began.column : self.began.column + 1]
        said = _('"{char}" opens here and is not closed properly').format(char=opened)
        mend = _("Close it, separate what it holds by commas, and put texts with [ ] { } , into quotes")
        return Fault(self.began.line, self.began.column, 1, said, mend)

    def block(self) -> Fault:
        """Something in a block that is neither its next key nor its next item."""
        before = self.line[: self.column].rstrip()
        if self.quoted and self.quoted.last_line == self.row:
            said = _("the quote that opens here is never closed")
            return Fault(self.quoted.line, self.quoted.column, 1, said, _("Close it at the end of the text"))
        if before.endswith("}"):
            found = self.merge_braces()
            if found:
                return found
        if before.endswith(('"', "'")):
            said = _("the text ended at this quote, but goes on")
            keyed = _KEYED.match(self.line)
            mend = ""
            if keyed:
                value = self.line[keyed.end() :].strip()
                inner = value[1:].removesuffix(value[0])
                mend = _("Write: {value}").format(value=in_quotes(inner))
            return Fault(self.row, len(before) - 1, 1, said, mend)
        return self.indentation()
