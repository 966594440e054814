"""What a person decides: about an item in doubt, about one that waits, about a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.run.storage.deaths import RESTORED, Deaths
from robo.run.storage.frames import copied, frame_of
from robo.run.storage.ledger import Ledger, Overtaken
from robo.run.storage.records import Item, Made
from robo.run.storage.store import Store
from robo.run.told.states import state_word

Verdict = Literal["done", "again", "give-up"]


@dataclass(frozen=True)
class Question:
    """Something that waits for a person. number: the intent that it is about, None where it is about none.

    asks: names that `done` must give. preview: what was to be entered.
    """

    ledger: str
    key: str
    why: str
    reason: str
    step: str | None = None
    number: int | None = None
    summary: str = ""
    preview: Mapping[str, Any] | None = None


def questions(ledger: Ledger) -> list[Question]:
    """All that waits for a person in a ledger."""
    found = []
    for item in ledger.items():
        if item.state in ("in_doubt", "committing"):
            made = ledger.open_change(item.key)
            found.append(_about(ledger, item, made))
        elif item.waits:
            found.append(Question(ledger.name, item.key, item.waits, item.reason or ""))
    return found


def _about(ledger: Ledger, item: Item, made: Made | None) -> Question:
    if made is None:
        return Question(ledger.name, item.key, "doubt", item.reason or "")
    return Question(
        ledger.name, item.key, "doubt", item.reason or "", made.step, made.number, made.change.summary,
        made.change.preview,
    )  # fmt: skip


def left_before_again(made: Made, deaths: Deaths, late: float | None, looked: float = 0.0) -> float | None:
    """Seconds until "it is not there" can be believed: 0.0 now, None never on this machine.

    looked: how many seconds ago somebody looked: what was not there yet then may have come since.
    """
    since = deaths.since(made.sender)
    return None if since is None or late is None else max(0.0, late + 0.01 - (since - looked))


def decide(
    ledger: Ledger,
    key: str,
    verdict: Verdict,
    *,
    step: str | None = None,
    number: int | None = None,
    gives: Mapping[str, Any] | None = None,
    deaths: Deaths,
    late: float | None,
    row: Mapping[str, Any] | None = None,
    looked: float = 0.0,
) -> None:
    """Settle what waits about one item. Raises Failed where the decision cannot be taken any more, or not yet.

    step, number: the intent that the person looked at. gives: for `done`, what the answer would have shown.
    row: the item's row today, where it waits because that has changed.
    looked: how many seconds ago the person looked.
    """
    item = ledger.item(key)
    if item is None:
        raise Failed(_("{ledger} does not know {key}").format(ledger=ledger.name, key=key))
    made = ledger.open_change(key)
    try:
        if made is not None:
            if (step, number) != (made.step, made.number):
                raise Failed(_("this was decided about an earlier sending; look again"))
            if made.state == "intent":
                raise Failed(
                    _("{key} is being sent right now, or its run was stopped: resume it first").format(key=key)
                )
            _settle(ledger, made, verdict, gives, left_before_again(made, deaths, late, looked))
        elif number is not None:
            raise Failed(_("{key} is no longer in doubt").format(key=key))
        elif item.waits:
            _release(ledger, item, verdict, row)
        else:
            raise Failed(
                _("{key} does not wait for anybody: it is {state}").format(key=key, state=state_word(item.state))
            )
    except Overtaken:
        raise Failed(_("{key} has changed meanwhile; look again").format(key=key)) from None


def _settle(ledger: Ledger, made: Made, verdict: Verdict, gives: Mapping[str, Any] | None, left: float | None) -> None:
    match verdict:
        case "done":
            saved = copied(made.saved)
            frame_of(saved, made.step).update(gives or {})
            ledger.receipt(made, dict(gives) if gives else None, saved, "person")
        case "again":
            if left is None:
                raise Failed(
                    _("whatever was sent may still arrive: its robot was not seen dead here, or its site may queue it")
                )
            if left > 0:
                raise Failed(
                    _("too early: what was sent may still arrive; look again in {left:.0f} s").format(left=left + 0.5)
                )
            ledger.again(made, _("a person saw that it is not there"))
        case "give-up":
            ledger.not_made(made, "again", "given_up", _("given up by a person"))


def _release(ledger: Ledger, item: Item, verdict: Verdict, row: Mapping[str, Any] | None) -> None:
    seen = (item.state,)
    match verdict:
        case "done":
            ledger.release(item.key, seen, to="done", accepted=row if row is not None else item.row)
        case _ if item.state == "done":
            raise Failed(_("{key} is done: it can only be left as it is").format(key=item.key))
        case "give-up":
            ledger.release(item.key, seen, to="given_up")
        case "again":
            if item.waits in ("row", "steps"):
                ledger.relearn(item.key, row if row is not None else item.row)
            ledger.release(item.key, seen)


def retry(ledger: Ledger, keys: list[str] | None, states: tuple[str, ...]) -> list[str]:
    """Put ended items back to work: those named, or all in these states; returns their keys."""
    again = []
    for item in ledger.items("refused", "failed", "given_up", "skipped"):
        named = item.key in keys if keys else item.state in states
        if named:
            try:
                ledger.release(item.key, (item.state,), to="todo")
            except Overtaken:
                continue  # a run has taken it meanwhile
            again.append(item.key)
    return again


def lift(ledger: Ledger, store: Store) -> bool:
    """A person says that whatever the ledger does not know as done was not done since the backup.

    From now on it is done without being looked up first. False where nothing was to be lifted.
    """
    with store.write():
        for item in ledger.items("in_doubt", "committing"):
            made = ledger.open_change(item.key)
            if made and made.sender == RESTORED:
                ledger.again(made, _("a person has lifted the mark of the restore"))
        found = store.one("DELETE FROM restored WHERE ledger = :name RETURNING at", name=ledger.name)
    return found is not None
