"""The shapes of single values: texts, numbers, yes or no, dates, paths, one word of several, things of a class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from robo.kit.data import dataclass
from robo.kit.messages import _
from robo.kit.shape import JsonSchema, Later, Misfit, Shape, Unfit
from robo.kit.text import day_in, decimal_text, number_in, yes_no_in


class Anything(Shape):
    """Whatever is written."""

    expected = "anything"

    def is_exact(self, value: Any) -> bool:
        return True

    def read(self, value: Any, base: Path) -> Any:
        return value

    def schema(self) -> JsonSchema:
        return {}


class Nothing(Shape):
    """The empty value, where one may leave it empty."""

    expected = "nothing"

    def is_exact(self, value: Any) -> bool:
        return value is None

    def read(self, value: Any, base: Path) -> Any:
        if value is None or isinstance(value, Later):
            return value
        raise self.wrong(value)

    def schema(self) -> JsonSchema:
        return {"type": "null"}


@dataclass(frozen=True)
class Scalar(Shape):
    """A type of single values.

    made: what comes out. words: what a person is told to write. convert: from another value, None where it is none;
    ValueError with the reason where there is more to say. described: its JSON Schema.
    """

    made: type[Any]
    words: Callable[[], str]
    convert: Callable[[Any], Any]
    described: Mapping[str, Any]

    @property
    def expected(self) -> str:
        return self.words()

    def is_exact(self, value: Any) -> bool:
        # A yes is an int to Python, and a date with a time is a date: here they are not.
        return type(value) is self.made or (isinstance(value, self.made) and not isinstance(value, bool | dt.datetime))

    def read(self, value: Any, base: Path) -> Any:
        if isinstance(value, Later) or self.is_exact(value):
            return value
        try:
            made = None if value is None else self.convert(value)
        except ValueError as reason:
            raise Unfit([Misfit(str(reason))]) from None
        if made is None:
            raise self.wrong(value)
        return made

    def schema(self) -> JsonSchema:
        return dict(self.described)


class PathShape(Scalar):
    """A path; a relative one starts at the base."""

    def read(self, value: Any, base: Path) -> Any:
        if value == "":
            raise self.wrong(value)
        made = super().read(value, base)
        return base / made if isinstance(made, Path) else made


@dataclass(frozen=True)
class OneOf(Shape):
    """One of these words (or numbers)."""

    choices: tuple[Any, ...]

    @property
    def expected(self) -> str:
        return _("one of {choices}").format(choices=self._listed)

    @property
    def _listed(self) -> str:
        return ", ".join(map(str, self.choices))

    def is_exact(self, value: Any) -> bool:
        return any(value == one and type(value) is type(one) for one in self.choices)

    def read(self, value: Any, base: Path) -> Any:
        if isinstance(value, Later) or self.is_exact(value):
            return value
        reason = _("one of these is expected: {choices}").format(choices=self._listed)
        raise Unfit([Misfit(reason, choices=tuple(map(str, self.choices)))])

    def schema(self) -> JsonSchema:
        return {"enum": list(self.choices)}


@dataclass(frozen=True)
class Instance(Shape):
    """A thing of a class, which another step has made. by_name: whether a flow writes the name of one instead."""

    cls: type
    by_name: bool = False

    @property
    def expected(self) -> str:
        return _("a name") if self.by_name else self.cls.__name__

    def is_exact(self, value: Any) -> bool:
        return isinstance(value, self.cls)

    def read(self, value: Any, base: Path) -> Any:
        if isinstance(value, self.cls | Later) or (self.by_name and isinstance(value, str) and value):
            return value
        raise self.wrong(value)

    def schema(self) -> JsonSchema:
        return {"type": "string"}


def _text(value: Any) -> str | None:
    match value:
        case bool():
            raise ValueError(_("a text is expected; put it between quotes"))
        case int():
            return str(value)
        case Decimal():
            return decimal_text(value)
        case float():
            return decimal_text(Decimal(repr(value)))
    return None


def _number(value: Any) -> Decimal | None:
    match value:
        case bool():
            return None
        case int() | Decimal():
            return Decimal(value)
        case float():
            return Decimal(repr(value))
        case str():
            return number_in(value)
    return None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _float(value: Any) -> float | None:
    number = _number(value)
    return None if number is None else float(number)


def _yes_no(value: Any) -> bool | None:
    return yes_no_in(value) if isinstance(value, str) else None


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else None
    return day_in(value) if isinstance(value, str) else None


def _moment(value: Any) -> dt.datetime | None:
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    return dt.datetime.fromisoformat(value) if isinstance(value, str) and _reads(dt.datetime, value) else None


def _clock(value: Any) -> dt.time | None:
    return dt.time.fromisoformat(value) if isinstance(value, str) and _reads(dt.time, value) else None


def _reads(kind: type[dt.datetime | dt.time], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True


def _path(value: Any) -> Path | None:
    return Path(value) if isinstance(value, str) and value else None


_DIGITS = r"^\s*[+-]?\d[\d\s.,]*€?\s*$"
_WORDS = "^([Yy]es|[Oo]ui|[Tt]rue|[Nn]on?|[Ff]alse|YES|OUI|TRUE|NON?|FALSE)$"
_NUMBER = {"type": ["number", "string"], "pattern": _DIGITS}
_STRING = {"type": "string"}
SCALARS: Mapping[Any, Shape] = {
    Any: Anything(),
    object: Anything(),
    None: Nothing(),
    type(None): Nothing(),
    str: Scalar(str, lambda: _("a text"), _text, {"type": ["number", "string"]}),
    bool: Scalar(bool, lambda: _("yes or no"), _yes_no, {"type": ["boolean", "string"], "pattern": _WORDS}),
    int: Scalar(int, lambda: _("a whole number"), _whole, {"type": ["integer", "string"], "pattern": _DIGITS}),
    float: Scalar(float, lambda: _("a number"), _float, _NUMBER),
    Decimal: Scalar(Decimal, lambda: _("a number"), _number, _NUMBER),
    dt.date: Scalar(dt.date, lambda: _("a date"), _day, _STRING),
    dt.datetime: Scalar(dt.datetime, lambda: _("a date with a time"), _moment, _STRING),
    dt.time: Scalar(dt.time, lambda: _("a time"), _clock, _STRING),
    Path: PathShape(Path, lambda: _("a path"), _path, _STRING),
}
"""The types that a parameter may have, each with its shape."""
