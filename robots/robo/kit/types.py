"""Types of parameters beyond text, numbers, yes/no, dates and paths. Each says how it is written in a flow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from robo.kit.data import dataclass
from robo.kit.hints import Alone, Written, shape_of
from robo.kit.lane import Account
from robo.kit.messages import _
from robo.kit.secrets import Secret

Value = Any
"""Anything a cell or a formula can hold."""

Text = str
"""A text; a number written without quotes is taken as it is written."""

YesNo = bool
"""yes, no, oui, non, true, false."""


DURATION = r"^\s*(\d+(?:[.,]\d+)?)\s*(ms|s|min|m|h|d|j)\s*$"
"""How a duration is written, as a pattern that editors know too."""


def seconds(value: Any) -> float:
    """The seconds of "10s", "2m", "1h", "3d" (also "500ms", "2 min", "3 j")."""
    found = re.fullmatch(DURATION, str(value))
    if found is None:
        raise ValueError(_("a duration is written with its unit: 10s, 2m, 1h, 3d"))
    return float(found[1].replace(",", ".")) * _UNITS[found[2]]


_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "j": 86400.0}

Duration = Annotated[float, Written(str, seconds, DURATION)]
"""Seconds, written "10s", "2m", "1h", "3d"."""


@dataclass(frozen=True)
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


def _place(said: str | Place) -> Place:
    if isinstance(said, Place):
        return said
    return Place(css=said) if re.match(r"[#.\[][\w-]", said) else Place(any=said)


AnyPlace = Annotated[Place, Written(Text | Place, _place)]
"""A place as a flow writes it: its visible text or label ("Nom"), a CSS selector ("#ref"), or a map."""


def as_place(written: Any) -> Place:
    """A place as a flow or robo.toml writes it. Raises Unfit if it is none."""
    made: Place = _PLACE.read(written, Path())
    return made


_PLACE = shape_of(AnyPlace)


@dataclass(frozen=True)
class Proof:
    """Something a page shows, or no longer shows: a visible text (`text`), `gone`, `address` (with *), `disabled`."""

    text: Text | None = None
    gone: Text | None = None
    address: Text | None = None
    disabled: AnyPlace | None = None

    def __str__(self) -> str:
        return str(self.text or self.gone or self.address or self.disabled)


def _proof(said: str | Proof) -> Proof:
    return said if isinstance(said, Proof) else Proof(text=said)


Proofs = Annotated[tuple[Annotated[Proof, Written(Text | Proof, _proof)], ...], Alone()]
"""One proof or a list of them, any of which proves."""


@dataclass(frozen=True)
class Reading:
    """What to read at a place: its text, its value, the address it leads to, or an attribute."""

    at: AnyPlace
    find: Text | None = None
    what: Text = "text"
    all: YesNo = False
    default: Any = None


def _reading(said: Reading | Place) -> Reading:
    return said if isinstance(said, Reading) else Reading(at=said)


Readings = Annotated[Reading, Written(Reading | AnyPlace, _reading)]
"""`place`, or `{at: place, find: /pattern/, what: text|value|address|ATTRIBUTE, all: yes, default: ...}`."""

ColumnType = Literal["text", "integer", "decimal", "date", "datetime", "time", "yes_no", "email", "iban"]
"""How the cells of a column are read."""

AccountName = Annotated[Account, "account"]
"""The name of an account of robo.toml; the action receives the `Account`."""


MailName = Annotated[str, "mail"]
"""The name of a `[mail.NAME]` of robo.toml; the robot finds it among the lane's `mail`. Empty: the usual one."""

__all__ = [
    "AccountName", "AnyPlace", "ColumnType", "Duration", "MailName", "Path", "Place", "Proof", "Proofs", "Reading",
    "Readings", "Secret", "Text", "Value", "YesNo", "as_place", "seconds",
]  # fmt: skip
