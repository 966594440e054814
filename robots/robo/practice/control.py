"""The office's back door for tests, under /_office/: the truth, the faults, the reset. Never in the log."""

from __future__ import annotations

import json
from dataclasses import asdict

from robo.practice.desk import Answer, State
from robo.practice.faults import Faults

PREFIX = "/_office/"


def control(state: State, method: str, path: str, body: bytes) -> Answer:
    """Answer a control request in JSON: 400 for faults that make no sense, 404 for an unknown address."""
    route = (method, path.removeprefix(PREFIX))
    if route == ("GET", "truth"):
        return _json(200, truth(state))
    if route == ("GET", "faults"):
        return _json(200, asdict(state.book.faults))
    if route == ("POST", "faults"):
        try:
            state.book.set(Faults.from_json(json.loads(body or b"{}")))
        except ValueError as problem:
            return _json(400, {"problem": str(problem)})
        return _json(200, asdict(state.book.faults))
    if route == ("POST", "reset"):
        state.reset()
        return _json(200, {})
    return _json(404, {"problem": f"{method} {path}: unknown"})


def truth(state: State) -> dict[str, object]:
    """All the office knows: records, log, pending entries, and open connections other than the one that asks."""
    now = state.register.snapshot()
    return {
        "records": [asdict(record) for record in now.records],
        "log": [asdict(exchange) for exchange in now.log],
        "pending": now.pending,
        "connections": max(0, state.connections() - 1),
    }


def _json(status: int, data: object) -> Answer:
    return Answer(status, json.dumps(data, ensure_ascii=False), content_type="application/json; charset=utf-8")
