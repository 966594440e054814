"""What of a workspace goes into a backup."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

WRITTEN = ("flows", "templates", "robots", "tests")
"""The folders in which people write."""
ASIDE = "before-restore-"
"""What a restore moved aside stands in the folder of state under names that begin so."""
FOLLOWING = ("journal.jsonl", "run.log")
"""Files of a run's folder that follow the store: of a run that has not ended they are made anew from it."""
_NOT_STATE = ("locks", "backups", "restore", "closed", "cache")
_SECRETS = "secrets.json"


def written(root: Path) -> Iterator[Path]:
    """robo.toml, and what people write beside it."""
    if (root / "robo.toml").is_file():
        yield root / "robo.toml"
    for name in WRITTEN:
        yield from files_below(root / name)


def of_state(state: Path, database: Path, secrets: bool) -> Iterator[Path]:
    """What Robo keeps beside its store; no lock, no other backup, and passwords only where they are asked for."""
    if not state.is_dir():
        return
    for one in sorted(state.iterdir()):
        store = one.name.startswith(database.name) and one.parent == database.parent
        if store or one.name in _NOT_STATE or one.name.startswith((ASIDE, "secrets-")) or one.suffix == ".lock":
            continue
        if one.name == _SECRETS and not secrets:
            continue
        yield from files_below(one)


def of_runs(runs: Path, at_work: frozenset[str], only: frozenset[str] | None) -> Iterator[Path]:
    """The folders of the runs. at_work: those whose journal is still growing. only: none but these."""
    if not runs.is_dir():
        return
    for folder in sorted(one for one in runs.iterdir() if one.is_dir()):
        if only is not None and folder.name not in only:
            continue
        for file in files_below(folder):
            if folder.name not in at_work or file.parent != folder or file.name not in FOLLOWING:
                yield file


def files_below(place: Path) -> Iterator[Path]:
    """The files in a folder and below, or the file itself; nothing that is made anew or still being written."""
    if place.is_file():
        yield place
    for folder, names, files in os.walk(place):
        names[:] = sorted(name for name in names if name != "__pycache__" and not name.startswith(".git"))
        for name in sorted(files):
            file = Path(folder) / name
            if file.is_file() and not name.endswith((".part", ".tmp", ".pyc")):
                yield file
