"""What the journal tells of each item of one run: how it went, what was changed, how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from robo.kit.messages import _
from robo.report.pictures import Album
from robo.report.shown import brief, deed, in_one_line, moment, pairs, text
from robo.report.view import Cell, Deed, Item, Stage, Tone
from robo.run.storage.journal import Event
from robo.run.told.sentences import sentence, shown_key
from robo.run.told.states import state_word

TONES: dict[str, Tone] = {
    "done": "good", "refused": "bad", "failed": "bad", "in_doubt": "warn", "committing": "warn", "given_up": "warn",
}  # fmt: skip


@dataclass
class Story:
    """One item on its way through a run. deeds and stages: as the events tell them.

    begun: whether this run did something about it, rather than only look at it.
    """

    ledger: str
    key: str
    line: int | None = None
    state: str = "started"
    reason: str = ""
    at: str = ""
    begun: bool = False
    deeds: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    stages: list[Event] = field(default_factory=list)
    evidence: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    title: str = ""

    def hear(self, event: Event) -> None:
        """One more thing that happened to it."""
        data = event.data
        self.title = str(data.get("title") or self.title)
        match event.kind:
            case "item.begun":
                self.line, self.state, self.reason = data.get("position"), "started", ""
                self.begun = True
                self.stages.clear()
            case "item.ended":
                self.state, self.reason, self.at = str(data.get("state")), str(data.get("reason") or ""), event.at
                if self.state == "done":
                    self.stages.clear()
            case "item.waits":
                self.reason = str(data.get("reason") or "")
            case "item.gone" | "change.settled" | "change.decided" | "question.answered" | "question.overtaken":
                self.notes.append(sentence(event))
            case "step.done" | "step.failed":
                self.stages.append(event)
            case "step.log":
                self.notes.append(str(data.get("text") or ""))
            case "evidence":
                self.evidence.append(dict(data.get("files") or {}))
            case kind if kind.startswith("change."):
                self._change(event)

    def _change(self, event: Event) -> None:
        known = self.deeds.setdefault((event.step or "", int(event.data.get("number") or 0)), {})
        known["at"] = event.at
        self.begun = True
        match event.kind:
            case "change.intended":
                known |= {**_as_planned(event.data), "state": "intent"}
                self.state = "committing"
            case "change.made":
                known |= {"state": "made", "gives": event.data.get("gives"), "by": event.data.get("by")}
                self.state = "started"
            case "change.not_made":
                known |= {"state": "void", "why": event.data.get("why"), "reason": event.data.get("reason")}
                self.state = "started"
            case "change.in_doubt":
                known |= {"state": "doubt", "reason": event.data.get("reason")}
                self.state, self.reason = "in_doubt", str(event.data.get("reason") or "")

    def item(self, album: Album, cells: tuple[Cell, ...] = (), full: bool = True) -> Item:
        """As the page shows it. full: with its pictures and all that can be unfolded."""
        unwell = self.state != "done"
        deeds = tuple(_deed(one, album.root, self.reason) for one in self.deeds.values()) if full else ()
        stages = tuple(stage(one, self.reason) for one in self.stages) if full and unwell else ()
        made = [one for one in self.deeds.values() if one.get("state") == "made"]
        return Item(
            name=self.title or shown_key(self.key) or _("line {line}").format(line=self.line),
            state=state_word(self.state),
            tone=TONES.get(self.state, "plain"),
            line=str(self.line) if self.line is not None and not self.title and self.key else "",
            brief=self.reason if unwell else brief(made, album.root),
            at=moment(self.at),
            deeds=deeds,
            stages=stages if len(stages) > 1 or any(one.said for one in stages) else (),
            pictures=tuple(filter(None, map(album.picture, self.evidence))) if full else (),
            cells=cells if full else (),
            notes=tuple(self.notes) if full else (),
        )


def stage(event: Event, known: str = "") -> Stage:
    """A step that an item went through, or stumbled over. known: the reason that is told of the item already."""
    number, action = event.step or "", str(event.data.get("action") or "")
    if event.kind == "step.failed":
        reason = str(event.data.get("reason") or "")
        return Stage(number, action, "bad", "" if reason in known else reason)
    saved = event.data.get("saved") or {}
    return Stage(number, action, "good", in_one_line(tuple((name, text(value)) for name, value in saved.items())))


def _deed(told: dict[str, Any], root: Path, known: str) -> Deed:
    outcome, tone = _outcome(told, known)
    gives = told.get("gives")
    return deed(told, root, outcome=outcome, tone=tone, at=moment(told.get("at")), gives=pairs(gives))


def _as_planned(data: Mapping[str, Any]) -> dict[str, Any]:
    """A change as the journal tells it, in the shape in which a plan does."""
    cells = (dict(zip(("place", "column", "before", "after"), one, strict=True)) for one in data.get("cells") or ())
    return {
        **{name: value for name, value in data.items() if name != "gives"},
        "cells": list(cells),
        "files": [{"to": path, "from": source} for path, source in data.get("files") or ()],
        "documents": [{"name": one[0], "file": one[4]} for one in data.get("documents") or ()],
    }


def _outcome(told: dict[str, Any], known: str) -> tuple[str, Tone]:
    """How it ended; with the reason, unless that is known already."""
    reason = str(told.get("reason") or "")
    reason = "" if reason in known else reason
    match told.get("state"):
        case "made":
            proofs = {
                "settle": _("made; found afterwards"),
                "already_done": _("made; found in the application afterwards"),
                "restored": _("made; found in the application after a restore"),
                "person": _("made, as a person said"),
            }
            return proofs.get(str(told.get("by")), _("made")), "good"
        case "void":
            said = _("not made: {reason}").format(reason=reason) if reason else _("not made")
            return said, "bad"
        case "doubt":
            return _("in doubt: {reason}").format(reason=reason) if reason else state_word("in_doubt"), "warn"
        case _:
            return _("begun; how it ended is not known"), "warn"


def stories(events: Iterable[Event]) -> dict[tuple[str, str], Story]:
    """The items that a run worked on by (ledger, key), in the order in which they were first met, itself apart.

    Rows without a usable key stand under their line.
    """
    found: dict[tuple[str, str], Story] = {}
    for event in events:
        if event.kind == "run.resumed":
            found = {name: one for name, one in found.items() if not name[1].startswith("\n")}  # judged afresh
        if not event.ledger or event.ledger.startswith("run/"):
            continue
        if event.kind == "row.refused":
            line = event.data.get("position")
            row = Story(event.ledger, event.key or "", line, "refused", str(event.data.get("reason") or ""), event.at)
            row.title, row.begun = str(event.data.get("title") or ""), True
            found[event.ledger, f"\n{line}"] = row
        elif event.key is not None:
            found.setdefault((event.ledger, event.key), Story(event.ledger, event.key)).hear(event)
    return {name: story for name, story in found.items() if story.begun}


def of_the_run(events: Iterable[Event]) -> Story:
    """What the run did outside of its loops."""
    story = Story("", "")
    for event in events:
        if event.ledger and event.ledger.startswith("run/"):
            story.hear(event)
    return story
