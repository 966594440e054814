"""The filters of formulas, `value|name(arguments)`: each is given the value, how it is written there, the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException
from functools import cmp_to_key
from typing import Any

from robo.flow.notation import euros, grouped, read_date, read_number, rounded, write_date
from robo.flow.values import LONGEST_TEXT, equal, kind, less, named, number, reckon, text_of, use
from robo.kit.data import dataclass
from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.kit.text import slug


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


def _number(value: Any, what: str, language: str, decimals: int | None = None) -> str:
    return grouped(value, decimals, language)


def _euros(value: Any, what: str, language: str, decimals: int = 2) -> str:
    return euros(value, decimals, language)


def _as_number(value: Any, what: str, language: str) -> Any:
    return read_number(value, language) if isinstance(value, str) else number(value)


def _as_date(value: Any, what: str, language: str, pattern: str | None = None) -> date:
    if isinstance(value, str):
        return read_date(value, pattern)
    return value.date() if isinstance(value, datetime) else value


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
    "number": FilterType(_number, ("decimals",), 0, _NUMBER, "text"),
    "euros": FilterType(_euros, ("decimals",), 0, _NUMBER, "text"),
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
