"""Counts over the journal and the ledger: what a loop and its run have done so far."""

from __future__ import annotations

import json

from robo.run.storage.store import Store


def begun_keys(store: Store, run: str, ledger: str) -> set[str]:
    """The items that this run has begun."""
    rows = store.all(
        "SELECT DISTINCT key FROM journal WHERE run = :run AND ledger = :ledger AND kind = 'item.begun'",
        run=run,
        ledger=ledger,
    )
    return {key for (key,) in rows}


def rows_refused(store: Store, run: str, attempt: int, ledger: str | None, position: int | None = None) -> int:
    """How many rows this start has refused for their keys (in that ledger, at that position)."""
    rows = store.all(
        "SELECT event FROM journal WHERE run = :run AND ledger = coalesce(:ledger, ledger) AND kind = 'row.refused'",
        run=run,
        ledger=ledger,
    )
    found = [json.loads(event) for (event,) in rows]
    return sum(event["attempt"] == attempt and (position is None or event["position"] == position) for event in found)


def alarmed(store: Store, run: str, ledger: str, has_receipts: bool) -> bool:
    """Whether to ask before going on: the proof did not come for the very first change, or three times in a row.

    What a person has decided meanwhile, from wherever, is asked about no more.
    """
    rows = store.all(
        "SELECT journal.kind, journal.event, change.why FROM journal LEFT JOIN change "
        "ON change.ledger = journal.ledger AND change.key = journal.key AND change.step = journal.step "
        "AND change.number = json_extract(journal.event, '$.number') "
        "WHERE journal.run = :run AND journal.ledger = :ledger "
        "AND journal.kind IN ('change.made', 'change.in_doubt', 'change.not_made') ORDER BY journal.seq DESC LIMIT 3",
        run=run,
        ledger=ledger,
    )
    live = [
        kind == "change.in_doubt" and bool(json.loads(event).get("live")) and why not in ("again", "past", "person")
        for kind, event, why in rows
    ]
    return bool(live) and ((not has_receipts and live[0]) or (len(live) == 3 and all(live)))
