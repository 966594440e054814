"""Files that arrive: looked for again and again, since a share tells nobody what is put into it.

A file has arrived once two looks, two seconds apart or more, have found it alike. It is known again by its path, its
size and when it was changed: what lies there when the service begins has arrived too, and is not taken up twice.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from robo.flow.workspace import Workspace
from robo.kit.data import dataclass
from robo.kit.folders import folded
from robo.kit.unfinished import MARKS, OWN, finished_name, is_open, open_names

SETTLED = 2.0
"""Seconds for which a file must have stayed as it is."""


@dataclass(frozen=True)
class Looks:
    """How a file was found. size in bytes, changed in nanoseconds."""

    size: int
    changed: int


@dataclass(frozen=True)
class Seen:
    """Since when a file looks as it does, by a clock that nobody sets; told: whether it has arrived already."""

    looks: Looks
    since: float
    told: bool = False


State = Mapping[str, Seen]
"""What was seen, by path."""


@dataclass(frozen=True)
class Arrived:
    """A file that has arrived. path: as inputs of flows take it; key: what it is known again by."""

    path: str
    key: str


def settle(found: Mapping[str, Looks], state: State, now: float) -> tuple[State, tuple[Arrived, ...]]:
    """What is known after a look, and which files have arrived by it. found: path to how it was found; now: seconds."""
    known: dict[str, Seen] = {}
    arrived: list[Arrived] = []
    for path, looks in found.items():
        before = state.get(path)
        seen = before if before and before.looks == looks else Seen(looks, now)
        if not seen.told and now - seen.since >= SETTLED:
            seen = Seen(looks, seen.since, told=True)
            arrived.append(Arrived(path, f"{path}|{looks.size}|{looks.changed}"))
        known[path] = seen
    return known, tuple(arrived)


def look(pattern: str, workspace: Workspace) -> dict[str, Looks]:
    """The files of a pattern, in the order of their names, but for those that nobody may take up yet.

    Raises OSError where the folder itself cannot be listed; what vanishes meanwhile is not there.
    """
    parts = pattern.split("/")
    first = next((place for place, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts) - 1)
    base = workspace.resolve("/".join(parts[:first]))
    wanted = [folded(part) for part in parts[first:]]
    with os.scandir(base):
        pass  # said here, since what lies below may vanish
    return {_shown(path, workspace): looks for path, looks in _below(base, wanted)}


def _below(folder: Path, wanted: list[str]) -> Iterator[tuple[Path, Looks]]:
    part, *rest = wanted
    if part == "**":
        yield from _below(folder, rest or ["*"])
    there = _listed(folder)
    open_elsewhere = open_names(one.name for one in there)
    for one in there:
        if _is_folder(one):
            if part == "**":
                yield from _below(Path(one.path), wanted)
            elif rest and fnmatchcase(folded(one.name), part):
                yield from _below(Path(one.path), rest)
        elif not rest and part != "**" and fnmatchcase(folded(one.name), part):
            looks = _looks(one, open_elsewhere)
            if looks:
                yield Path(one.path), looks


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as listed:
            return sorted(listed, key=lambda one: (folded(one.name), one.name))
    except OSError:
        return []


def _is_folder(one: os.DirEntry[str]) -> bool:
    try:
        return one.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _looks(one: os.DirEntry[str], open_elsewhere: set[str]) -> Looks | None:
    """How it is found, None where it is no file that may be taken up: unfinished, open, empty, a link."""
    unfinished = one.name.startswith((OWN, *MARKS)) or one.name != finished_name(one.name)
    if unfinished or is_open(one.name, open_elsewhere):
        return None
    try:
        # asked anew: what a folder tells of its entries may be old on a share
        status = os.stat(one.path, follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode) or status.st_size == 0:
            return None
        with open(one.path, "rb"):  # fails where a program on Windows holds it for itself
            return Looks(status.st_size, status.st_mtime_ns)
    except OSError:
        return None


def _shown(path: Path, workspace: Workspace) -> str:
    return path.relative_to(workspace.root).as_posix() if path.is_relative_to(workspace.root) else path.as_posix()
