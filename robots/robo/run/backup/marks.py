"""What a store that came back from a backup knows about itself: it may be older than the world."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from robo.kit.messages import _
from robo.run.storage.clock import SystemClock
from robo.run.storage.deaths import ELSEWHERE, RESTORED, SeenDeaths
from robo.run.storage.ledger import BEFORE
from robo.run.storage.store import Store
from robo.run.system.processes import Identity, is_dead


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
            _end_elsewhere(store)
            runs = _end_runs(store, clock.now().isoformat())
            _move(store, was, root)
        ledgers = tuple(name for (name,) in store.all("SELECT name FROM ledger ORDER BY name"))
    finally:
        store.close(single=True)
    return Marked(ledgers, runs)


def _end_elsewhere(store: Store) -> None:
    """Nobody sees the machine that the backup came from: who restores here says that nothing is at work there."""
    for (sender,) in store.all("SELECT DISTINCT sender FROM change WHERE state IN ('intent', 'doubt')"):
        with suppress(ValueError):  # the mark of an earlier restore
            if is_dead(Identity.parse(sender)) is None:
                store.all(
                    "UPDATE change SET sender = :elsewhere WHERE sender = :sender", elsewhere=ELSEWHERE, sender=sender
                )


def _end_runs(store: Store, now: str) -> tuple[str, ...]:
    """Nobody carries out any run now: those of the service wait for it, the others for a person."""
    runs = tuple(
        run for (run,) in store.all("SELECT id FROM run WHERE state IN ('running', 'admitted', 'queued') ORDER BY id")
    )
    store.all(
        "UPDATE run SET state = 'queued', holder = NULL WHERE state IN ('running', 'admitted') "
        "AND id IN (SELECT run FROM submission)"
    )
    store.all("DELETE FROM claim WHERE run IN (SELECT id FROM run WHERE state = 'running')")
    store.all(
        "UPDATE run SET state = 'stopped', holder = NULL, ended_at = :now, reason = :reason WHERE state = 'running'",
        now=now, reason=_("the workspace was restored from a backup"),
    )  # fmt: skip
    return runs


def _move(store: Store, was: Path, root: Path) -> None:
    """Runs stand in the folder in which the workspace is now."""
    old, new = str(was), str(root)
    for column in ("folder", "flow"):
        store.all(
            f"UPDATE run SET {column} = :new || substr({column}, length(:old) + 1) "  # noqa: S608
            f"WHERE substr({column}, 1, length(:old)) = :old AND substr({column}, length(:old) + 1, 1) IN ('/', '\\')",
            old=old, new=new,
        )  # fmt: skip
