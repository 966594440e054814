"""Typed values as JSON text and back, so that a receipt read after a restart is what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from robo.flow.formula import Unsaved
from robo.kit.change import NOT_KNOWN_YET, NotKnownYet
from robo.kit.secrets import BULLETS, Secret
from robo.kit.source import Fault


def pack(value: Any) -> str:
    """JSON text; what JSON cannot hold is written as a map with one key that starts with "$"."""
    return json.dumps(_pack(value), ensure_ascii=False, separators=(",", ":"))


def unpack(text: str | None) -> Any:
    """The value of such a text; None for None."""
    return None if text is None else _unpack(json.loads(text))


def _pack(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return {"$decimal": format(value, "f")}
        case float():
            return {"$decimal": repr(value)}
        case datetime():
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case time():
            return {"$time": value.isoformat()}
        case Path():
            return {"$path": str(value)}
        case Fault():
            return {"$fault": value.reason}
        case Unsaved():
            return {"$unsaved": value.name}
        case NotKnownYet():
            return {"$later": True}
        case Secret():
            return BULLETS
        case Mapping():
            packed = {str(name): _pack(one) for name, one in value.items()}
            return {"$map": packed} if any(name.startswith("$") for name in packed) else packed
        case list() | tuple() | set() | frozenset():
            return [_pack(one) for one in value]
        case _:
            return str(value)


_MADE = {
    "$decimal": Decimal,
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$path": Path,
    "$fault": Fault,
    "$unsaved": Unsaved,
    "$later": lambda _: NOT_KNOWN_YET,
}


def _unpack(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpack(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, inner),) = value.items()
        if name == "$map":
            return {key: _unpack(one) for key, one in inner.items()}
        if name in _MADE:
            return _MADE[name](inner)  # type: ignore[operator]
    return {key: _unpack(one) for key, one in value.items()}


def readable(value: Any) -> Any:
    """The value as JSON that people can read: dates as ISO, decimals as texts; what is not known yet says so."""
    match value:
        case None | bool() | int() | str():
            return value
        case date() | time():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case Fault():
            return value.reason
        case Unsaved():
            return None
        case NotKnownYet():
            return {"not_known_yet": True}
        case Secret():
            return BULLETS
        case Mapping():
            return {str(name): readable(one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [readable(one) for one in value]
        case _:
            return str(value)


def digest(value: Any) -> str:
    """A short fingerprint of a value, to see later whether it has changed; the order of a map does not count."""
    text = json.dumps(_pack(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()
