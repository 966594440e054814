"""The journal: what happened in a run, in order. Looks ride along with the next transaction that must be on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from robo.kit.secrets import Mask
from robo.run.storage.clock import Clock
from robo.run.storage.store import Store
from robo.run.storage.values import pack

Kind = Literal[
    "run.submitted", "run.queued", "run.cancelled",
    "run.began", "run.resumed", "run.ended", "run.waits", "run.closing", "run.closed",
    "lane.began", "lane.ended",
    "step.done", "step.failed", "step.log", "output.empty",
    "item.begun", "item.ended", "item.waits", "item.gone", "item.changed",
    "row.refused", "entry.later",
    "change.intended", "change.made", "change.not_made", "change.in_doubt", "change.settled", "change.decided",
    "change.planned", "step.unseen", "step.assumed", "item.listed", "request", "source.planned",
    "loop.began", "loop.stopped", "loop.ended",
    "source.written", "source.set_aside", "notice.sent", "notice.failed",
    "question.asked", "question.answered", "question.overtaken", "question.passed", "question.assumed",
    "evidence",
]  # fmt: skip

_COLUMNS = "seq, at, kind, ledger, key, step, event"


@dataclass(frozen=True)
class Event:
    """One thing that happened. data: plain JSON values."""

    run: str
    seq: int
    at: str
    kind: str
    ledger: str | None
    key: str | None
    step: str | None
    data: Mapping[str, Any]


class Journal:
    """The journal of one run, as one process writes it. Only one process writes a run's journal at a time."""

    def __init__(
        self,
        store: Store,
        run: str,
        clock: Clock,
        mask: Mask | None = None,
        heard: Callable[[str, Mapping[str, Any]], None] = lambda kind, data: None,
    ) -> None:
        """heard: told of each event once it is on disk."""
        self._store, self._run, self._clock, self._heard = store, run, clock, heard
        self._mask = mask or Mask()
        self._waiting: list[tuple[str, str, str | None, str | None, str | None, str]] = []

    def note(
        self, kind: Kind, *, ledger: str | None = None, key: str | None = None, step: str | None = None, **data: Any
    ) -> None:
        """Remember an event; it is on disk at the end of the transaction under way or of the next one."""
        text = self._mask(pack(data))
        self._waiting.append((self._clock.now().isoformat(), kind, ledger, key, step, text))

    def flush(self) -> None:
        """Write what waits, in a transaction of its own if none is under way."""
        if not self._waiting:
            return
        with self._store.write():
            row = self._store.one("SELECT coalesce(max(seq), 0) FROM journal WHERE run = :run", run=self._run)
            seq = row[0] if row else 0
            for number, (at, kind, ledger, key, step, event) in enumerate(self._waiting, seq + 1):
                self._store.all(
                    "INSERT INTO journal VALUES (:run, :seq, :at, :kind, :ledger, :key, :step, :event)",
                    run=self._run, seq=number, at=at, kind=kind, ledger=ledger, key=key, step=step, event=event,
                )  # fmt: skip
        told, self._waiting = self._waiting, []
        for _at, kind, ledger, key, step, event in told:
            self._heard(kind, {"ledger": ledger, "key": key, "step": step, **json.loads(event)})


def events(store: Store, run: str, after: int = 0, kinds: tuple[Kind, ...] = ()) -> Iterator[Event]:
    """The events of a run after that number, in order; of these kinds alone where any are named."""
    among = " AND kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds)) if kinds else ""
    for seq, at, kind, ledger, key, step, event in store.all(
        f"SELECT {_COLUMNS} FROM journal WHERE run = :run AND seq > :after{among} ORDER BY seq",  # noqa: S608
        run=run,
        after=after,
    ):
        yield Event(run, seq, at, kind, ledger, key, step, json.loads(event))
