"""The XML inside a workbook, read with expat: no document types, hence no entities, local or from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

from robo.kit.errors import Failed
from robo.kit.messages import _

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main ",
    "http://purl.oclc.org/ooxml/spreadsheetml/main ",
)
"""The two namespaces of a workbook (transitional and strict), as expat writes them before a name."""


def parser() -> expat.XMLParserType:
    """A parser that gives names as "NAMESPACE name" and raises Failed for a document type."""
    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _refuse
    return made


def _refuse(*_ignored: object) -> None:
    raise Failed(_("the workbook holds a document type, which no spreadsheet program writes; it is not opened"))


def parse(made: expat.XMLParserType, data: bytes, part: str) -> None:
    """Parse the whole part; Failed if it is not well-formed."""
    try:
        made.Parse(data, True)
    except expat.ExpatError as error:
        raise damaged(part) from error


def damaged(part: str) -> Failed:
    """The failure of a part that cannot be made sense of."""
    return Failed(_("the workbook is damaged ({part} cannot be read)").format(part=part))


class Element(NamedTuple):
    """A start tag, without namespaces: the name of its parent, its own, and its attributes."""

    parent: str
    name: str
    attributes: dict[str, str]


def elements(data: bytes, part: str) -> list[Element]:
    """Every start tag of a small part in order, except those of foreign namespaces inside a workbook part."""
    found: list[Element] = []
    above = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        found.append(Element(above[-1], local, plain))
        above.append(local)

    def end(_name: str) -> None:
        above.pop()

    made = parser()
    made.StartElementHandler, made.EndElementHandler = start, end
    parse(made, data, part)
    return found


def shared_strings(data: bytes, part: str) -> list[str]:
    """The texts of a shared strings part: rich text without its formats, without the readings of ideograms."""
    reader = _Strings()
    made = parser()
    made.StartElementHandler, made.EndElementHandler = reader.start, reader.end
    made.CharacterDataHandler = reader.text
    parse(made, data, part)
    return reader.strings


class _Strings:
    def __init__(self) -> None:
        self.strings: list[str] = []
        self._texts: list[str] = []
        self._taking = False
        self._reading = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "t":
            self._taking = not self._reading
        elif local == "si":
            self._texts = []
        elif local == "rPh":
            self._reading = True

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        self._taking = False
        if local == "si":
            self.strings.append(unescaped("".join(self._texts)))
        elif local == "rPh":
            self._reading = False

    def text(self, data: str) -> None:
        if self._taking:
            self._texts.append(data)


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """`_x000D_` and the like as the characters they stand for."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def letters(column: int) -> str:
    """The name of a column counted from 1: A, B, ... Z, AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_number(name: str) -> int:
    """The number, from 1, of a column's name."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def area(reference: str) -> tuple[int, int, int, int]:
    """(first row, first column, last row, last column) of "B2" or "B2:D5"; ValueError if it is neither."""
    first, _colon, last = reference.replace("$", "").partition(":")
    corners: list[tuple[int, int]] = []
    for corner in (first, last or first):
        found = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", corner)
        if found is None:
            raise ValueError(reference)
        corners.append((int(found[2]), column_number(found[1])))
    return (*corners[0], *corners[1])


def named(found: list[Element], parent: str, name: str) -> Iterator[dict[str, str]]:
    """The attributes of the elements of that name under that parent, in order."""
    return (element.attributes for element in found if element.name == name and element.parent == parent)
