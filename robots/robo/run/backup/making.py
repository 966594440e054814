"""A backup, made while runs go on: one file, whole or not there at all."""

from __future__ import annotations

import os
import sqlite3
import time
import zipfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from robo.flow.workspace import Workspace
from robo.kit.disk import make_folder, sync
from robo.kit.errors import Busy, Failed
from robo.kit.messages import _, reason_of
from robo.platforms.files import files
from robo.run.backup.contents import of_runs, of_state, written
from robo.run.backup.manifest import MANIFEST, STORE, Manifest, copied
from robo.run.system.closed import refuse_closed
from robo.run.system.locks import Lock

_PREFIX, _SUFFIX, _PART = "robo-", ".zip", ".part"
_PACKED = (".zip", ".xlsx", ".docx", ".pdf", ".png", ".jpg", ".jpeg", ".webp", ".gz")
"""What packing would not make smaller."""
_OVER = ("done", "failed", "faulty", "broken", "cancelled")


@dataclass(frozen=True)
class Backup:
    """One that was made. size: octets. removed: older ones that had to make room."""

    file: Path
    manifest: Manifest
    size: int
    removed: tuple[Path, ...] = ()


def make_backup(
    workspace: Workspace,
    to: Path | None = None,
    *,
    runs: bool = True,
    secrets: bool = False,
    keep: int | None = None,
    is_closed: bool = False,
) -> Backup:
    """Back the workspace up, whoever works in it. Raises Busy beside another backup, Failed where nothing was made.

    to: a file that is not there yet; by default one with the date in its name, in the workspace's own folder.
    runs: with the folders of runs that have ended. keep: so many of its own folder stay, the older ones are removed.
    is_closed: the caller has closed the workspace; else it is refused while somebody has.
    """
    own = backups_of(workspace)
    lock = Lock(workspace.state / "locks" / "backup.lock")
    now = datetime.now().astimezone()
    if not lock.try_take(_("a backup, begun on {moment}").format(moment=f"{now:%d/%m/%Y %H:%M}")):
        raise Busy(_("another backup is under way: {holder}").format(holder=lock.holder()))
    with lock:
        if not is_closed:
            refuse_closed(workspace.state)
        try:
            make_folder(own)
            own.chmod(0o700)
            _sweep(own)
            file = to.absolute() if to else _free(own, now)
            if file.exists():
                raise Failed(_("{file} is there already, and a backup overwrites nothing").format(file=file))
            make_folder(file.parent)
            manifest = _write(workspace, file, own, now, runs, secrets)
            removed = _thin(own, keep) if keep else ()
        except (OSError, sqlite3.Error) as error:
            reason = reason_of(error) if isinstance(error, OSError) else str(error)
            if isinstance(error, OSError) and error.filename:
                reason = f"{error.filename}: {reason}"
            raise Failed(_("no backup was made: {reason}").format(reason=reason)) from error
    return Backup(file, manifest, file.stat().st_size, removed)


def backups_of(workspace: Workspace) -> Path:
    """The folder in which a workspace keeps its backups unless it is told another."""
    return workspace.state / "backups"


def kept(folder: Path) -> list[Path]:
    """The backups in that folder, the oldest first."""
    found = folder.glob(f"{_PREFIX}*{_SUFFIX}") if folder.is_dir() else ()
    return sorted(found, key=lambda one: (one.stat().st_mtime_ns, one.name))


def _free(folder: Path, now: datetime) -> Path:
    name = f"{_PREFIX}{now:%Y-%m-%d-%H%M%S}"
    names = [name, *(f"{name}-{number}" for number in range(2, 100))]
    return next(one for one in (folder / f"{name}{_SUFFIX}" for name in names) if not one.exists())


def _sweep(folder: Path) -> None:
    """What a backup that was killed left behind. Nobody else makes one now."""
    for one in folder.glob(f"*{_PART}*"):
        one.unlink(missing_ok=True)


def _write(workspace: Workspace, file: Path, own: Path, now: datetime, runs: bool, secrets: bool) -> Manifest:
    part = file.with_name(f"{file.name}{_PART}")
    snapshot = own / f"{STORE}{_PART}"
    # The store first: each run that it knows has its folder, on disk since before it began.
    store = snapshot_of(workspace.database, snapshot) if workspace.database.exists() else None
    try:
        at_work, unfinished = _runs_in(snapshot) if store is not None else (frozenset(), frozenset())
        listed = [
            *written(workspace.root),
            *of_state(workspace.state, workspace.database, secrets),
            *of_runs(workspace.runs, at_work, None if runs else unfinished),
        ]
        digests: dict[str, str] = {}
        handle = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
        with open(handle, "w+b") as target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            if store is not None:
                digests[STORE] = _add(archive, snapshot, STORE, workspace.database.stat().st_mode)
            for one in listed:
                name = one.relative_to(workspace.root).as_posix()
                try:
                    digests[name] = _add(archive, one, name)
                except FileNotFoundError:
                    continue  # it went its way meanwhile
            manifest = Manifest(
                version("robo-rpa"), store, now.isoformat(), str(workspace.root), runs, secrets, digests
            )
            archive.writestr(MANIFEST, manifest.text())
            archive.close()
            target.flush()
            os.fsync(target.fileno())
        files.replace(part, file)
        sync(file.parent)
    finally:
        part.unlink(missing_ok=True)
        snapshot.unlink(missing_ok=True)
    return manifest


def _add(archive: zipfile.ZipFile, file: Path, name: str, mode: int | None = None) -> str:
    """Put a file into the backup; returns its SHA-256. mode: who may read it once it is restored, by default as now."""
    with file.open("rb") as source:
        status = os.fstat(source.fileno())
        about = zipfile.ZipInfo(name, max(time.localtime(status.st_mtime)[:6], (1980, 1, 1, 0, 0, 0)))
        about.external_attr = ((mode or status.st_mode) & 0xFFFF) << 16
        about.compress_type = zipfile.ZIP_STORED if file.suffix.lower() in _PACKED else zipfile.ZIP_DEFLATED
        with archive.open(about, "w", force_zip64=True) as target:
            return copied(source, target)


def snapshot_of(database: Path, copy: Path) -> int:
    """A copy of the store as it is at one instant, sound and in one file; returns its version. Failed, sqlite3.Error.

    Neither store nor writers notice anything: a store of an older version stays one.
    """
    source = sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=60.0)
    os.close(os.open(copy, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    with closing(source), closing(sqlite3.connect(copy)) as target:
        # All pages in one go: a copy in portions would begin anew whenever somebody writes.
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE").fetchall()
        told = [str(row[0]) for row in target.execute("PRAGMA integrity_check(3)")]
        if told != ["ok"]:
            raise Failed(_("the store {file} is damaged: {reason}").format(file=database, reason=told[0]))
        (known,) = target.execute("PRAGMA user_version").fetchone()
    return int(known)


def _runs_in(snapshot: Path) -> tuple[frozenset[str], frozenset[str]]:
    """(the runs that are at work, all that may still go on)."""
    with closing(sqlite3.connect(snapshot)) as store:
        rows = store.execute("SELECT id, ended_at, state FROM run").fetchall()
    at_work = frozenset(run for run, ended, _state in rows if ended is None)
    return at_work, at_work | {run for run, _ended, state in rows if state not in _OVER}


def _thin(folder: Path, keep: int) -> tuple[Path, ...]:
    older = kept(folder)[:-keep]
    for one in older:
        one.unlink(missing_ok=True)
    return tuple(older)
