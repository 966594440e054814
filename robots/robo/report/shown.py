"""Values, changes and times as a page shows them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from robo.kit.change import NOT_KNOWN_YET
from robo.kit.messages import _, labelled, ngettext, spoken
from robo.kit.text import written
from robo.report.view import Cell, Deed, Document, Pairs
from robo.run.storage.values import unpack

LONGEST = 600
"""Characters of one value; what is longer is in the journal."""
MOST_FIELDS = 80


def text(value: Any) -> str:
    """A value in the reader's language: one that Python holds, or as the journal or a plan tell it."""
    match value:
        case Mapping() if value.get("not_known_yet") is True:
            said = str(NOT_KNOWN_YET)
        case Mapping() if _is_packed(value):
            said = text(unpack(json.dumps(value)))
        case Mapping():
            said = ", ".join(labelled(name, text(one)) for name, one in value.items())
        case list() | tuple():
            said = ", ".join(text(one) for one in value)
        case _:
            said = written(value, spoken())
    return said if len(said) <= LONGEST else said[:LONGEST] + "…"


def pairs(values: Any) -> Pairs:
    """Labels with their values; a value alone has no label."""
    if values is None:
        return ()
    if not isinstance(values, Mapping) or values.get("not_known_yet") is True or _is_packed(values):
        return (("", text(values)),)
    found = [(str(label), text(value)) for label, value in list(values.items())[:MOST_FIELDS]]
    left = len(values) - len(found)
    return (*found, ("…", _("and {count} more").format(count=left))) if left > 0 else tuple(found)


def _is_packed(values: Mapping[str, Any]) -> bool:
    return len(values) == 1 and next(iter(values)).startswith("$")


def in_one_line(values: Pairs) -> str:
    """Such as "reference: 4711, date: 03/05/2026"."""
    return ", ".join(labelled(n, v) if n else v for n, v in values)


def brief(changes: Iterable[Mapping[str, Any]], root: Path) -> str:
    """What changes gave, as far as it says something to people, else what they are: "reference: 4711".

    A Message-ID, the number of a row or what is not known yet is for whoever unfolds the item.
    """
    told = list(changes)
    given = [(label, said) for one in told for label, said in _telling(one.get("gives"), root)]
    return in_one_line(tuple(given)) or " · ".join(str(one.get("summary") or "") for one in told)


def _telling(gives: Any, root: Path) -> Iterator[tuple[str, str]]:
    for label, said in pairs(gives):
        known = said != str(NOT_KNOWN_YET) and not re.fullmatch(r"<\S+@\S+>", said)
        if known and (label or not said.isdecimal()):
            yield label, _from(root, said)


def _from(root: Path, path: str) -> str:
    """A path from the workspace's root, where it lies in it."""
    return path.removeprefix(f"{root}{os.sep}")


def deed(change: Mapping[str, Any], root: Path, **ending: Any) -> Deed:
    """A change as the journal and a plan tell it: summary, preview, cells, files, documents, remarks.

    root: of the workspace, from which the paths of files are shown.
    """
    return Deed(
        summary=str(change.get("summary") or ""),
        fields=pairs(change.get("preview")),
        cells=cells(change.get("cells") or ()),
        moves=tuple((_from(root, a), _from(root, b)) for a, b in _moves(change.get("files") or ())),
        documents=tuple(
            Document(str(one.get("name") or ""), str(one.get("file") or "")) for one in change.get("documents") or ()
        ),
        remarks=tuple(str(one) for one in change.get("remarks") or ()),
        **ending,
    )


def _moves(files: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """From, to; to nothing where a file is removed and not moved elsewhere."""
    told = [(one.get("from"), one.get("to")) for one in files]
    moved = {text(source) for source, _path in told if source}
    for source, path in told:
        if source and text(source) != text(path):
            yield text(source), text(path)
        elif not source and text(path) not in moved:
            yield text(path), ""


def cells(written_cells: Iterable[Mapping[str, Any]]) -> tuple[Cell, ...]:
    """Cells as the journal and a plan tell them."""
    return tuple(
        Cell(str(one.get("place") or ""), str(one.get("column") or ""), text(one.get("before")), text(one.get("after")))
        for one in written_cells
    )


def unbroken(told: str) -> str:
    """The same with each number and its word on one line."""
    return re.sub(r"(?<=\d) ", "\u00a0", told)


def moment(iso: str | None) -> str:
    """Date and time, to the second where it tells one end from another."""
    if not iso:
        return ""
    return f"{datetime.fromisoformat(iso):{'%d/%m/%Y %H:%M:%S' if spoken() == 'fr' else '%Y-%m-%d %H:%M:%S'}}"


def span(seconds: float) -> str:
    """Such as "3 h 20 min", "2 min 5 s"."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if minutes and rest:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    return f"{minutes} min" if minutes else f"{rest} s"


def took(spells: Iterable[tuple[str, str]]) -> str:
    """How long work went on in all. spells: beginnings and ends."""
    total = sum((datetime.fromisoformat(end) - datetime.fromisoformat(start) for start, end in spells), timedelta())
    return span(total.total_seconds())


def gained(gain: Mapping[str, Any], done: int) -> str:
    """The time given back by a run, as the flow reckons it; empty where it does not."""
    try:
        minutes = float(gain["minutes_per_item"])
    except (KeyError, TypeError, ValueError):
        return ""
    if not done or minutes <= 0:
        return ""
    item = str(gain.get("item") or _("item"))
    said = _("{time} given back: {count} × {minutes} minutes for each {item}").format(
        time=span(minutes * done * 60), count=done, minutes=written(gain["minutes_per_item"], spoken()), item=item
    )
    measured = gain.get("measured_on")
    return said + (_(" (measured on: {measured})").format(measured=measured) if measured else "") + "."


def items_word(count: int) -> str:
    """ "1 item", "60 items"."""
    return ngettext("{count} item", "{count} items", count).format(count=count)
