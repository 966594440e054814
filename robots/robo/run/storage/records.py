"""An item and its changes, as the store keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from robo.kit.change import Change, Intent
from robo.run.storage.facts import Rendered, change_of, rendered_of
from robo.run.storage.values import unpack

State = Literal[
    "todo", "started", "committing", "in_doubt", "done", "refused", "failed", "given_up", "skipped", "planned"
]  # fmt: skip
"""planned: of a dry run alone, in its own copy of the store."""


@dataclass(frozen=True)
class Item:
    """One work item as the ledger knows it.

    run, attempt: which start of which run touched it last. position: its place in the source.
    starts: beginnings since its last ending, or attempts to look up its doubt.
    failures: technical endings since a person or a success.
    waits: why a person must look although it is not in doubt: "failures", "row", "steps", "changed".
    row: what the item was made of when it began, by column. accepted: digest of the row that a person accepted.
    """

    key: str
    state: str
    run: str
    attempt: int
    position: int | None
    starts: int
    failures: int
    reason: str | None
    waits: str | None
    began_at: datetime
    ended_at: str | None
    row: Mapping[str, Any]
    write_back: Mapping[str, Any]
    target: str | None
    written: bool
    accepted: str | None


@dataclass(frozen=True)
class Made:
    """A change in the ledger: an intent, a doubt, a receipt, or one that was certainly not made ("void").

    saved: the names known once it was made, or when it was meant. columns: digests of the columns used until then.
    steps: digest of the steps until then. sender: the process that was to make it.
    action, documents: empty for what an earlier version of Robo wrote down.
    """

    key: str
    step: str
    number: int
    address: str
    state: str
    why: str | None
    change: Change
    gives: Any
    saved: Mapping[str, Any]
    columns: Mapping[str, str]
    steps: str
    at: str
    run: str
    sender: str
    action: str = ""
    documents: tuple[Rendered, ...] = ()

    @property
    def intent(self) -> Intent:
        """As the action's `settle` is asked about it."""
        return Intent(self.step, self.number, datetime.fromisoformat(self.at), self.change)


ITEM_COLUMNS = (
    "key, state, run, attempt, position, starts, failures, reason, waits, began_at, ended_at, row, "
    "write_back, target, written, accepted"
)
CHANGE_COLUMNS = (
    "key, step, number, address, state, why, summary, same_as, preview, gives, saved, columns, steps, at, run, sender, "
    "facts"
)


def item_of(row: tuple[Any, ...]) -> Item:
    """The item from its `ITEM_COLUMNS`."""
    (key, state, run, attempt, position, starts, failures, reason, waits, began, ended, values, back, target, written,
     accepted) = row  # fmt: skip
    return Item(
        key, state, run, attempt, position, starts, failures, reason, waits, datetime.fromisoformat(began), ended,
        unpack(values) or {}, unpack(back) or {}, target, bool(written), accepted,
    )  # fmt: skip


def made_of(row: tuple[Any, ...]) -> Made:
    """The change from its `CHANGE_COLUMNS`."""
    (key, step, number, address, state, why, summary, same_as, preview, gives, saved, columns, steps, at, run,
     sender, told) = row  # fmt: skip
    facts = unpack(told) or {}
    change = change_of(summary, tuple(unpack(same_as)), unpack(preview), facts)
    return Made(
        key, step, number, address, state, why, change, unpack(gives), unpack(saved), unpack(columns), steps, at, run,
        sender, facts.get("action", ""), rendered_of(facts),
    )  # fmt: skip
