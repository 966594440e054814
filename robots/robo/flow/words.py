"""The words and signs of expressions, with their places, and how it is said that one cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from robo.kit.messages import _


class Unreadable(ValueError):
    """Why an expression cannot be used. offset and width: where, in characters of its source; mend: what to write."""

    def __init__(self, message: str, offset: int = 0, width: int = 1, mend: str = "") -> None:
        super().__init__(message)
        self.message, self.offset, self.width, self.mend = message, offset, width, mend

    def shifted(self, by: int) -> Unreadable:
        """The same, in a text in which the expression begins `by` characters later."""
        return Unreadable(self.message, self.offset + by, self.width, self.mend)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign. kind: number, name, text, sign, end; start: its offset in the source."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_TOKEN = re.compile(
    r"""(?P<blank>\s+)
    |(?P<number>\d+(?:\.\d+)?(?!\w))
    |(?P<name>[^\W\d]\w*)
    |(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<sign>==|!=|<=|>=|//|\*\*|[-+*/%~<>()\[\].,:|=])""",
    re.VERBOSE | re.DOTALL,
)


def tokens(source: str, begin: int = 0, closing: bool = False) -> Iterator[Token]:
    """The words of an expression, from `begin`, ended by one of kind "end".

    closing: it ends at the first `}}`, as a merge field does.
    """
    place = begin
    while place < len(source):
        if closing and source.startswith("}}", place):
            break
        found = _TOKEN.match(source, place)
        if found is None:
            raise _strange(source, place)
        if found.lastgroup != "blank":
            yield Token(found.lastgroup or "", found[0], place)
        place = found.end()
    yield Token("end", "", place)


def _strange(source: str, place: int) -> Unreadable:
    char = source[place]
    mends = {
        "{": _('A formula has no braces: =row.name, or "{{ row.name }}" as a text'),
        "&": _("Write and"),
        "!": _("Write not"),
        ";": _("Arguments are separated by commas"),
        "^": _("Write x * x"),
    }
    mend = mends.get(char) or mends.get({"}": "{"}.get(char, ""), "")
    if char in "'\"":
        return Unreadable(_("the quote that opens here is never closed"), place)
    if char in "“”‘’«»„":
        mend = _("Write straight quotes: 'text'")
    elif char.isdigit():
        found = re.compile(r"\w+").match(source, place)
        wrong = found[0] if found else char
        return Unreadable(_("{word} is no number").format(word=wrong), place, len(wrong), _("A text is put in quotes"))
    return Unreadable(_('"{char}" has no meaning in a formula').format(char=char), place, 1, mend)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}


def unescaped(text: str) -> str:
    """What a text in quotes says."""
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text[1:-1], flags=re.DOTALL)
