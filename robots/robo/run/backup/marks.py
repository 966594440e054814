"""What a store that came back from a backup knows about itself: it may be older than the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from robo.run.storage.clock import SystemClock
from robo.run.storage.deaths import RESTORED, SeenDeaths
from robo.run.storage.ledger import BEFORE
from robo.run.storage.store import Store
from robo.run.system.processes import Identity


@dataclass(frozen=True)
class Marked:
    """ledgers: those that are looked up first from now on. runs: those that had not ended."""

    ledgers: tuple[str, ...]
    runs: tuple[str, ...]


def mark(database: Path, backup: str, was: Path, root: Path, now: datetime) -> Marked:
    """Mark the store, made if missing: whatever it does not know as done may have been done since.

    backup: what people know the backup by. was, root: where the workspace was, and where it is now.
    """
    store = Store(database)
    clock = SystemClock()
    try:
        with store.write():
            at = now.isoformat()
            for named in (
                "SELECT name FROM ledger",
                "SELECT 'run/' || id FROM run WHERE state <> 'done'",
                "SELECT 'run/' || run FROM submission",
                "SELECT '*'",
            ):
                store.all(
                    f"INSERT OR REPLACE INTO restored SELECT one.*, :at, :backup FROM ({named}) AS one",  # noqa: S608
                    at=at, backup=backup,
                )  # fmt: skip
            # What was proved not made was proved before the backup, and may have been made since.
            store.all("UPDATE change SET why = :why WHERE state = 'void'", why=BEFORE)
            # Others may have sent the same since: whoever is in question is seen dead again, and `late` begins anew.
            store.all("DELETE FROM death")
            SeenDeaths(store, clock, Identity.mine().boot).saw(RESTORED)
            _move(store, was, root)
        ledgers = tuple(name for (name,) in store.all("SELECT name FROM ledger ORDER BY name"))
        runs = tuple(run for (run,) in store.all("SELECT id FROM run WHERE ended_at IS NULL ORDER BY id"))
    finally:
        store.close(single=True)
    return Marked(ledgers, runs)


def _move(store: Store, was: Path, root: Path) -> None:
    """Runs stand in the folder in which the workspace is now."""
    old, new = str(was), str(root)
    for column in ("folder", "flow"):
        store.all(
            f"UPDATE run SET {column} = :new || substr({column}, length(:old) + 1) "  # noqa: S608
            f"WHERE substr({column}, 1, length(:old)) = :old AND substr({column}, length(:old) + 1, 1) IN ('/', '\\')",
            old=old, new=new,
        )  # fmt: skip
