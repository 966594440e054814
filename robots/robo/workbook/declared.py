"""Columns whose type the flow declares: a cell's value as that type, or a `Fault` that says why it is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from robo.kit.messages import _
from robo.kit.source import Fault
from robo.kit.text import written
from robo.kit.types import ColumnType
from robo.workbook.cells import Padded


def as_declared(value: Any, kind: ColumnType) -> Any:
    """What `cells.value_of` gave, as the declared type. Empty stays None, a `Fault` stays itself."""
    if value is None or isinstance(value, Fault):
        return value
    if kind == "text":
        return value.shown if isinstance(value, Padded) else written(value)
    if isinstance(value, Padded):
        value = value.number
    try:
        return _READERS[kind](value)
    except ValueError as error:
        shown = f"“{value}”" if isinstance(value, str) else written(value)
        return Fault(str(error) or _("{value} is not {kind}").format(value=shown, kind=_named(kind)))


def _named(kind: ColumnType) -> str:
    return {
        "integer": _("a whole number"),
        "decimal": _("a number"),
        "date": _("a date"),
        "datetime": _("a date with a time"),
        "time": _("a time of day"),
        "yes_no": _("a yes or a no"),
        "email": _("an e-mail address"),
        "iban": _("an IBAN"),
    }[kind]


_DIGITS = re.compile(r"[+-]?(?:\d+|\d{1,3}(?: \d{3})+)(?:([.,])(\d+))?")


def _decimal(value: Any) -> int | Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise ValueError
    text = value.removesuffix("€").strip().replace("−", "-")
    found = _DIGITS.fullmatch(text)
    if found is None:
        raise ValueError
    if found[1] == "." and len(found[2]) == 3:
        raise ValueError(_("“{value}” can be read in two ways: write the decimals after a comma").format(value=value))
    return Decimal(text.replace(" ", "").replace(",", "."))


def _as_decimal(value: Any) -> Decimal:
    return Decimal(_decimal(value))


def _integer(value: Any) -> int:
    number = _decimal(value)
    if number != int(number):
        raise ValueError
    return int(number)


_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{2})-(\d{2})")
_TIME = re.compile(r"(\d{1,2})(?::|h)(\d{2})?(?::(\d{2}))?")


def _date_of(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(_("“{value}” is not a day of the calendar").format(value=text)) from None


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        if value.time() != time():
            raise ValueError(_("{value} has a time of day, and a date is expected").format(value=written(value)))
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return _date_of(value)
    raise ValueError


def _datetime(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if not isinstance(value, str):
        raise ValueError
    day, _blank, clock = value.replace("T", " ").partition(" ")
    return datetime.combine(_date_of(day), _time(clock.strip().removeprefix("à ")) if clock else time())


def _time(value: Any) -> time:
    if isinstance(value, time):
        return value
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None or (found[2] is None and ":" in found[0]):
        raise ValueError
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError
    return time(hour, minute, second)


_YES_NO = {
    **dict.fromkeys(("oui", "o", "x", "1", "yes", "y", "true", "vrai"), True),
    **dict.fromkeys(("non", "n", "0", "no", "false", "faux"), False),
}


def _yes_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int) and str(value).lower() in _YES_NO:
        return _YES_NO[str(value).lower()]
    raise ValueError


def _email(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+", value):
        return value
    raise ValueError


def _iban(value: Any) -> str:
    text = re.sub(r"\s", "", value).upper() if isinstance(value, str) else ""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", text):
        raise ValueError
    digits = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    if int(digits) % 97 != 1:
        raise ValueError(_("“{value}” is not an IBAN: its check digits do not fit").format(value=value))
    return text


_READERS: dict[str, Callable[[Any], Any]] = {
    "integer": _integer,
    "decimal": _as_decimal,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "yes_no": _yes_no,
    "email": _email,
    "iban": _iban,
}
