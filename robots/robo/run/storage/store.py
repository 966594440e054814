"""The store: one SQLite file of the workspace. Every change of state is one transaction, on disk before it returns."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from robo.kit.errors import FaultyFlow
from robo.kit.messages import _

MIGRATIONS = (
    """
    CREATE TABLE run (
        id TEXT PRIMARY KEY, flow TEXT NOT NULL, environment TEXT NOT NULL, state TEXT NOT NULL, reason TEXT,
        attempt INTEGER NOT NULL, inputs TEXT NOT NULL, began_at TEXT NOT NULL, ended_at TEXT,
        folder TEXT NOT NULL, holder TEXT
    );
    CREATE TABLE journal (
        run TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL,
        ledger TEXT, key TEXT, step TEXT, event TEXT NOT NULL, PRIMARY KEY (run, seq)
    );
    CREATE TABLE ledger (name TEXT PRIMARY KEY, flow TEXT NOT NULL, loop TEXT NOT NULL, since TEXT NOT NULL);
    CREATE TABLE item (
        ledger TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, run TEXT NOT NULL, attempt INTEGER NOT NULL,
        position INTEGER, starts INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
        reason TEXT, waits TEXT, began_at TEXT NOT NULL, ended_at TEXT, row TEXT NOT NULL,
        write_back TEXT, target TEXT, written INTEGER NOT NULL DEFAULT 0, accepted TEXT,
        PRIMARY KEY (ledger, key)
    );
    CREATE INDEX item_of_run ON item (run);
    CREATE INDEX item_in_state ON item (ledger, state);
    CREATE TABLE change (
        ledger TEXT NOT NULL, key TEXT NOT NULL, step TEXT NOT NULL, number INTEGER NOT NULL,
        address TEXT NOT NULL, state TEXT NOT NULL, why TEXT, summary TEXT NOT NULL, same_as TEXT NOT NULL,
        preview TEXT NOT NULL, gives TEXT, saved TEXT NOT NULL, columns TEXT NOT NULL, steps TEXT NOT NULL,
        at TEXT NOT NULL, run TEXT NOT NULL, sender TEXT NOT NULL, PRIMARY KEY (ledger, key, step, number)
    );
    CREATE TABLE death (sender TEXT PRIMARY KEY, boot TEXT NOT NULL, seen REAL NOT NULL);
    """,
    "ALTER TABLE change ADD COLUMN facts TEXT",
    # What the service delivers, and what holds it back; when a schedule was due; what people are asked; what came back
    # from a backup.
    """
    CREATE TABLE submission (
        number INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL UNIQUE, flow TEXT NOT NULL, key TEXT UNIQUE,
        source TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, dry INTEGER NOT NULL DEFAULT 0,
        priority INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0, until REAL,
        retries INTEGER NOT NULL DEFAULT 0, cancelled_by TEXT, language TEXT NOT NULL DEFAULT 'fr'
    );
    CREATE TABLE claim (run TEXT NOT NULL, resource TEXT NOT NULL, most INTEGER NOT NULL, PRIMARY KEY (run, resource));
    CREATE INDEX claim_of_resource ON claim (resource);
    CREATE INDEX run_in_state ON run (state);
    CREATE TABLE paused (flow TEXT PRIMARY KEY, by TEXT NOT NULL, at TEXT NOT NULL);
    CREATE TABLE trigger_known (
        name TEXT PRIMARY KEY, flow TEXT NOT NULL, since TEXT NOT NULL, last TEXT, gone_at TEXT
    );
    CREATE TABLE fire (
        trigger TEXT NOT NULL, slot TEXT NOT NULL, due_at TEXT NOT NULL, at TEXT NOT NULL, what TEXT NOT NULL,
        run TEXT, PRIMARY KEY (trigger, slot)
    );
    CREATE TABLE question (
        run TEXT NOT NULL, step TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
        shown TEXT NOT NULL, form TEXT NOT NULL, digest TEXT NOT NULL, allowed TEXT NOT NULL, asked_at TEXT NOT NULL,
        until TEXT, state TEXT NOT NULL, answer TEXT, answered_by TEXT, answered_at TEXT, remark TEXT,
        PRIMARY KEY (run, step, number)
    );
    CREATE TABLE restored (ledger TEXT PRIMARY KEY, at TEXT NOT NULL, backup TEXT NOT NULL);
    """,
)


class Store:
    """A connection. Only the thread that made it uses it; several processes may have one each."""

    def __init__(self, path: Path, busy: float = 600.0, mouth: threading.Lock | None = None) -> None:
        """Open the file, made if missing.

        busy: seconds to wait for another writer. mouth: held during each transaction; who takes it for good silences
        this process.
        """
        self.path = path
        self._mouth = mouth or threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=busy, isolation_level=None)
        self._to_wal(busy)
        self._db.execute("PRAGMA synchronous=FULL")
        self._migrate()

    def _to_wal(self, busy: float) -> None:
        # SQLite's own busy timeout does not cover the change of journal mode of a fresh file.
        until = time.monotonic() + busy
        while self._db.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.01)

    def _migrate(self) -> None:
        (known,) = self._db.execute("PRAGMA user_version").fetchone()
        if known > len(MIGRATIONS):
            raise FaultyFlow(_("this workspace was used by a newer Robo; update Robo to go on with it"))
        if known == len(MIGRATIONS):
            return
        with self.write():
            (known,) = self._db.execute("PRAGMA user_version").fetchone()
            for number, script in enumerate(MIGRATIONS[known:], known + 1):
                for statement in filter(str.strip, script.split(";")):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={number}")

    def all(self, sql: str, /, **values: Any) -> list[tuple[Any, ...]]:
        """Every row."""
        return self._db.execute(sql, values).fetchall()

    def one(self, sql: str, /, **values: Any) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        row: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        return row

    def version(self) -> int:
        """Another number once another connection has written; what this one writes does not count."""
        row = self.one("PRAGMA data_version")
        return int(row[0]) if row else 0

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction: all of it is on disk at the end, or nothing."""
        if self._db.in_transaction:
            yield
            return
        with self._mouth:
            # IMMEDIATE waits for its turn here; a transaction that reads first would fail at its first write instead.
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def close(self, single: bool = False) -> None:
        """End the connection. single: with everything in the one file, which may then be moved; nobody else uses it."""
        if single:
            self._db.execute("PRAGMA journal_mode=DELETE").fetchall()
        self._db.close()


def version_of(database: Path) -> int | None:
    """The version of a store, which stays as it is; None where there is none. Raises sqlite3.Error."""
    if not database.exists():
        return None
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=30.0)) as store:
        return int(store.execute("PRAGMA user_version").fetchone()[0])
