"""What was asked of a run: the flow, its inputs, by whom, when and for how long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from robo.flow.problems import FaultyFile
from robo.flow.text import read_text
from robo.kit.messages import _
from robo.report.shown import items_word, moment, text, took
from robo.report.view import Pairs
from robo.run.storage.journal import Event
from robo.run.told.folder import RunFolder
from robo.run.told.stored import StoredRun


def head_of(run: StoredRun) -> Mapping[str, Any]:
    """The top of the flow as it ran, whatever its steps look like to this program."""
    try:
        data = read_text(RunFolder(run.folder).flow, run.flow.name).data
    except (OSError, UnicodeDecodeError, FaultyFile):
        return {}
    return data if isinstance(data, dict) else {}


def facts_of(run: StoredRun, head: Mapping[str, Any], told: list[Event]) -> Pairs:
    who = list(
        dict.fromkeys(str(e.data["by"]) for e in told if e.kind in ("run.began", "run.resumed") and "by" in e.data)
    )
    facts = [
        (_("Flow"), f"{run.flow.stem} ({run.flow})"),
        (_("Owner"), str(head.get("owner") or "")),
        (_("Environment"), run.environment),
        (_("Started by"), ", ".join(who)),
        (_("Begun"), moment(run.began_at)),
        (_("Ended"), moment(run.ended_at)),
        (_("Working time"), took(_spells(told))),
        (_("Starts"), str(run.attempt)),
        (_("Sources"), ", ".join(dict.fromkeys(_sources(told)))),
        (_("Run"), run.id),
        (_("Folder"), str(run.folder)),
    ]
    return tuple((label, value) for label, value in facts if value)


def _sources(told: list[Event]) -> Iterable[str]:
    for event in told:
        if event.kind == "loop.began":
            yield _("{source} ({items})").format(
                source=event.data.get("source"), items=items_word(int(event.data.get("items") or 0))
            )


def _spells(told: list[Event]) -> Iterable[tuple[str, str]]:
    """Beginning and end of each start; of one that was killed, its last sign of life."""
    start = last = None
    for event in told:
        if event.kind in ("run.began", "run.resumed"):
            if start and last:
                yield start, last
            start = event.at
        if event.kind not in ("change.decided", "question.answered"):
            last = event.at
    if start and last:
        yield start, last


def inputs_of(run: StoredRun, head: Mapping[str, Any]) -> Pairs:
    try:
        stored = json.loads((run.folder / "inputs.json").read_text("utf-8"))
    except (OSError, ValueError):
        return ()
    asked = head.get("inputs")
    labels = (
        {n: one.get("label") for n, one in asked.items() if isinstance(one, dict)} if isinstance(asked, dict) else {}
    )
    return tuple((str(labels.get(name) or name), text(value)) for name, value in stored.items())
