"""YAML as flows are written in it: plain data, the place of everything, and every fault in plain words.

Stricter than YAML: see `_plain` for what is not a text; anchors, aliases, tags, tabs, repeated keys are refused.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path as File
from typing import Any

import yaml

from robo.flow.document import Document, Extent, Path
from robo.flow.problems import FaultyFile, Mark, Problem, split_lines
from robo.flow.syntax import Fault, Quoted, explain, in_quotes, to_bracket
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _, reason_of

LARGEST = 1_000_000
"""Characters of a file."""
DEEPEST = 40
MOST_VALUES = 100_000
MOST_PROBLEMS = 100
"""After these the rest is not read: it will be when they are mended."""

_PARSER: Any
try:
    from yaml.cyaml import CParser as _PARSER  # type: ignore[attr-defined,unused-ignore]
except ImportError:  # a build without libyaml: the same, ten times slower
    _PARSER = yaml.Loader


def read_text(text: str, file: str) -> Document:
    """Read a text under the name by which messages call it.

    Raises FaultyFile where it is not YAML, too large or nested too deeply; other faults are in `problems`.
    """
    document = Document(file, text.removeprefix("\ufeff"))
    reader = _Reader(document)
    try:
        if len(text) > LARGEST:
            raise _Unfit(Fault(0, 0, 1, _("the file has more than {n} characters").format(n=LARGEST)))
        document.data = reader.read()
    except _Unfit as unfit:
        fault = unfit.fault
    except yaml.YAMLError as error:
        fault = explain(error, document.lines, reader.quoted)
    except UnicodeEncodeError as error:
        fault = explain(error, document.lines, None)
    else:
        return document
    reader.end_with(fault)
    raise FaultyFile(document.problems, {file: document.text})


def read_file(path: File, shown_as: str | None = None) -> Document:
    """Read a file, UTF-8 with or without byte order mark. Raises FaultyFile, also for another encoding."""
    name = shown_as or path.name
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST * 4 + 1)
    except OSError as error:
        raise FaultyFlow(_("{file} cannot be read: {reason}").format(file=name, reason=reason_of(error))) from None
    try:
        return read_text(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            encoding, text = "UTF-16", data.decode("utf-16", "replace")
            mark = Mark(name, 1, 1)
        else:
            encoding, text = "Windows-1252", data.decode("cp1252", "replace")
            before = split_lines(data[: error.start].decode("cp1252", "replace"))
            mark = Mark(name, len(before), len(before[-1]) + 1)
        said = _("the file is not UTF-8; it looks like {encoding}").format(encoding=encoding)
        mend = _("Save it as UTF-8 (in the editor: Save as, Encoding)")
        raise FaultyFile([Problem(mark, 1, said, mend)], {name: text}) from None


class _Unfit(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,39})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,39})\.[0-9]{1,40}")
_CONSTANTS = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
}  # fmt: skip


def _plain(text: str) -> Any:
    """A value without quotes: integers without a leading zero, decimals, true, false, nothing; else the text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "-0123456789":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
    return text


_HASH = re.compile(r"[ \t]+#(?=\S)")
_HASH_ALONE = re.compile(r"[ \t]*#(?=\S)")
_WINDOWS_PATH = re.compile(r'"(?:[A-Za-z]:\\(?!\\)|\\\\\\?[^\\"]+\\(?!\\))')
_CALLS = re.compile(r"=|.*\|\s*\w+\(")


class _Reader:
    """Builds data from the parser's events: these come one by one, so that no depth and no bomb can harm."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.parser: Any = None
        self.values = 0
        self.eaten = 0
        self.quoted: Quoted | None = None

    def report(self, fault: Fault) -> None:
        mark = Mark(self.document.file, fault.line + 1, fault.column + 1)
        self.document.problems.append(Problem(mark, fault.width, fault.message, fault.mend))
        if len(self.document.problems) == MOST_PROBLEMS:
            raise FaultyFile(self.document.problems, {self.document.file: self.document.text})

    def end_with(self, fault: Fault) -> None:
        """Report what ended the reading, unless it merely follows from a fault of the same line."""
        known = {one.mark.line: one for one in self.document.problems}.get(fault.line + 1)
        if known and known.mark.column == fault.column + 1:
            self.document.problems.remove(known)
        elif known:
            return
        self.report(fault)

    def fault(self, event: Any, message: str, mend: str = "", width: int | None = None) -> Fault:
        start, end = event.start_mark, event.end_mark
        until = end.column if end.line == start.line else start.column + 1
        return Fault(start.line, start.column, width or max(1, until - start.column), message, mend)

    def read(self) -> Any:
        self.parser = _PARSER(self.document.text)
        try:
            return self._documents()
        finally:
            self.parser.dispose()

    def _documents(self) -> Any:
        self.parser.get_event()
        data: Any = None
        first = True
        while not isinstance(event := self.parser.get_event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                if not first:
                    raise _Unfit(
                        self.fault(event, _('"---" begins a second flow in the file'), _("One file, one flow"))
                    )
                if event.version or event.tags:
                    self.report(self.fault(event, _('a line that begins with "%" has no place in a flow')))
                data, first = self.node(self.parser.get_event(), (), in_flow=False), False
        return data

    def node(self, event: Any, path: Path, in_flow: bool) -> Any:
        self.values += 1
        if self.values > MOST_VALUES:
            raise _Unfit(self.fault(event, _("the file has more than {n} values").format(n=MOST_VALUES)))
        if len(path) > DEEPEST:
            raise _Unfit(self.fault(event, _("nested deeper than {n} levels").format(n=DEEPEST), width=1))
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, path)
        self.decorated(event)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path, in_flow)
        start = event.start_mark
        extent = Extent(start, event.end_mark, scalar=False)
        self.document.values[path] = extent
        in_flow = in_flow or self.document.text[start.index : start.index + 1] in ("{", "[")
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path, in_flow)
        return self.mapping(event, path, in_flow)

    def alias(self, event: Any, path: Path) -> None:
        self.document.values[path] = Extent(event.start_mark, event.end_mark)
        said = _('"*{name}" is an alias, which flows do without').format(name=event.anchor)
        self.report(self.fault(event, said, self._quote_it(event)))

    def decorated(self, event: Any) -> None:
        """Anchors and tags, which stand before a value."""
        if event.anchor is not None:
            said = _('"&{name}" is an anchor, which flows do without').format(name=event.anchor)
            self.report(self.fault(event, said, self._quote_it(event), width=len(event.anchor) + 1))
        elif event.tag is not None:
            said = _('"{tag}" is a tag of YAML, which flows do without').format(tag=event.tag)
            self.report(self.fault(event, said, self._quote_it(event), width=1))

    def _quote_it(self, event: Any) -> str:
        rest = self.document.lines[event.start_mark.line][event.start_mark.column :].strip()
        return _("If it is a text, put it in quotes: {text}").format(text=in_quotes(rest))

    def scalar(self, event: Any, path: Path, in_flow: bool) -> Any:
        start, end, style, text = event.start_mark, event.end_mark, event.style or "", event.value
        self.document.values[path] = Extent(start, end, style)
        self.tab_before(start)
        if style in ("'", '"'):
            if end.line > start.line:
                self.quoted = Quoted(start.line, start.column, end.line)
            if style == '"' and _WINDOWS_PATH.match(self.document.text, start.index):
                self.windows_path(event)
            return text
        if style:
            return text
        value = _plain(text)
        self.comment(event, value)
        if in_flow and isinstance(value, str) and value.count("(") > value.count(")") and _CALLS.match(value):
            return self.torn(event)
        return value

    def tab_before(self, start: Any) -> None:
        if start.index and self.document.text[start.index - 1] == "\t":
            mend = _("Write blanks instead, two for each level")
            self.report(Fault(start.line, start.column - 1, 1, _("a tab stands here"), mend))

    def windows_path(self, event: Any) -> None:
        raw = self.document.text[event.start_mark.index + 1 : event.end_mark.index - 1]
        said = _('between double quotes "\\" has a meaning of its own: this path would be damaged')
        mend = _("Write '{path}' between single quotes, or {slashes}")
        self.report(self.fault(event, said, mend.format(path=raw, slashes=raw.replace("\\", "/"))))

    def comment(self, event: Any, value: Any) -> None:
        """A `#` that eats a value or its end: comments are written with a blank after it."""
        end = event.end_mark
        line = self.document.lines[end.line] if end.line < len(self.document.lines) else ""
        found = (_HASH_ALONE if event.value == "" else _HASH).match(line, end.column)
        if not found:
            return
        eaten = line[found.end() - 1 :].rstrip()
        whole = f"{event.value} {eaten}".strip()
        said = _('"#" begins a comment: "{eaten}" is not part of the value').format(eaten=eaten)
        mend = _('Write {quoted}, or "# " with a blank if it is a comment').format(quoted=in_quotes(whole))
        self.report(Fault(end.line, found.end() - 1, len(eaten), said, mend))

    def torn(self, event: Any) -> str:
        """A formula with a comma inside `{ }`, which YAML takes for the end of the value."""
        start = event.start_mark
        whole = to_bracket(self.document.lines[start.line][start.column :])
        said = _("inside {{ }} a formula with any of [ ] {{ }} , must be in quotes").format()
        mend = _("Write: {value}").format(value=in_quotes(whole))
        self.report(Fault(start.line, start.column, len(whole), said, mend))
        self.eaten = start.index + len(whole)
        return whole

    @staticmethod
    def offset(event: Any) -> int:
        return int(event.start_mark.index)

    def sequence(self, path: Path, in_flow: bool) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self.parser.get_event(), yaml.SequenceEndEvent):
            rest_of_torn = self.offset(event) < self.eaten
            value = self.node(event, (*path, len(items)), in_flow)
            if not rest_of_torn:
                items.append(value)
        return items

    def mapping(self, opening: Any, path: Path, in_flow: bool) -> Any:
        made: dict[str, Any] = {}
        unquoted: str | None = None
        while not isinstance(event := self.parser.get_event(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                unquoted = self.strange_key(opening, event, path, first=not made) or unquoted
                continue
            rest_of_torn = self.offset(event) < self.eaten
            key = event.value
            place = (*path, key)
            if rest_of_torn or not self.good_key(event, key, made, place):
                self.node(self.parser.get_event(), (*path, f"{key}\0"), in_flow)
                continue
            self.document.keys[place] = Extent(event.start_mark, event.end_mark, event.style or "")
            self.tab_before(event.start_mark)
            made[key] = None
            made[key] = self.node(self.parser.get_event(), place, in_flow)
        return made if unquoted is None else unquoted

    def good_key(self, event: Any, key: str, made: dict[str, Any], place: Path) -> bool:
        self.decorated(event)
        if key == "<<" and not event.style:
            self.report(
                self.fault(event, _('"<<" merges maps, which flows do without'), _("Write the keys themselves"))
            )
            return False
        if key == "" and not event.style:
            self.report(self.fault(event, _("a key is missing before the colon")))
            return False
        if key in made:
            first = self.document.keys[place].start.line + 1
            said = _('"{key}" is written twice, first in line {line}').format(key=key, line=first)
            self.report(self.fault(event, said, _("Delete one of the two, or put both values into one list")))
            return False
        return True

    def strange_key(self, opening: Any, event: Any, path: Path, first: bool) -> str | None:
        """A key that is a map or a list: nearly always `{{ x }}` without quotes, whose text is given back."""
        problems, inner = len(self.document.problems), (*path, "\0")
        self.node(event, inner, in_flow=True)
        self.node(self.parser.get_event(), (*inner, "\0"), in_flow=True)
        start = opening.start_mark
        line = self.document.lines[start.line]
        if first and line.startswith("{{", start.column):
            found = re.compile(r"\{\{.*?\}\}").match(line, start.column)
            raw = found[0] if found else "{{ … }}"
            del self.document.problems[problems:]
            said = _('a text that begins with "{{" must be in quotes')
            mend = _("Write {quoted}, or the formula ={name}").format(quoted=in_quotes(raw), name=raw.strip("{} "))
            self.report(Fault(start.line, start.column, len(raw), said, mend))
            self.document.values[path] = Extent(start, start)
            return raw
        self.report(self.fault(event, _("a key must be a simple text"), width=1))
        return None


__all__ = ["Document", "Path", "read_file", "read_text"]
