"""Which name a file will have: the one that is asked for, or a numbered one where that is taken."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Literal, NamedTuple

from robo.files.contents import are_one, holds
from robo.kit.errors import Refused
from robo.kit.folders import folded
from robo.kit.messages import _
from robo.kit.outlook import outlook

Conflict = Literal["number", "refuse"]


class Target(NamedTuple):
    """Where a file goes. filed: whether its very content is there already."""

    path: Path
    filed: bool


def target_for(to: Path, digest: str, if_exists: Conflict, itself: Path) -> Target:
    """The first name that is free, or under which this content lies already.

    Names are compared as systems do that know neither case nor accents written in two ways. itself: the file that is to
    go there, which is in nobody's way. Refused where another content has the name and no number is wanted.
    """
    folder = _as_it_is_written(to.parent)
    taken = {folded(name): folder / name for name in outlook().names(folder)}
    for number in itertools.count(1):
        name = to.name if number == 1 else f"{to.stem} ({number}){to.suffix}"
        there = taken.get(folded(name))
        if there is None:
            return Target(folder / name, False)
        if number == 1 and there.is_dir():
            raise Refused(_("{path} is a folder: write it with / at its end").format(path=there))
        if are_one(there, itself) or holds(outlook().content(there), digest):
            return Target(there, True)
        if if_exists == "refuse":
            raise Refused(_("{path} is there already, with other content").format(path=there))
    raise AssertionError


def _as_it_is_written(folder: Path) -> Path:
    """The folder under the names that are there already, whatever the case in which they are asked for."""
    if outlook().exists(folder) or folder == folder.parent:
        return folder
    above = _as_it_is_written(folder.parent)
    for name in outlook().names(above):
        # A link may lead elsewhere: only what was asked for by its very name is followed.
        if folded(name) == folded(folder.name) and not (above / name).is_symlink():
            return above / name
    return above / folder.name
