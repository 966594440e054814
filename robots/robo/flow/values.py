"""How values of a formula are compared and reckoned with: strictly, in decimals, refused in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal, DecimalException
from typing import Any

from robo.kit.change import NOT_KNOWN_YET, NotKnownYet
from robo.kit.data import dataclass
from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.kit.secrets import Secret
from robo.kit.source import Fault
from robo.kit.text import written

LONGEST_TEXT = 1_000_000
"""Characters that a formula may make."""


@dataclass(frozen=True)
class Unsaved:
    """The value of a name that a step which did not run would have saved: it may be tested, not used."""

    name: str


@dataclass(frozen=True)
class Missing:
    """What is not there; whoever uses it is refused with the reason."""

    reason: str


SPECIAL: frozenset[type] = frozenset({Fault, Unsaved, Missing, NotKnownYet})
"""Types of what stands for a value and is none."""


def use(value: Any) -> Any:
    """The value, if it is one: raises Refused for what is missing, faulty or was not saved."""
    match value:
        case Fault(reason=reason) | Missing(reason=reason):
            raise Refused(reason)
        case Unsaved(name=name):
            raise Refused(
                _(
                    "{name} is empty: the step that saves it did not run (give a value with {name}|default('...'))"
                ).format(name=name)
            )
    return value


def truth(value: Any, source: str) -> bool:
    """Whether a condition holds. Empty values do not; a text that says yes or no is refused, since any text holds."""
    if isinstance(value, Unsaved):
        return False
    use(value)
    if isinstance(value, Secret):
        raise Refused(_("{what} is a secret and cannot be a condition").format(what=source))
    if isinstance(value, str) and value.strip().lower() in _SAYS_YES_OR_NO:
        raise Refused(
            _('{what} is the text "{value}", neither yes nor no: declare its column as yes_no, or compare it').format(
                what=source, value=value
            )
        )
    return bool(value)


_SAYS_YES_OR_NO = frozenset({"oui", "non", "yes", "no", "true", "false", "vrai", "faux", "0", "1"})


def text_of(value: Any, source: str, language: str) -> str:
    """The value written out for a text. Raises Refused for secrets, which no text may hold."""
    if type(value) is str:
        return value
    use(value)
    if isinstance(value, Secret):
        raise Refused(_("{what} is a secret and cannot be put into a text").format(what=source))
    return written(value, language)


def kind(value: Any) -> str:
    """What a value is, as far as comparing goes: "number", "text", "date", ..."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes or no"
        case int() | float() | Decimal():
            return "number"
        case str():
            return "text"
        case datetime():
            return "date with time"
        case date():
            return "date"
        case time():
            return "time"
        case list() | tuple():
            return "list"
        case Mapping():
            return "map"
        case Secret():
            return "secret"
        case _:
            return type(value).__name__


def named(kind_: str) -> str:
    """The kind with its article, in the reader's language."""
    names = {
        "nothing": _("empty"),
        "yes or no": _("a yes or no"),
        "number": _("a number"),
        "text": _("a text"),
        "date with time": _("a date with time"),
        "date": _("a date"),
        "time": _("a time"),
        "list": _("a list"),
        "map": _("a map"),
        "secret": _("a secret"),
    }
    return names.get(kind_, kind_)


DATES = frozenset({"date", "date with time"})
ORDERED = frozenset({"number", "text", "date", "date with time", "time"})


def number(value: Any) -> int | Decimal:
    """A number that loses nothing; floats become the decimals that they are written as. Raises Refused for nan."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and not value.is_finite():
        raise Refused(_("{value} is no number to reckon with").format(value=value))
    return value  # type: ignore[no-any-return]


def moment(value: date | datetime) -> datetime:
    """A date as its midnight; a moment of another time zone as the clock here shows it."""
    if isinstance(value, datetime):
        return value.astimezone().replace(tzinfo=None) if value.tzinfo else value
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001


def equal(left: Any, right: Any, sources: tuple[str, str]) -> bool:
    """Whether both are the same. Nothing equals only nothing; different kinds are refused."""
    if left is None or right is None:
        return left is right
    mine, other = kind(left), kind(right)
    if mine != other or mine == "secret":
        raise _unlike(mine, other, sources)
    if mine == "number":
        return number(left) == number(right)
    if mine == "date with time":
        return moment(left) == moment(right)
    if mine == "list":
        return len(left) == len(right) and all(equal(a, b, sources) for a, b in zip(left, right, strict=True))
    return bool(left == right)


def less(left: Any, right: Any, sources: tuple[str, str]) -> bool:
    """Whether the left one comes before. Dates and moments may be ordered, a date being its midnight."""
    mine, other = kind(left), kind(right)
    for one, source in ((mine, sources[0]), (other, sources[1])):
        if one == "nothing":
            raise Refused(_("{what} is empty").format(what=source))
        if one not in ORDERED:
            raise Refused(_("{what} is {kind}, which has no order").format(what=source, kind=named(one)))
    if mine == "number" == other:
        return number(left) < number(right)
    if {mine, other} <= DATES and "date with time" in (mine, other):
        return moment(left) < moment(right)
    if mine != other:
        raise _unlike(mine, other, sources)
    return bool(left < right)


def _unlike(mine: str, other: str, sources: tuple[str, str]) -> Refused:
    return Refused(unlike(mine, other, sources))


def unlike(mine: str, other: str, sources: tuple[str, str]) -> str:
    """Why two values cannot be compared, with what helps."""
    kinds = {mine, other}
    if "secret" in kinds:
        return _("{what} is a secret and cannot be compared").format(what=sources[0 if mine == "secret" else 1])
    said = _("{left} is {mine} and {right} is {other}: they cannot be compared").format(
        left=sources[0], mine=named(mine), right=sources[1], other=named(other)
    )
    text = sources[0 if mine == "text" else 1]
    if kinds == {"number", "text"}:
        return said + _(" (write {text}|as_number)").format(text=text)
    if "text" in kinds and kinds & DATES:
        return said + _(" (write {text}|as_date, or date('2026-12-15'))").format(text=text)
    if kinds == DATES:
        return said + _(" (write {text}|as_date)").format(text=sources[0 if mine == "date with time" else 1])
    return said


def contains(whole: Any, part: Any, sources: tuple[str, str]) -> bool:
    """Whether the part is in the list, the text or the map's keys."""
    match whole:
        case str() if isinstance(part, str):
            return part in whole
        case str() if part is None:
            return False
        case list() | tuple():
            return any(equal(part, one, sources) for one in map(use, whole))
        case Mapping():
            return part in whole
    raise Refused(
        _('{left} in {right}: "in" looks into a list, or for a text in a text').format(
            left=sources[0], right=sources[1]
        )
    )


def _plus(left: Any, right: Any) -> Any:
    match left, right:
        case (str(), str()):
            return left + right
        case (list(), list()):
            return [*left, *right]
        case (date(), int()):
            return left + timedelta(days=right)
        case (int(), date()):
            return right + timedelta(days=left)
    return number(left) + number(right)


def _minus(left: Any, right: Any) -> Any:
    if isinstance(left, date) and isinstance(right, date):
        return (moment(left) - moment(right)) // timedelta(days=1)
    if isinstance(left, date):
        return left - timedelta(days=right)
    return number(left) - number(right)


def _over(left: Any, right: Any) -> Any:
    return Decimal(number(left)) / Decimal(number(right))


def _whole_over(left: Any, right: Any) -> Any:
    left, right = number(left), number(right)
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    return (Decimal(left) / Decimal(right)).to_integral_value(ROUND_FLOOR)


def _times(left: Any, right: Any) -> Any:
    return number(left) * number(right)


def _rest(left: Any, right: Any) -> Any:
    return number(left) - number(right) * _whole_over(left, right)


SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": _plus, "-": _minus, "*": _times, "/": _over, "//": _whole_over, "%": _rest,
}  # fmt: skip


def result_kind(sign: str, left: str, right: str) -> str | None:
    """The kind that an operation gives for two kinds, None where it is not possible."""
    if left == "number" == right:
        return "number"
    if sign == "+" and left == right and left in ("text", "list"):
        return left
    if sign in ("+", "-") and left in DATES and right == "number":
        return left
    if sign == "+" and left == "number" and right in DATES:
        return right
    if sign == "-" and left in DATES and right in DATES:
        return "number"
    return None


def reckon(sign: str, left: Any, right: Any, sources: tuple[str, str]) -> Any:
    """`left sign right`, in whole numbers and decimals, with dates and days. Raises Refused in plain words."""
    use(left), use(right)
    if left is NOT_KNOWN_YET or right is NOT_KNOWN_YET:
        return NOT_KNOWN_YET
    for one, source in ((left, sources[0]), (right, sources[1])):
        if one is None:
            raise Refused(_("{what} is empty").format(what=source))
    mine, other = kind(left), kind(right)
    if result_kind(sign, mine, other) is None:
        raise Refused(impossible(sign, mine, other, sources))
    try:
        made = SIGNS[sign](left, right)
    except ZeroDivisionError:
        raise Refused(_("{what} is zero, by which nothing can be divided").format(what=sources[1])) from None
    except DecimalException as error:
        by_zero = isinstance(error, ZeroDivisionError) or not right
        said = _("{what} is zero, by which nothing can be divided") if by_zero else _("{what} is too large a number")
        raise Refused(said.format(what=sources[1])) from None
    except (TypeError, OverflowError):
        raise Refused(_("whole days are added to a date, within the calendar")) from None
    if isinstance(made, str) and len(made) > LONGEST_TEXT:
        raise Refused(_("the text is too long"))
    return made


def impossible(sign: str, mine: str, other: str, sources: tuple[str, str]) -> str:
    """Why the operation is not possible between two kinds, with what helps."""
    said = _("{left} is {mine} and {right} is {other}: {sign} is not possible").format(
        left=sources[0], mine=named(mine), right=sources[1], other=named(other), sign=sign
    )
    if {mine, other} == {"number", "text"}:
        text = sources[0 if mine == "text" else 1]
        helps = _(" (write {text}|as_number, or ~ to join texts)") if sign == "+" else _(" (write {text}|as_number)")
        return said + helps.format(text=text)
    return said
