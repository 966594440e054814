"""What became of a run: counts, what waits for a person, and the exit code that says so to programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Event, Journal, Kind, events
from robo.run.storage.ledger import Ledger
from robo.run.storage.questions import Asked, questions_of, waits_for_its_start
from robo.run.storage.store import Store
from robo.run.storage.values import readable
from robo.run.told.folder import RunFolder
from robo.run.told.people import Question, questions
from robo.run.told.sentences import shown_key

EXIT = {
    "done": 0,
    "failed": 1,
    "faulty": 2,
    "broken": 3,
    "waits": 4,
    "stopped": 130,
    "queued": 0,
    "admitted": 0,
    "running": 0,
}

_TELLING: tuple[Kind, ...] = ("loop.began", "run.waits", "run.resumed", "row.refused", "source.set_aside")


@dataclass(frozen=True)
class Outcome:
    """state: done, failed, faulty, broken, waits, stopped, running. counts: items that this run touched, by state.

    already: items that an earlier run had done; last_entered: when the newest of them was.
    pending: results that are still to be written back. refused_rows: (line or title,
    reason) of entries without a usable key. outputs: what the flow gave under `outputs`, as JSON values.
    aside: files in which what was not accepted can be corrected. titles: what people call items, by their keys.
    asks: the questions that nobody has answered yet; answered: whether the last one was, and the run is to go on.
    """

    run: str
    flow: str
    state: str
    folder: str
    reason: str = ""
    mend: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    already: int = 0
    last_entered: str | None = None
    waits: tuple[Question, ...] = ()
    failures: tuple[tuple[str, str, str], ...] = ()
    refused_rows: tuple[tuple[int | str, str], ...] = ()
    pending: int = 0
    ledgers: tuple[str, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    aside: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[Asked, ...] = ()
    answered: bool = False

    @property
    def exit_code(self) -> int:
        """0 done, 1 something was refused or failed, 2 the flow is wrong, 3 a fault of ours, 4 waits, 130 stopped."""
        if self.state in ("faulty", "broken", "stopped"):
            return EXIT[self.state]
        if self.state == "waits" or self.waits or self.pending:
            return 4
        if self.state == "failed" or self.failures or self.refused_rows:
            return 1
        return 0

    @property
    def nothing_new(self) -> bool:
        """Whether everything that the source lists had been done by an earlier run."""
        return self.state == "done" and not self.counts and not self.refused_rows and self.already > 0

    def json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "run": self.run,
            "flow": self.flow,
            "state": "waits" if self.exit_code == 4 else self.state,
            "reason": self.reason,
            "counts": self.counts,
            "already": self.already,
            "waits": [asdict(question) for question in self.waits],
            "asks": [asks_json(asked) for asked in self.asks],
            "refused": [{"key": k, "state": s, "reason": r} for k, s, r in self.failures],
            "refused_rows": [{"line": line, "reason": reason} for line, reason in self.refused_rows],
            "aside": list(self.aside),
            "pending": self.pending,
            "outputs": dict(self.outputs),
            "folder": self.folder,
            "exit": self.exit_code,
        }


def outcome(store: Store, run: str) -> Outcome:
    """Read from the ledger and the journal, while the run goes on or after it. KeyError for an unknown run."""
    row = store.one("SELECT flow, state, reason, folder, attempt FROM run WHERE id = :run", run=run)
    if row is None:
        raise KeyError(run)
    flow, state, reason, folder, attempt = row
    told = list(events(store, run, kinds=_TELLING))
    listed = {e.ledger for e in told if e.kind == "loop.began" and e.ledger}
    asked = _asked(told)
    ledgers = tuple(sorted(listed))
    counts: Counter[str] = Counter()
    failures, waits = [], []
    already = pending = 0
    last = None
    clock = SystemClock()
    for name in ledgers:
        ledger = Ledger(store, name, Journal(store, run, clock), clock, run, attempt)
        for item in ledger.items():
            if item.run == run:
                counts[item.state] += 1
                if item.state in ("refused", "failed"):
                    failures.append((item.key, item.state, item.reason or ""))
            elif item.state == "done":
                already += 1
                last = max(last or "", item.ended_at or "")
            if item.state == "done" and item.write_back and not item.written:
                pending += 1
        waits += questions(ledger)
    titles: dict[str, str] = {}
    if any(shown_key(key) != key for key, _state, _reason in failures):
        told_of = events(store, run, kinds=("item.ended",))
        titles = {e.key: str(e.data["title"]) for e in told_of if e.key and e.data.get("title")}
    rows = {
        e.data["position"]: (e.data.get("title") or e.data["position"], e.data["reason"])
        for e in told
        if e.kind == "row.refused" and e.data["attempt"] == attempt
    }
    return Outcome(
        run, flow, state, folder, reason or "", asked[-1].data["mend"] if asked and state == "waits" else "",
        dict(counts), already, last, tuple(waits), tuple(failures), tuple(rows[at] for at in sorted(rows)), pending,
        ledgers, RunFolder(Path(folder)).outputs, _aside(told), titles,
        tuple(questions_of(store, run, "open")) if state in ("waits", "running") else (),
        state == "waits" and waits_for_its_start(store, run),
    )  # fmt: skip


def asks_json(asked: Asked) -> dict[str, Any]:
    """A question for programs. form: what is to be entered, each with its type and its default."""
    return {
        "step": asked.step,
        "number": asked.number,
        "kind": asked.kind,
        "title": asked.title,
        "shown": [
            {"label": one.label, "value": readable(one.value)} | ({"sha256": one.digest} if one.digest else {})
            for one in asked.shown
        ],
        "form": [readable({n: v for n, v in asdict(one).items() if v not in (None, ())}) for one in asked.form],
        "by": list(asked.by),
        "asked_at": asked.asked_at,
        "until": asked.until,
    }


def _asked(told: list[Event]) -> list[Event]:
    """What the latest start of the run asked a person about its ledgers."""
    found: list[Event] = []
    for event in told:
        if event.kind == "run.resumed":
            found.clear()
        elif event.kind == "run.waits":
            found.append(event)
    return found


def _aside(told: list[Event]) -> tuple[str, ...]:
    """The files of the latest start of the run."""
    found: list[str] = []
    for event in told:
        if event.kind == "run.resumed":
            found.clear()
        elif event.kind == "source.set_aside" and "file" in event.data:
            found.append(event.data["file"])
    return tuple(found)
