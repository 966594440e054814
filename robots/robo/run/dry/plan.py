"""The plan of a dry run, `plan.json`: a reading of its own copy of the store, for people and for programs."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robo.flow.model import Flow
from robo.flow.workspace import Workspace
from robo.kit.secrets import Mask
from robo.platforms.files import files
from robo.run.dry.attention import attention
from robo.run.dry.prospect import Prospect, prospects
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Event, Journal, events
from robo.run.storage.ledger import Ledger
from robo.run.storage.planned import planned
from robo.run.storage.records import Made
from robo.run.storage.store import Store
from robo.run.storage.values import readable, unpack
from robo.run.told.outcome import EXIT

FILE = "plan.json"


@dataclass(frozen=True)
class Plan:
    """told: what `plan.json` holds. wrong: whether something would be refused or fail."""

    folder: Path
    told: Mapping[str, Any]
    wrong: bool

    @classmethod
    def read(cls, folder: Path) -> Plan | None:
        """The plan that a dry run left in its folder; None where there is none. Raises OSError, ValueError."""
        file = folder / FILE
        if not file.is_file():
            return None
        told = json.loads(file.read_text("utf-8"))
        return cls(folder, told, any(told["counts"].get(state) for state in ("refused", "failed")))

    def write(self) -> None:
        """On disk, all of it or nothing."""
        draft = self.folder / f"{FILE}.part"
        with draft.open("w", encoding="utf-8") as file:
            json.dump(self.told, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        files.replace(draft, self.folder / FILE)

    @property
    def exit_code(self) -> int:
        """0 all would be done, 1 something would be refused or fail, 2 flow wrong, 3 fault, 4 waits, 130 stopped."""
        state = str(self.told["state"])
        if state in ("faulty", "broken", "stopped", "waits"):
            return EXIT[state]
        return 1 if state == "failed" or self.wrong else 0


def plan_of(store: Store, run: str, flow: Flow, workspace: Workspace, rows: int | None, again: str, mask: Mask) -> Plan:
    """Read the plan. rows: so many items of each loop were rehearsed; again: the command that runs it for real."""
    found = store.one("SELECT state, reason, folder, began_at, ended_at FROM run WHERE id = :run", run=run)
    assert found
    state, reason, folder, began, ended = found
    told = list(events(store, run))
    changes = planned(store, run)
    clock = SystemClock()
    ledgers = {
        event.ledger: Ledger(store, event.ledger, Journal(store, run, clock), clock, run, 1)
        for event in told
        if event.kind == "loop.began" and event.ledger
    }
    evidence = {(event.ledger, event.key): event.data["files"] for event in told if event.kind == "evidence"}
    items = [one for ledger in ledgers.values() for one in prospects(ledger, told, changes)]
    outside = [made for ledger, made in changes if ledger not in ledgers]
    counts: Counter[str] = Counter(item.state for item in items)
    plan = {
        "run": run,
        "flow": flow.path,
        "name": flow.name,
        "dry": True,
        "state": state,
        "reason": reason or "",
        "environment": workspace.environment,
        "began_at": began,
        "ended_at": ended,
        "rows": rows,
        "items": [_item(item, evidence.get((item.ledger, item.key), {})) for item in items],
        "outside": [change_json(made) for made in outside],
        "cells": list(_cells(told)),
        "asks": list(_asks(told)),
        "requests": [_request(event) for event in told if event.kind == "request"],
        "attention": attention(told, items, [made for _ledger, made in changes], flow, workspace, rows),
        "counts": {**counts, "changes": dict(Counter(made.action for _ledger, made in changes))},
        "next": again,
    }
    wrong = any(item.state in ("refused", "failed") and item.is_new for item in items)
    return Plan(Path(folder), json.loads(mask(json.dumps(plan, ensure_ascii=False))), wrong)


def change_json(made: Made) -> dict[str, Any]:
    """A change of a plan or of a run, in values that people can read."""
    change = made.change
    return {
        "step": made.step,
        "address": made.address,
        "action": made.action,
        "summary": change.summary,
        "preview": readable(change.preview),
        "cells": [_cell(one.place, one.column, one.before, one.after) for one in change.cells],
        "files": [
            {"from": None if source is None else str(source), "to": str(path)} for path, source in change.files.items()
        ],
        "documents": [
            {"name": one.name, "media_type": one.media_type, "sha256": one.sha256, "size": one.size, "file": one.file}
            for one in made.documents
        ],
        "gives": readable(change.gives),
        "remarks": list(change.remarks),
    }


def _item(item: Prospect, evidence: Mapping[str, str]) -> dict[str, Any]:
    """evidence: kind to file name, the last that was kept of it."""
    return {
        "ledger": item.ledger,
        "key": item.key,
        "title": item.title,
        "position": item.position,
        "source": item.source,
        "state": item.state,
        "reason": item.reason,
        "changes": [change_json(made) for made in item.changes],
        "notes": list(item.notes),
        "evidence": {Path(name).suffix[1:]: f"evidence/{name}" for name in evidence.values()},
    }


def _cells(told: list[Event]) -> Iterator[dict[str, Any]]:
    """Each cell once, however many lanes have told of it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for event in told:
        if event.kind == "source.planned":
            for cell in _values(event.data["cells"]):
                found[str(event.ledger), str(cell[0])] = {"ledger": event.ledger, "key": event.key, **_cell(*cell)}
    yield from found.values()


def _cell(place: str, column: str, before: Any, after: Any) -> dict[str, Any]:
    return {"place": place, "column": column, "before": readable(before), "after": readable(after)}


def _asks(told: list[Event]) -> Iterator[dict[str, Any]]:
    """What people would be asked, once each, with what was taken to be entered."""
    found = {str(event.step): event.data for event in told if event.kind == "question.assumed"}
    for data in found.values():
        shown = [{"label": label, "value": readable(value)} for label, value in _values(data["shown"])]
        yield {
            "kind": data["question"], "title": data["title"], "shown": shown,
            "entered": readable(_values(data["entered"])),
        }  # fmt: skip


def _request(event: Event) -> dict[str, Any]:
    data = event.data
    return {
        "verdict": data["verdict"],
        "method": data["method"],
        "address": data["address"],
        "fields": readable(_values(data["fields"])),
        "why": data["why"],
        "line": data["line"],
        "step": event.step,
        "action": data["action"],
        "key": event.key,
    }


def _values(data: Any) -> Any:
    """Values of an event, typed again."""
    return unpack(json.dumps(data))
