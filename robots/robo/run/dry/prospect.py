"""What would become of each item, as a dry run has judged it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from robo.kit.messages import _
from robo.run.storage.journal import Event
from robo.run.storage.ledger import Ledger
from robo.run.storage.records import Item, Made
from robo.run.told.sentences import sentence
from robo.run.told.states import moment

State = Literal["planned", "already_done", "refused", "failed", "skipped", "waits"]


@dataclass(frozen=True)
class Prospect:
    """An item of a loop, or a row of its source without a usable key.

    title: what people call it, where its key says nothing. notes: what was assumed or not rehearsed.
    is_new: whether this dry run has judged it, rather than an earlier run.
    """

    ledger: str
    key: str
    position: int | None
    source: str
    state: State
    reason: str
    changes: tuple[Made, ...] = ()
    notes: tuple[str, ...] = ()
    is_new: bool = True
    title: str = ""

    @property
    def name(self) -> str:
        """As people know it."""
        return self.title or self.key or _("line {position}").format(position=self.position)


def prospects(ledger: Ledger, told: list[Event], changes: list[tuple[str, Made]]) -> Iterator[Prospect]:
    """The items of a ledger that a run would go through, in the order of the source."""
    mine = [event for event in told if event.ledger == ledger.name]
    source = next((str(event.data["source"]) for event in mine if event.kind == "loop.began"), "")
    listed = {event.key or "": event.data for event in mine if event.kind == "item.listed"}
    begun = {event.key for event in mine if event.kind == "item.begun"}
    notes: dict[str, list[str]] = {}
    for event in mine:
        if said := note_of(event):
            notes.setdefault(event.key or "", []).append(said)
    by_key: dict[str, list[Made]] = {}
    for name, made in changes:
        if name == ledger.name:
            by_key.setdefault(made.key, []).append(made)
    found = [
        Prospect(
            ledger.name, e.key or "", e.data["position"], source, "refused", e.data["reason"], title=e.data["title"]
        )
        for e in {event.data["position"]: event for event in mine if event.kind == "row.refused"}.values()
    ]
    for item in ledger.items():
        judged = _judged(item, item.key in begun, bool(by_key.get(item.key)))
        told_of = listed.get(item.key, {})
        if judged and (told_of or item.key in begun or judged[0] == "waits"):
            found.append(
                Prospect(
                    ledger.name,
                    item.key,
                    told_of.get("position", item.position),
                    source,
                    *judged,
                    tuple(by_key.get(item.key, ())),
                    tuple(dict.fromkeys(notes.get(item.key, ()))),
                    item.key in begun,
                    str(told_of.get("title", "")),
                )
            )
    yield from sorted(found, key=lambda one: (one.position is None, one.position or 0))


def _judged(item: Item, begun: bool, changes: bool) -> tuple[State, str] | None:
    """(state, reason); None for what a run would not touch and nobody asked about."""
    reason = item.reason or ""
    if begun and item.state in ("planned", "refused", "failed", "skipped"):
        if item.state == "planned" and not changes:
            return "already_done", _("found in the application, or nothing was left to do")
        return item.state, reason  # type: ignore[return-value]
    if begun and item.state == "started":
        return "failed", reason or _("it was begun, and the robot came to no end with it")
    if item.state == "committing":
        return "waits", _("it is being sent just now, or its run was interrupted")
    if item.waits or item.state == "in_doubt":
        return "waits", reason
    if item.state == "done":
        return "already_done", _("done on {moment}").format(moment=moment(item.ended_at))
    if item.state == "given_up":
        return "skipped", reason or _("given up by a person")
    if item.state == "refused":
        return "refused", _("{reason} (its row has not changed since)").format(reason=reason)
    return None


def note_of(event: Event) -> str:
    """What a reader should know of an item beside its changes; empty for other events."""
    data = event.data
    match event.kind:
        case "step.unseen":
            return _("{action} was not rehearsed: {reason}").format(action=data["action"], reason=data["reason"])
        case "step.assumed":
            return _("“{condition}” rests on what is not known yet: it was taken to be so").format(
                condition=data["condition"]
            )
        case "question.assumed":
            return sentence(event)
        case "step.failed" if "then" in data:
            return _("{action} did not work: {reason}").format(action=data["action"], reason=data["reason"])
        case "change.planned" if data["by"] != "planned":
            return str(data["summary"])
    return ""
