"""What a dry run has planned so far, read from its own copy of the store."""

from __future__ import annotations

from robo.run.storage.records import CHANGE_COLUMNS, Made, made_of
from robo.run.storage.store import Store


def planned(store: Store, run: str) -> list[tuple[str, Made]]:
    """The changes that would be made, in their order, each with its ledger."""
    rows = store.all(
        f"SELECT ledger, {CHANGE_COLUMNS} FROM change WHERE run = :run AND why = 'planned' ORDER BY rowid",  # noqa: S608
        run=run,
    )
    return [(ledger, made_of(tuple(row))) for ledger, *row in rows]
