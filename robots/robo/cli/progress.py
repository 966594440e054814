"""How a run goes, while it goes: a bar when a person looks, plain lines when none does."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Any, TextIO

from robo.kit.messages import _
from robo.run.storage.journal import Event
from robo.run.storage.store import Store
from robo.run.told.sentences import sentence
from robo.run.told.states import counted

_QUIET = ("step.done", "item.begun", "change.intended", "change.made", "evidence", "lane.began")
_ON_A_TERMINAL = (
    "row.refused",
    "entry.later",
    "change.in_doubt",
    "item.waits",
    "item.gone",
    "loop.stopped",
    "lane.ended",
    "step.log",
)
_BAR = 24


class Progress:
    """Hears what the supervisor says and tells it on standard error."""

    def __init__(self, store: Store, to: TextIO | None = None) -> None:
        self._store, self._to = store, to or sys.stderr
        self._looks = self._to.isatty()
        self._total = 0
        self._shown = ""
        self._since = time.monotonic()
        self._ended: dict[tuple[str, str], str] = {}
        self._doubts: set[tuple[str, str]] = set()
        self._waiting: set[str] = set()

    def __call__(self, report: dict[str, Any]) -> None:
        """One report of the supervisor."""
        if "event" in report:
            self._event(report)
        elif "began" in report:
            self._line(_("Run {run}, kept in {folder}").format(run=report["run"], folder=report["folder"]))
        elif "stopping" in report:
            self._line(_("Stopping after the current item. Press Ctrl-C again to stop at once; both can be resumed."))
        elif "waiting" in report:
            self._wait(report)

    def end(self) -> None:
        """Nothing more comes: leave the terminal clean."""
        if self._looks:
            self._clear()

    def _event(self, report: dict[str, Any]) -> None:
        data = {name: value for name, value in report.items() if name not in ("event", "key", "ledger")}
        event = Event("", 0, "", report["event"], report["ledger"], report["key"], None, data)
        self._count(event)
        said = sentence(event)
        wrong = event.kind == "item.ended" and event.data.get("state") not in ("done", "planned")
        if said and (event.kind not in _QUIET if not self._looks else event.kind in _ON_A_TERMINAL or wrong):
            self._line(said)
        self._bar()

    def _count(self, event: Event) -> None:
        item = (event.ledger or "", event.key or "")
        match event.kind:
            case "loop.began":
                known = self._store.one(
                    "SELECT count(*) FROM item WHERE ledger = :ledger AND state IN ('done', 'given_up')",
                    ledger=event.ledger,
                )
                left, most = int(event.data["items"]) - int(known[0] if known else 0), event.data.get("limit")
                self._total += max(0, left if most is None else min(left, int(most)))
                self._since = time.monotonic()
            case "item.ended":
                self._ended[item] = str(event.data.get("state"))
            case "change.in_doubt":
                self._doubts.add(item)
            case "change.made" | "change.not_made":
                self._doubts.discard(item)

    def _wait(self, report: dict[str, Any]) -> None:
        key = str(report.get("key", ""))
        if key not in self._waiting:
            self._waiting.add(key)
            self._line(
                _("{key}: in {seconds:.0f} s it can be looked up whether it was entered").format(
                    key=key or _("the run itself"), seconds=report["waiting"]
                )
            )

    def _bar(self) -> None:
        if not self._looks or not self._total:
            return
        done = len(self._ended)
        full = round(_BAR * min(1.0, done / self._total))
        states = list(self._ended.values())
        told = [f"[{'#' * full}{'.' * (_BAR - full)}] {done}/{self._total}"]
        refused = states.count("refused") + states.count("failed")
        told += [counted({"refused": refused})] if refused else []
        told += [counted({"in_doubt": len(self._doubts)})] if self._doubts else []
        if 0 < done < self._total:
            left = (time.monotonic() - self._since) / done * (self._total - done)
            told.append(_("{time} left").format(time=_span(left)))
        text = ", ".join(told)[: shutil.get_terminal_size().columns - 1]
        if text != self._shown:
            self._clear()
            self._to.write(text)
            self._to.flush()
            self._shown = text

    def _line(self, text: str) -> None:
        if self._looks:
            self._clear()
        self._to.write(text + "\n")
        self._to.flush()

    def _clear(self) -> None:
        self._shown = ""
        self._to.write("\r\x1b[K")


def _span(seconds: float) -> str:
    if seconds < 90:
        return _("{count:.0f} s").format(count=seconds)
    if seconds < 5400:
        return _("{count:.0f} min").format(count=seconds / 60)
    return _("{count:.1f} h").format(count=seconds / 3600)
