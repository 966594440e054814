"""Which triggers are known, and what became of each time at which one was due: written with what follows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from robo.run.storage.clock import SystemClock
from robo.run.storage.store import Store


@dataclass(frozen=True)
class Fire:
    """That a trigger was due. slot: what tells one time from another; due_at: ISO, in UTC."""

    trigger: str
    slot: str
    due_at: str


def follow_triggers(store: Store, flows: Mapping[str, str], now: str) -> None:
    """These triggers are followed from now on, and no others; within a transaction.

    flows: name to the path of its flow; now: ISO, in UTC. One that was gone and is back begins anew: what it would have
    brought about meanwhile was not wanted.
    """
    known: dict[str, str | None] = dict(store.all("SELECT name, gone_at FROM trigger_known"))
    for name, flow in flows.items():
        if name not in known or known[name]:
            store.all(
                "INSERT OR REPLACE INTO trigger_known (name, flow, since) VALUES (:name, :flow, :now)",
                name=name, flow=flow, now=now,
            )  # fmt: skip
    for name in known.keys() - flows.keys():
        if not known[name]:
            store.all("UPDATE trigger_known SET gone_at = :now WHERE name = :name", name=name, now=now)


def last_of(store: Store, trigger: str) -> datetime:
    """The last time that was decided about, else since when the trigger is known. With its zone."""
    row = store.one("SELECT max(coalesce(last, ''), since) FROM trigger_known WHERE name = :name", name=trigger)
    assert row is not None
    return datetime.fromisoformat(row[0])


def is_known(store: Store, fire: Fire) -> bool:
    """Whether that time was decided about already."""
    return run_of(store, fire) is not None


def run_of(store: Store, fire: Fire) -> str | None:
    """The run that followed of that time, "" where none did, None where nothing was decided yet."""
    row = store.one(
        "SELECT coalesce(run, '') FROM fire WHERE trigger = :trigger AND slot = :slot",
        trigger=fire.trigger, slot=fire.slot,
    )  # fmt: skip
    return str(row[0]) if row else None


def note_fire(store: Store, fire: Fire, what: str, run: str | None = None) -> None:
    """Write down what became of it; within a transaction. what: run, missed, paused, running, faulty."""
    store.all(
        "INSERT OR IGNORE INTO fire VALUES (:trigger, :slot, :due, :now, :what, :run)",
        trigger=fire.trigger, slot=fire.slot, due=fire.due_at, now=SystemClock().now().isoformat(), what=what, run=run,
    )  # fmt: skip
    store.all(
        "UPDATE trigger_known SET last = max(coalesce(last, ''), :due) WHERE name = :trigger",
        trigger=fire.trigger, due=fire.due_at,
    )  # fmt: skip
