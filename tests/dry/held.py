"""A plan held against what a run then did: the same facts, but for what only the change itself could tell."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

from robo.run.dry.plan import change_json
from robo.run.storage.records import CHANGE_COLUMNS, made_of

UNKNOWN = {"not_known_yet": True}


def made(database: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """What the last run has made, by key and step, as a plan tells it. Nobody else may be using the store."""
    with closing(connect(f"file:{database}?immutable=1", uri=True)) as store:
        (run,) = store.execute("SELECT id FROM run ORDER BY rowid DESC LIMIT 1").fetchone()
        rows = store.execute(
            f"SELECT {CHANGE_COLUMNS} FROM change WHERE run = ? AND state = 'receipt'", (run,)
        ).fetchall()
    changes = [made_of(row) for row in rows]
    return {(one.key, one.step): change_json(one) for one in changes}


def written_back(database: Path) -> dict[str, dict[str, Any]]:
    """What the items gave back to their source, by key."""
    with closing(connect(f"file:{database}?immutable=1", uri=True)) as store:
        rows = store.execute("SELECT key, write_back FROM item WHERE write_back IS NOT NULL").fetchall()
    return {key: json.loads(values) for key, values in rows}


def planned(plan: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The changes of a plan, by key and step."""
    return {(item["key"], change["step"]): change for item in plan["items"] for change in item["changes"]}


def differing(before: Any, after: Any, place: str = "") -> list[str]:
    """The places at which a run did something else than was planned, what was not known yet apart."""
    if before == UNKNOWN:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            one
            for name in {**before, **after}
            for one in differing(before.get(name), after.get(name), f"{place}/{name}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            one for number, pair in enumerate(zip(before, after, strict=True))
            for one in differing(*pair, f"{place}/{number}")
        ]  # fmt: skip
    if isinstance(before, str) and isinstance(after, str) and "‹not known yet›" in before:
        known = ".+".join(map(re.escape, before.split("‹not known yet›")))
        return [] if re.fullmatch(known, after, re.DOTALL) else [f"{place}: {after!r} is not {before!r}"]
    return [] if before == after else [f"{place}: {before!r} was planned, {after!r} was done"]
