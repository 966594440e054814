"""One item on its way through its steps; or the run itself, on the way through those outside of any keyed loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from robo.flow.model import AlreadyDone, Step, walk
from robo.kit.messages import labelled
from robo.run.steps.course import Course
from robo.run.steps.scope import Row
from robo.run.storage.frames import copied, without_error
from robo.run.storage.ledger import Ledger
from robo.run.storage.records import Made, State
from robo.run.storage.values import digest

_PROOFS = ("expect", "refuse", "already_done")


class Passage:
    """Where an item stands.

    steps: all steps of the item, or of the run. base: what its formulas see beside saved names and the row.
    last: address of the last change with a receipt; what stands before it is not redone.
    spoiled: the state and reason in which the item must end although its steps went on.
    prepare: leads to where the first segment begins. title: what people call the item, where its key says nothing.
    asked: how the application is asked about a change, by its identity, where the loop says it.
    looked: changes that a dry run has asked about.
    planned, unseen: of a dry run: whether a change on a page was planned, which no page will show; and whether the page
    is not where a run would have it, until something is opened.
    """

    def __init__(
        self,
        ledger: Ledger,
        key: str,
        steps: tuple[Step, ...],
        base: Mapping[str, Any],
        now: datetime,
        alias: str | None = None,
        row: Row | None = None,
    ) -> None:
        self.ledger, self.key, self.steps, self.now, self.alias, self.row = ledger, key, steps, now, alias, row
        self._base = base
        self._root: dict[str, Any] = {}
        self._calls: list[tuple[str, Mapping[str, Any]]] = []
        self.last: str | None = None
        self.spoiled: tuple[State, str] | None = None
        self.tries: dict[str, int] = {}
        self.asked: Mapping[str, AlreadyDone] = {}
        self.looked: set[str] = set()
        self.signed_again = False
        self.planned = self.unseen = False
        self.prepare: Callable[[], None] = lambda: None
        self.title = ""
        self._kept: dict[str, Any] = {}
        self._order = {step.address: number for number, step in enumerate(walk(steps))}

    def go_on_from(self, changes: list[Made]) -> None:
        """Stand before the first change that was tried and has no receipt, else behind the last receipt.

        changes: all that were made, or certainly not made; found by the identity of their steps, wherever these stand
        today.
        """
        places = {step.identity: step.address for step in walk(self.steps)}
        order = {one.step: self._order[places[one.step]] for one in changes if one.step in places}
        receipts = sorted((c for c in changes if c.state == "receipt"), key=lambda c: order.get(c.step, -1))
        held = {one.step for one in receipts}
        missing = min((order[one.step] for one in changes if one.step in order and one.step not in held), default=None)
        for one in receipts:
            if missing is None or order.get(one.step, -1) < missing:
                self.last = places.get(one.step, self.last)
                self._kept |= one.saved
        self.planned = any(one.why == "planned" for one in receipts)
        self.rewind()

    @property
    def saved(self) -> dict[str, Any]:
        """The names saved so far, of the flow whose steps are under way."""
        names = self._root
        for key, _base in self._calls:
            names = names.setdefault(key, {})
        return names

    @property
    def base(self) -> Mapping[str, Any]:
        """What formulas see beside these names and the row."""
        return self._calls[-1][1] if self._calls else self._base

    def everything(self) -> dict[str, Any]:
        """The names of all flows under way, as they outlive a stop."""
        return without_error(self._root)

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Know what was known when these were `everything`."""
        self._root = copied(saved)

    @contextmanager
    def inside(self, key: str, base: Mapping[str, Any]) -> Iterator[None]:
        """Work among the names of a flow that is run, which sees nothing of its caller's."""
        self._calls.append((key, base))
        try:
            yield
        finally:
            self._calls.pop()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Work among the names of the item itself, whatever is under way."""
        calls, self._calls = self._calls, []
        try:
            yield
        finally:
            self._calls = calls

    def aside(self, steps: tuple[Step, ...]) -> Passage:
        """A way for steps that look something up: it knows what is known here, and leaves no names behind."""
        row = (None, None) if self._calls else (self.alias, self.row)
        made = Passage(self.ledger, self.key, steps, self.base, self.now, *row)
        made.restore(self.saved)
        return made

    def receipt_of(self, step: Step) -> Made | None:
        """The receipt of that change, if it was made before."""
        return next((one for one in self.ledger.changes(self.key, "receipt") if one.step == step.identity), None)

    def made(self, address: str) -> None:
        """The change at that address has its receipt."""
        self.last, self._kept = address, self.everything()

    def rewind(self) -> None:
        """Back to the beginning of the segment."""
        self.restore(self._kept)

    def scope(self, **more: Any) -> Mapping[str, Any]:
        """What formulas see now."""
        item = {self.alias: self.row} if self.alias and not self._calls else {}
        return {**self.base, **self.saved, **item, **more}

    def columns(self) -> dict[str, str]:
        """Fingerprints of the columns used so far."""
        return self.row.digests() if self.row else {}

    def told(self, reason: str) -> str:
        """The reason, with what people call the item unless that is in it already."""
        return reason if not self.title or self.title in reason else labelled(self.title, reason)

    def lies_before(self, step: Step) -> bool:
        """Whether the step stands wholly before the last receipt (or is it)."""
        if self.last is None or self.last_is_in(step):
            return step.address == self.last
        return self._order.get(step.address, 0) <= self._order.get(self.last, -1)

    def last_is_in(self, step: Step) -> bool:
        """Whether the last receipt is of a step inside this one."""
        return self.last is not None and step.address != self.last and self.last in _inside(step)


class Walks(Protocol):
    """Who walks passages through their steps."""

    @property
    def course(self) -> Course: ...

    def run(self, steps: tuple[Step, ...], passage: Passage) -> None: ...

    def go(self, steps: tuple[Step, ...], passage: Passage) -> None: ...

    def sign_in_again(self) -> None: ...


def _inside(step: Step) -> frozenset[str]:
    return frozenset(inner.address for inner in walk((step,))) - {step.address}


def until(steps: tuple[Step, ...], identity: str) -> str | None:
    """A fingerprint of the steps up to and with that change, its proofs apart; None where it is not among them."""
    seen: list[Any] = []
    for step in walk(steps):
        composed = step.body or step.loop or step.call
        seen.append([step.action, _condition(step), *_said(step)] if composed else _meaning(step))
        if step.identity == identity:
            return digest(seen)
    return None


def _meaning(step: Step) -> Any:
    """A step as written without what only proves it: mending a proof is no other work."""
    return [
        {name: _without_proofs(one) for name, one in step.raw.items() if name != "dry_run"},
        _condition(step),
    ]


def _condition(step: Step) -> str | None:
    return step.condition.source if step.condition else None


def _said(step: Step) -> list[Any]:
    """What a composed step says beside the steps in it."""
    if step.call:
        return [step.raw]
    return [step.repeat.until.source, step.repeat.most] if step.repeat else []


def _without_proofs(written: Any) -> Any:
    if isinstance(written, dict):
        return {name: one for name, one in written.items() if name not in _PROOFS}
    return written
