"""Number formats: what a number in a cell stands for, and how a zero-padded one is shown."""

from __future__ import annotations

import functools
import re
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Kind = Literal["number", "date", "time", "datetime", "duration", "padded", "text"]


class Format(NamedTuple):
    """What a cell's number format says. code: of a padded one, to render it."""

    kind: Kind
    code: str = ""


GENERAL = Format("number")
_BUILT_IN: dict[Kind, tuple[int, ...]] = {
    "date": (*range(14, 18), *range(27, 32), 36, *range(50, 55), 57, 58),
    "time": (18, 19, 20, 21, 32, 33, 45, 47),
    "datetime": (22,),
    "duration": (46,),
    "text": (49,),
}
# One piece of a format: quoted text, an escaped character, a blank of some width, a filler, brackets, a character.
_PIECE = re.compile(r'"([^"]*)"|\\(.)|_(.)|\*(.)|\[([^\]]*)\]|(.)', re.DOTALL)


def built_in(number: int) -> Format:
    """The format behind a number that needs no code in the workbook."""
    return Format(next((kind for kind, numbers in _BUILT_IN.items() if number in numbers), "number"))


@functools.cache
def classify(code: str) -> Format:
    """What a format code says of its numbers, judged by its first section."""
    bare, brackets = "", []
    for piece in _PIECE.finditer(code):
        if piece[6] == ";":
            break
        if piece[6] is not None:
            bare += piece[6]
        elif piece[5] is not None:
            brackets.append(piece[5].lower())
    bare = bare.lower().replace("general", "")
    if any(re.fullmatch(r"h+|m+|s+", bracket) for bracket in brackets):
        return Format("duration")
    if bare.strip() == "@":
        return Format("text")
    clock = re.sub(r"s\.0+", "s", bare)
    if re.search(r"[0#?]", clock):
        return _number(clock, code, brackets)
    has_time = re.search(r"[hs]", clock) is not None
    has_date = re.search(r"[ydg]", clock) is not None or ("m" in clock.replace("am/pm", "") and not has_time)
    if has_date:
        return Format("datetime" if has_time else "date")
    return Format("time" if has_time else "number")


def _number(bare: str, code: str, brackets: list[str]) -> Format:
    conditional = any(bracket[:1] in "<>=" for bracket in brackets if bracket)
    places = re.findall(r"[0#?]", bare)
    padded = len(places) > 1 and places[0] == "0" and not re.search(r"[.,%/e@]", bare) and not conditional
    return Format("padded", code) if padded else GENERAL


def render(code: str, number: int) -> str:
    """A whole number as a padded format shows it: 9100 under 00000 is "09100"."""
    digits = list(str(abs(number)))
    pieces = []
    for piece in _PIECE.finditer(code):
        if piece[6] == ";":
            break
        pieces.append(piece)
    first = next(index for index, piece in enumerate(pieces) if piece[6] and piece[6] in "0#?")
    shown = ""
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        if piece[6] and piece[6] in "0#?":
            shown = (digits.pop() if digits else {"0": "0", "#": "", "?": " "}[piece[6]]) + shown
            if index == first:
                shown = "".join(digits) + shown
        else:
            shown = (piece[1] or piece[2] or (" " if piece[3] else "") or piece[6] or "") + shown
    return ("-" if number < 0 else "") + shown


_LAST_DAY = 2958465
# The first days of the calendars; what a cell holds has no time zone.
_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_1900 = datetime(1899, 12, 30)  # noqa: DTZ001
_DAY = timedelta(days=1)


def moment(serial: float, since_1904: bool) -> datetime | None:
    """The instant, to the millisecond, of a workbook's day number; None where there is no such day."""
    milliseconds = round(serial * 86_400_000)
    days = milliseconds / 86_400_000
    if since_1904:
        return _1904 + timedelta(milliseconds=milliseconds) if 0 <= days < _LAST_DAY - 1461 else None
    if days < 1 or days >= _LAST_DAY + 1 or 60 <= days < 61:
        return None  # day 60 is 29 February 1900, which never was
    since = _1900 + timedelta(milliseconds=milliseconds)
    return since + _DAY if days < 60 else since


def serial(value: datetime, since_1904: bool) -> str:
    """The day number of an instant, as a cell holds it."""
    passed = value - (_1904 if since_1904 else _1900)
    if not since_1904 and passed.days <= 60:
        passed -= _DAY
    if not passed.seconds:
        return str(passed.days)
    return repr(passed.days + passed.seconds / 86400)
