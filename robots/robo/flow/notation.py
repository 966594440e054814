"""How people write numbers and dates, in French and in English: to read them and to write them."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from typing import Any

from robo.flow.values import number
from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.kit.text import decimal_text

THIN, FIXED = "\u202f", "\u00a0"


def grouped(value: Any, decimals: int | None, language: str) -> str:
    """1 234,50 or 1,234.50; rounded half up to so many decimals, as they are when None."""
    amount = Decimal(number(value))
    if decimals is not None:
        amount = rounded(amount, decimals, ROUND_HALF_UP)
    units, _point, rest = decimal_text(abs(amount)).partition(".")
    thousands = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", THIN if language == "fr" else ",", units)
    sign = "-" if amount < 0 else ""
    return sign + thousands + ((("," if language == "fr" else ".") + rest) if rest else "")


def rounded(amount: Decimal, decimals: int, how: str) -> Decimal:
    try:
        return amount.quantize(Decimal(1).scaleb(-decimals), rounding=how)
    except DecimalException:
        raise Refused(_("{value} is too large a number").format(value=amount)) from None


def euros(value: Any, decimals: int, language: str) -> str:
    """1 234,50 €, with no-break spaces."""
    said = grouped(value, decimals, language)
    return f"{said}{FIXED}€" if language == "fr" else re.sub(r"^(-?)", r"\1€", said)


def read_number(text: str, language: str = "fr") -> int | Decimal:
    """The number that a person wrote: "1 234,50", "1234.5", "-3", "12 €". Raises Refused where it is ambiguous."""
    bare = re.sub(r"[\s\u00a0\u202f\u2009]|€|EUR$", "", text.strip()).replace("\u2212", "-")
    if language != "fr" and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare):
        bare = bare.replace(",", "")
    elif language == "fr":
        if re.fullmatch(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?|.*\..*,.*|.*,.*[.,].*", bare):
            raise Refused(_('"{text}" is ambiguous: write the thousands without a point').format(text=text))
        bare = bare.replace(",", ".")
    if not re.fullmatch(r"[+-]?\d{1,40}(\.\d{1,40})?", bare):
        raise Refused(_('"{text}" is no number').format(text=text))
    return Decimal(bare) if "." in bare else int(bare)


_PIECE = re.compile(
    r"'[^']*'|[jd]{4}|[jd]{3}|[jd]{1,2}|m{4}|m{1,2}|(?:yyyy|aaaa)|(?:yy|aa)|h{1,2}|s{1,2}|.", re.IGNORECASE | re.DOTALL
)
_READS = {
    "day": r"(?P<day>\d{1,2})", "month": r"(?P<month>\d{1,2})", "year": r"(?P<year>\d{4})", "yy": r"(?P<yy>\d{2})",
    "hour": r"(?P<hour>\d{1,2})", "minute": r"(?P<minute>\d{2})", "second": r"(?P<second>\d{2})",
}  # fmt: skip
_MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_DAYS = {
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}


def pieces(pattern: str) -> list[tuple[str, str]]:
    """(what, as written) for each piece of "dd/mm/yyyy hh:mm"; mm after hh are minutes. Raises Refused."""
    if "%" in pattern:
        raise Refused(_('"{pattern}" is no pattern of a date: write "dd/mm/yyyy"').format(pattern=pattern))
    found: list[tuple[str, str]] = []
    hour_was_last = False
    for piece in _PIECE.findall(pattern):
        low = piece.lower()
        what = _what(low, hour_was_last)
        if what == "literal" and piece.isalpha() and low != "h":
            raise Refused(
                _('"{piece}" is not known in the date pattern "{pattern}": write dd, mm, yyyy, hh, ss').format(
                    piece=piece, pattern=pattern
                )
            )
        if what != "literal":
            hour_was_last = what == "hour"
        found.append((what, piece.strip("'") if piece.startswith("'") else piece))
    return found


def _what(low: str, hour_was_last: bool) -> str:
    if low[0] in "jd":
        return {4: "weekday", 3: "literal"}.get(len(low), "day")
    if low[0] == "m":
        return "month name" if len(low) == 4 else "minute" if hour_was_last else "month"
    if low in ("yyyy", "aaaa"):
        return "year"
    if low in ("yy", "aa"):
        return "yy"
    if low == "hh" or (low == "h" and not hour_was_last):
        return "hour"
    return "second" if low in ("s", "ss") else "literal"


def write_date(value: Any, pattern: str | None, language: str) -> str:
    if pattern is None:
        pattern = "dd/mm/yyyy" if language == "fr" else "yyyy-mm-dd"
    known = {
        "day": value.day, "month": value.month, "year": value.year, "yy": value.year % 100,
        "hour": getattr(value, "hour", 0), "minute": getattr(value, "minute", 0), "second": getattr(value, "second", 0),
    }  # fmt: skip
    said = []
    for what, piece in pieces(pattern):
        if what == "weekday":
            said.append(_DAYS[_spoken(language)][value.weekday()])
        elif what == "month name":
            said.append(_MONTHS[_spoken(language)][value.month - 1])
        elif what == "literal":
            said.append(piece)
        else:
            said.append(f"{known[what]:0{len(piece)}d}")
    return "".join(said)


def _spoken(language: str) -> str:
    return language if language in _MONTHS else "en"


def read_date(text: str, pattern: str | None = None) -> date:
    """The date that a person wrote: by the pattern, else 02/01/2024 or 2024-01-02. Raises Refused."""
    for one in [pattern] if pattern else ["dd/mm/yyyy", "yyyy-mm-dd"]:
        shape = "".join(_READS.get(what, re.escape(piece)) for what, piece in pieces(one))
        try:
            found = re.fullmatch(shape, text.strip())
        except re.error:
            raise Refused(_('"{pattern}" names a part of the date twice').format(pattern=one)) from None
        if found is None:
            continue
        parts = {name: int(value) for name, value in found.groupdict().items()}
        try:
            return date(parts.get("year", 2000 + parts.get("yy", 0)), parts["month"], parts["day"])
        except KeyError:
            raise Refused(_('"{pattern}" lacks the day, the month or the year').format(pattern=one)) from None
        except ValueError:
            raise Refused(_("{text} is not in the calendar").format(text=text)) from None
    raise Refused(_('"{text}" is not a date written {pattern}').format(text=text, pattern=pattern or "dd/mm/yyyy"))
