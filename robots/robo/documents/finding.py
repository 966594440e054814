"""What is looked for in a text, as a flow writes it, and the one value that it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from robo.kit.data import dataclass
from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.kit.text import written

KINDS = ("date", "amount", "siret", "iban")
"""What a value may be read as, by the word that a flow writes."""
SHOWN = 5
"""So many values are named where they are too many."""


@dataclass(frozen=True)
class Finding:
    """One of: a pattern, a label, neither (anywhere). kind: what the value is read as; empty for text."""

    said: str
    kind: str = ""
    pattern: str = ""
    label: str = ""

    @classmethod
    def parse(cls, said: str) -> Finding:
        """Raises ValueError in words for the author of a flow."""
        said = said.strip()
        if said in KINDS:
            return cls(said, kind=said)
        if said.startswith("/"):
            pattern, _slash, kind = said[1:].rpartition("/")
            _refuse_pattern(pattern)
            return cls(said, _kind(kind), pattern=pattern)
        label, colon, kind = said.rpartition(":")
        if not colon or not label.strip():
            raise ValueError(
                _('{said} is neither a /pattern/, a "label:", nor one of {kinds}').format(
                    said=said, kinds=", ".join(KINDS)
                )
            )
        return cls(said, _kind(kind), label=label.strip())


def _kind(said: str) -> str:
    kind = said.strip()
    if kind and kind not in KINDS:
        raise ValueError(_("{kind} is none of {kinds}").format(kind=kind, kinds=", ".join(KINDS)))
    return kind


def _refuse_pattern(pattern: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(_("the pattern cannot be read: {reason}").format(reason=error)) from error
    if not pattern or groups > 1:
        raise ValueError(_("a pattern holds one group at most, around what is looked for"))


def find_in(text: str, finding: Finding, name: str) -> Any:
    """The value. Refused where it is not in the text of the document of that name, or in several ways."""
    values = list(dict.fromkeys(_values(text, finding)))
    if not values:
        raise Refused(_("{finding} was not found in {name}").format(finding=finding.said, name=name))
    if len(values) > 1:
        shown = ", ".join(written(value) for value in values[:SHOWN]) + (", …" if len(values) > SHOWN else "")
        raise Refused(
            _("{finding} is not clear in {name}: it may be {values}").format(
                finding=finding.said, name=name, values=shown
            )
        )
    return values[0]


def _values(text: str, finding: Finding) -> Iterable[Any]:
    from robo.documents.values import READERS

    if finding.pattern:
        matches = re.finditer(finding.pattern, text, re.MULTILINE)
        pieces: Iterable[str | None] = (match[match.re.groups] for match in matches)
        return (value for piece in pieces if piece and (value := _read(piece, finding.kind)) is not None)
    if finding.label:
        return _after_label(text, finding)
    return (one.value for one in READERS[finding.kind](text))


def _read(piece: str, kind: str) -> Any:
    """The piece as that kind, None where it is none."""
    from robo.documents.values import READERS

    if not kind:
        return piece.strip() or None
    return next((one.value for one in READERS[kind](piece)), None)


def _after_label(text: str, finding: Finding) -> Iterator[Any]:
    """What follows the label on its line, or else on the next that is not empty.

    Where the label begins a line somewhere, only such places count: "Total" is not "Sous-total" nor "Grand Total".
    """
    words = r"\s+".join(map(re.escape, finding.label.split()))
    places = list(re.finditer(rf"(?<![\w-]){words}(?!\w)[ ]*:?[ ]*", text, re.IGNORECASE))
    leading = [one for one in places if not text[text.rfind("\n", 0, one.start()) + 1 : one.start()].strip()]
    for place in leading or places:
        line, _newline, below = text[place.end() :].partition("\n")
        value = _first(line, finding.kind)
        if value is None and (not line.strip() or finding.kind):
            value = _first(next(filter(str.strip, below.split("\n")), ""), finding.kind)
        if value is not None:
            yield value


def _first(line: str, kind: str) -> Any:
    """The value in that line, the last one where there are several amounts: sums stand at the right."""
    from robo.documents.values import READERS

    if not kind:
        return line.strip() or None
    found = list(READERS[kind](line))
    return found[-1].value if kind == "amount" and found else found[0].value if found else None
