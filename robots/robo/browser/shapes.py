"""One value in the shapes that the different kinds of fields want it in."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.kit.secrets import Secret
from robo.kit.text import decimal_text, plain, written

_YES_NO = {"yes": True, "oui": True, "true": True, "no": False, "non": False, "false": False}


def shapes(value: Any, language: str) -> dict[str, Any]:
    """{text, number, date, datetime, time, month, yes, list, empty}: None where the value has no such shape."""
    if isinstance(value, Secret):
        value = value.reveal()
    text = written(value, language)
    day = _day(value)
    clock = _clock(value)
    return {
        "text": text,
        "empty": text == "",
        "number": _number(value),
        "date": day.isoformat() if day else None,
        "month": f"{day:%Y-%m}" if day else _match(r"\d{4}-\d{2}", value),
        "week": f"{day:%G-W%V}" if day else None,
        "time": f"{clock:%H:%M}" if clock else None,
        "datetime": f"{day.isoformat()}T{clock or time():%H:%M}" if day else None,
        "yes": _yes(value),
        "list": [written(one, language) for one in value] if isinstance(value, list | tuple) else None,
    }


def paths(value: Any, workspace: Path, label: str) -> list[str]:
    """The files for a file field, none to clear it. Raises Refused for one that does not exist."""
    listed = value if isinstance(value, list | tuple) else [value] if value not in (None, "") else []
    found = [workspace / Path(str(one)) for one in listed]
    for path in found:
        if not path.is_file():
            raise Refused(_("“{label}”: the file {path} does not exist").format(label=label, path=path))
    return [str(path) for path in found]


def _number(value: Any) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal | float):
        return decimal_text(Decimal(str(value)))
    text = re.sub(r"(?<=\d)\s(?=\d{3}\b)", "", plain(str(value))).replace(",", ".")
    try:
        return decimal_text(Decimal(text)) if re.fullmatch(r"[-+]?\d+(\.\d+)?", text) else None
    except InvalidOperation:
        return None


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    text = plain(value)
    parts = re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)", text)
    iso = f"{parts[3]}-{int(parts[2]):02}-{int(parts[1]):02}" if parts else text[:10]
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


def _clock(value: Any) -> time | None:
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    found = re.search(r"(?:^|[ T])(\d{1,2})[:hH](\d{2})(?:[:.].*)?$", value) if isinstance(value, str) else None
    return time(int(found[1]), int(found[2])) if found and int(found[1]) < 24 and int(found[2]) < 60 else None


def _yes(value: Any) -> bool | None:
    return value if isinstance(value, bool) else _YES_NO.get(plain(value).lower()) if isinstance(value, str) else None


def _match(pattern: str, value: Any) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(pattern, value) else None
