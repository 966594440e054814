"""Types of parameters beyond text, numbers, yes/no, dates and paths. Each says how it is written in a flow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from robo.kit.lane import Account
from robo.kit.messages import _
from robo.kit.secrets import Secret

Value = Any
"""Anything a cell or a formula can hold."""

_STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(_("a text is expected; put it between quotes"))
    return str(value) if isinstance(value, int | Decimal) else value


Text = Annotated[str, BeforeValidator(_text)]
"""A text; a number written without quotes is taken as it is written."""


def seconds(value: Any) -> float:
    """The seconds of "10s", "2m", "1h", "3d" (also "500ms", "2 min", "3 j")."""
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(ms|s|min|m|h|d|j)\s*", str(value))
    if found is None:
        raise ValueError(_("a duration is written with its unit: 10s, 2m, 1h, 3d"))
    return float(found[1].replace(",", ".")) * _UNITS[found[2]]


_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "j": 86400.0}


def _duration(value: Any) -> Any:
    return value if isinstance(value, float) else seconds(value)


Duration = Annotated[float, BeforeValidator(_duration)]
"""Seconds, written "10s", "2m", "1h", "3d"."""


def _yes_no(value: Any) -> Any:
    return _YES_NO.get(value.strip().lower(), value) if isinstance(value, str) else value


_YES_NO = {"yes": True, "oui": True, "true": True, "no": False, "non": False, "false": False}
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
"""yes, no, oui, non, true, false."""


@checked(frozen=True, config=_STRICT)
class Place:
    """A place on a page: one of label, text, placeholder or css; `inside` another place's text; `nth` from 1."""

    any: Text | None = None
    label: Text | None = None
    text: Text | None = None
    placeholder: Text | None = None
    css: Text | None = None
    inside: Text | None = None
    nth: int | None = None
    frame: Text | None = None

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.any, self.label, self.text, self.placeholder, self.css)) != 1:
            raise ValueError(_("a place is its visible text, or exactly one of label, text, placeholder, css"))

    def __str__(self) -> str:
        name = self.any or self.label or self.text or self.placeholder or self.css or ""
        return f"{name} ({self.inside})" if self.inside else name


def _place(value: Any) -> Any:
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        text = str(value)
        return Place(css=text) if re.match(r"[#.\[][\w-]", text) else Place(any=text)
    return value


AnyPlace = Annotated[Place, BeforeValidator(_place)]
"""A place as a flow writes it: its visible text or label ("Nom"), a CSS selector ("#ref"), or a map."""


@checked(frozen=True, config=_STRICT)
class Proof:
    """Something a page shows, or no longer shows: a visible text (`text`), `gone`, `address` (with *), `disabled`."""

    text: Text | None = None
    gone: Text | None = None
    address: Text | None = None
    disabled: AnyPlace | None = None

    def __str__(self) -> str:
        return str(self.text or self.gone or self.address or self.disabled)


def _proofs(value: Any) -> Any:
    listed = value if isinstance(value, list | tuple) else [value]
    return tuple(Proof(text=str(one)) if isinstance(one, str | int | Decimal) else one for one in listed)


Proofs = Annotated[tuple[Proof, ...], BeforeValidator(_proofs)]
"""One proof or a list of them, any of which proves."""


@checked(frozen=True, config=_STRICT)
class Reading:
    """What to read at a place: its text, its value, the address it leads to, or an attribute."""

    at: AnyPlace
    find: Text | None = None
    what: Text = "text"
    all: YesNo = False
    default: Any = None


def _reading(value: Any) -> Any:
    if isinstance(value, dict) and "at" in value:
        return Reading(**value)
    return Reading(at=_PLACE.validate_python(value)) if not isinstance(value, Reading) else value


_PLACE: TypeAdapter[Place] = TypeAdapter(AnyPlace)
Readings = Annotated[Reading, BeforeValidator(_reading)]
"""`place`, or `{at: place, find: /pattern/, what: text|value|address|ATTRIBUTE, all: yes, default: ...}`."""

ColumnType = Literal["text", "integer", "decimal", "date", "datetime", "time", "yes_no", "email", "iban"]
"""How the cells of a column are read."""

AccountName = Annotated[Account, "account"]
"""The name of an account of robo.toml; the action receives the `Account`."""


@dataclass(frozen=True)
class Base:
    """Where relative paths of a flow start, and what its names of accounts and secrets stand for."""

    folder: Path


def explain(error: ValidationError) -> str:
    """The first fault of a validation, in plain words."""
    first = error.errors(include_url=False)[0]
    return str(first["msg"]).removeprefix("Value error, ")


__all__ = [
    "AccountName", "AnyPlace", "Base", "ColumnType", "Duration", "Path", "Place", "Proof", "Proofs", "Reading",
    "Readings", "Secret", "Text", "Value", "YesNo", "explain", "seconds",
]  # fmt: skip
