"""The filters of formulas, `value|name(arguments)`, and how numbers and dates are read and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException
from functools import cmp_to_key
from typing import Any

from robo.flow.values import LONGEST_TEXT, equal, kind, less, named, number, reckon, text_of, use
from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.kit.text import decimal_text, slug

THIN, FIXED = "\u202f", "\u00a0"


@dataclass(frozen=True)
class FilterType:
    """A filter. arguments: their names, in order; required: how many of them must be given.

    takes: the kinds of values it accepts, any when empty; gives: the kind of its result, None where it depends.
    """

    function: Callable[..., Any]
    arguments: tuple[str, ...] = ()
    required: int = 0
    takes: tuple[str, ...] = ()
    gives: str | None = None


# How numbers are read and written


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


def euros(value: Any, decimals: int = 2, *, language: str) -> str:
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


# How dates are read and written

_PIECE = re.compile(
    r"'[^']*'|[jd]{4}|[jd]{3}|[jd]{1,2}|m{4}|m{1,2}|(?:yyyy|aaaa)|(?:yy|aa)|h{1,2}|s{1,2}|.", re.IGNORECASE | re.DOTALL
)
_READS = {
    "day": r"(?P<day>\d{1,2})", "month": r"(?P<month>\d{1,2})", "year": r"(?P<year>\d{4})", "yy": r"(?P<yy>\d{2})",
    "hour": r"(?P<hour>\d{1,2})", "minute": r"(?P<minute>\d{2})", "second": r"(?P<second>\d{2})",
}  # fmt: skip
_MONTHS = {
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
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


# The filters themselves: they are given the value, how it is written in the formula, and the language


def _as_number(value: Any, what: str, language: str) -> Any:
    return read_number(value, language) if isinstance(value, str) else number(value)


def _as_date(value: Any, what: str, language: str, pattern: str | None = None) -> date:
    if isinstance(value, str):
        return read_date(value, pattern)
    return value.date() if isinstance(value, datetime) else value  # type: ignore[no-any-return]


def _round(value: Any, what: str, language: str, decimals: int = 0, how: str = "common") -> int | Decimal:
    ways = {"common": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}
    if how not in ways:
        raise Refused(_('"{how}" is no way to round: common, ceil, floor').format(how=how))
    made = rounded(Decimal(number(value)), decimals, ways[how])
    return int(made) if decimals == 0 else made


def _replace(value: str, what: str, language: str, old: str, new: str) -> str:
    if len(value) + value.count(old) * len(new) > LONGEST_TEXT:
        raise Refused(_("the text is too long"))
    return value.replace(old, new)


def _attribute(values: Sequence[Any], name: str | None) -> list[Any]:
    if name is None:
        return [use(value) for value in values]
    missing = next((one for one in values if not (isinstance(one, Mapping) and name in one)), None)
    if missing is not None:
        raise Refused(_("{name} does not exist in each of them").format(name=name))
    return [use(one[name]) for one in values]


def _sum(value: Sequence[Any], what: str, language: str, attribute: str | None = None, start: Any = 0) -> Any:
    total = start
    for one in _attribute(value, attribute):
        total = total if one is None else reckon("+", total, one, (what, what))
    return total


def _sorted(value: Sequence[Any], what: str, language: str, reverse: bool = False, attribute: str | None = None) -> Any:
    def order(left: tuple[Any, Any], right: tuple[Any, Any]) -> int:
        if less(left[0], right[0], (what, what)):
            return -1
        return int(less(right[0], left[0], (what, what)))

    pairs = zip(_attribute(value, attribute), value, strict=True)
    return [one for _key, one in sorted(pairs, key=cmp_to_key(order), reverse=reverse)]


def _end(value: Any, what: str, index: int) -> Any:
    if not value:
        raise Refused(_("{what} is empty").format(what=what))
    return value[index]


def _least(value: Sequence[Any], what: str, language: str, attribute: str | None = None) -> Any:
    return _end(_in_order(value, what, language, attribute), what, 0)


def _in_order(value: Sequence[Any], what: str, language: str, attribute: str | None) -> list[Any]:
    filled = [one for one in _attribute(value, attribute) if one is not None]
    return list(_sorted(filled, what, language))


def _most(value: Sequence[Any], what: str, language: str, attribute: str | None = None) -> Any:
    return _end(_in_order(value, what, language, attribute), what, -1)


def _unique(value: Sequence[Any], what: str, language: str) -> list[Any]:
    kept: list[Any] = []
    for one in map(use, value):
        if not any(kind(one) == kind(other) and equal(one, other, (what, what)) for other in kept):
            kept.append(one)
    return kept


def _join(value: Sequence[Any], what: str, language: str, between: str = "", attribute: str | None = None) -> str:
    return between.join(text_of(one, what, language) for one in _attribute(value, attribute))


def _format_date(value: Any, what: str, language: str, pattern: str | None = None) -> str:
    return write_date(value, pattern, language)


_TEXT, _LIST, _DATE, _NUMBER = ("text",), ("list",), ("date", "date with time"), ("number",)
FILTERS: dict[str, FilterType] = {
    "date": FilterType(_format_date, ("pattern",), 0, _DATE, "text"),
    "format_date": FilterType(_format_date, ("pattern",), 1, _DATE, "text"),
    "number": FilterType(lambda v, w, lang, decimals=None: grouped(v, decimals, lang), ("decimals",), 0, _NUMBER, "text"),
    "euros": FilterType(lambda v, w, lang, decimals=2: euros(v, decimals, language=lang), ("decimals",), 0, _NUMBER, "text"),
    "text": FilterType(lambda v, w, lang: text_of(v, w, lang), gives="text"),
    "as_date": FilterType(_as_date, ("pattern",), 0, (*_TEXT, *_DATE), "date"),
    "as_number": FilterType(_as_number, (), 0, (*_TEXT, *_NUMBER), "number"),
    "slug": FilterType(lambda v, w, lang: slug(text_of(v, w, lang)), gives="text"),
    "lower": FilterType(lambda v, w, lang: v.lower(), (), 0, _TEXT, "text"),
    "upper": FilterType(lambda v, w, lang: v.upper(), (), 0, _TEXT, "text"),
    "capitalize": FilterType(lambda v, w, lang: v.capitalize(), (), 0, _TEXT, "text"),
    "title": FilterType(lambda v, w, lang: re.sub(r"[^\W\d_]+", lambda m: m[0].capitalize(), v), (), 0, _TEXT, "text"),
    "trim": FilterType(lambda v, w, lang: v.strip(), (), 0, _TEXT, "text"),
    "replace": FilterType(_replace, ("old", "new"), 2, _TEXT, "text"),
    "length": FilterType(lambda v, w, lang: len(v), (), 0, ("text", "list", "map"), "number"),
    "first": FilterType(lambda v, w, lang: _end(v, w, 0), (), 0, ("list", "text")),
    "last": FilterType(lambda v, w, lang: _end(v, w, -1), (), 0, ("list", "text")),
    "join": FilterType(_join, ("between", "attribute"), 0, _LIST, "text"),
    "sum": FilterType(_sum, ("attribute", "start"), 0, _LIST),
    "min": FilterType(_least, ("attribute",), 0, _LIST),
    "max": FilterType(_most, ("attribute",), 0, _LIST),
    "sort": FilterType(_sorted, ("reverse", "attribute"), 0, _LIST, "list"),
    "unique": FilterType(_unique, (), 0, _LIST, "list"),
    "abs": FilterType(lambda v, w, lang: abs(number(v)), (), 0, _NUMBER, "number"),
    "round": FilterType(_round, ("decimals", "how"), 0, _NUMBER, "number"),
}  # fmt: skip
"""All but `default`, which alone may be given what is missing."""


def apply(name: str, value: Any, given: tuple[Any, ...], named_: Mapping[str, Any], what: str, language: str) -> Any:
    """`value|name(...)`. Raises Refused in plain words, for an empty value too (write `|default(...)` before it)."""
    found = FILTERS[name]
    use(value)
    mine = kind(value)
    if found.takes and mine not in found.takes:
        if value is None:
            raise Refused(_("{what} is empty").format(what=what))
        raise Refused(
            _("{what} is {mine}; {name} takes {kinds}").format(
                what=what, mine=named(mine), name=name, kinds=_(" or ").join(named(one) for one in found.takes)
            )
        )
    try:
        return found.function(value, what, language, *map(use, given), **{n: use(v) for n, v in named_.items()})
    except (TypeError, ValueError, AttributeError, DecimalException):
        raise Refused(_("{what}|{name} was given something it cannot work with").format(what=what, name=name)) from None


__all__ = ["FILTERS", "FilterType", "apply", "grouped", "read_date", "read_number", "write_date"]
