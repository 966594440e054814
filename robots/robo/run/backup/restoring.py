"""A restore: the workspace as a backup holds it, in a new folder or in the place of what is there."""

from __future__ import annotations

import shutil
import tomllib
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from robo.flow.robotoml import DEFAULT_DATABASE
from robo.flow.workspace import half_restored
from robo.kit.disk import make_folder
from robo.kit.errors import Failed
from robo.kit.messages import _, reason_of
from robo.platforms.files import files
from robo.run.backup.contents import ASIDE, WRITTEN
from robo.run.backup.manifest import STORE, Manifest, opened, unpacked
from robo.run.backup.marks import Marked, mark
from robo.run.backup.swap import Move, commit, finish, free_name
from robo.run.storage.store import MIGRATIONS, Store
from robo.run.system.closed import closed
from robo.run.told.folder import RunFolder

_STATE = ".robo"


@dataclass(frozen=True)
class Restored:
    """root: the workspace. aside: the folder in which everything is that was there, None where nothing was."""

    root: Path
    aside: Path | None
    manifest: Manifest
    marked: Marked


def restore(file: Path, root: Path, holder: str) -> Restored:
    """Put a backup back. Raises Busy where somebody is at work there, Failed where nothing was changed.

    root: an empty folder, one that is made, or a workspace. holder: who restores, for others to read meanwhile.
    """
    root, file = root.absolute(), file.absolute()
    _refuse_foreign(root)
    with opened(file) as archive:
        _refuse_newer(Manifest.of(archive), file)
        try:
            make_folder(root / _STATE / "locks")
            with closed(root / _STATE, holder):
                finish(root)  # what an earlier one had begun
                return _restored(archive, file, root)
        except OSError as error:
            said = _("nothing was restored into {folder}: {reason}").format(folder=root, reason=reason_of(error))
            raise Failed(said) from error


def _restored(archive: zipfile.ZipFile, file: Path, root: Path) -> Restored:
    ready = half_restored(root).parent
    now = datetime.now().astimezone()
    aside = free_name(root / _STATE / f"{ASIDE}{now:%Y-%m-%d-%H%M%S}")
    shutil.rmtree(ready, ignore_errors=True)
    try:
        ready.mkdir(mode=0o700)
        manifest = unpacked(archive, ready / "new")
        database, store = _database(ready / "new", root, manifest), ready / STORE
        if (ready / "new" / STORE).exists():
            files.replace(ready / "new" / STORE, store)
        marked = mark(store, f"{file.name} ({manifest.at})", Path(manifest.root), root, now)
        _catch_up(store, ready / "new" / "runs")
        moves = [*_store_moves(store, database, root, aside), *_moves(ready / "new", root, aside, manifest)]
        was_there = any(move.live.exists() for move in moves)
        commit(root, moves)
    finally:
        if not half_restored(root).exists():
            shutil.rmtree(ready, ignore_errors=True)
    return Restored(root, aside if was_there else None, manifest, marked)


def _refuse_foreign(root: Path) -> None:
    if not root.exists():
        return
    known = (root / "robo.toml").exists() or (root / _STATE).exists()
    if not root.is_dir() or (not known and any(root.iterdir())):
        raise Failed(
            _("{folder} is neither empty nor a workspace: restore into an empty folder with --into").format(folder=root)
        )


def _refuse_newer(manifest: Manifest, file: Path) -> None:
    if manifest.store is not None and manifest.store > len(MIGRATIONS):
        raise Failed(
            _("{file} was made by Robo {version}, which is newer than this one: update Robo first").format(
                file=file, version=manifest.robo
            )
        )


def _database(new: Path, root: Path, manifest: Manifest) -> Path:
    """Where the restored robo.toml has its store. Raises Failed where that is another workspace's."""
    try:
        told = tomllib.loads((new / "robo.toml").read_text("utf-8-sig")).get("workspace", {})
        said = str(told.get("database", DEFAULT_DATABASE))
    except (OSError, ValueError, AttributeError):
        said = DEFAULT_DATABASE  # what is wrong with robo.toml is told when it is opened
    database = root / said.removeprefix("sqlite:")
    if not database.resolve().is_relative_to(root.resolve()) and Path(manifest.root) != root:
        raise Failed(
            _("its robo.toml keeps the store in {file}, which is that of {folder}: restore it there").format(
                file=database, folder=manifest.root
            )
        )
    return database


def _store_moves(store: Path, database: Path, root: Path, aside: Path) -> list[Move]:
    """The old store goes aside with its log of changes, which must never meet another store."""

    def place(file: Path) -> Path:
        inside = file.is_relative_to(root)
        return aside / file.relative_to(root) if inside else file.with_name(f"{aside.name}-{file.name}")

    if not database.is_relative_to(root):
        make_folder(database.parent)
        near = database.with_name(f"{database.name}.part")
        shutil.copyfile(store, near)
        near.chmod(0o600)
        store = near
    logs = [database.with_name(f"{database.name}{suffix}") for suffix in ("-wal", "-shm", "-journal")]
    return [*(Move(None, log, place(log)) for log in logs), Move(store, database, place(database))]


def _moves(new: Path, root: Path, aside: Path, manifest: Manifest) -> list[Move]:
    names = ["robo.toml", *WRITTEN]
    runs = [f"runs/{one.name}" for one in _inside(new / "runs")]
    names += ["runs"] if manifest.runs else runs  # else the folders of ended runs that are there stay
    names += [f"{_STATE}/{one.name}" for one in _inside(new / _STATE)]
    moves = [Move(new / name if (new / name).exists() else None, root / name, aside / name) for name in names]
    return [move for move in moves if move.new or move.live.exists()]


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _catch_up(database: Path, runs: Path) -> None:
    """The journals in the folders of the runs say what the store says, which may be a moment older than they are."""
    store = Store(database)
    try:
        for (run,) in store.all("SELECT id FROM run"):
            if (runs / run).is_dir():
                RunFolder(runs / run).catch_up(store, run)
    finally:
        store.close(single=True)
