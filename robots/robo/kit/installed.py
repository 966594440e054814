"""What installed packages offer under an entry point group: as importlib.metadata finds it, without its 30 ms."""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from typing import Any


def offered(group: str) -> list[tuple[str, str]]:
    """(name, what it stands for) of every entry point of the group, such as ("browser", "robo.browser")."""
    if any(hasattr(finder, "find_distributions") and finder is not PathFinder for finder in sys.meta_path):
        return _by_the_library(group)
    packages: set[str] = set()
    found: list[tuple[str, str]] = []
    for folder in (part or "." for part in sys.path):
        if os.path.isfile(folder) or folder.lower().endswith(".egg"):
            return _by_the_library(group)
        for entry in _listed(folder):
            package, _dot, kind = entry.lower().rpartition(".")
            package = re.sub(r"[-_.]+", "_", package.partition("-")[0])
            if kind in ("dist-info", "egg-info") and package not in packages:
                packages.add(package)  # the first on the path hides the others, as it does for imports
                found += _of_group(os.path.join(folder, entry, "entry_points.txt"), group)
    return found


def load(value: str) -> Any:
    """The module that an entry point names, or what it names in it: "robo.browser", "package.module:thing"."""
    module, _colon, names = value.partition("[")[0].partition(":")
    made: Any = importlib.import_module(module.strip())
    for name in filter(None, names.strip().split(".")):
        made = getattr(made, name)
    return made


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _of_group(file: str, group: str) -> Iterator[tuple[str, str]]:
    try:
        with open(file, encoding="utf-8") as stream:
            lines = [line.strip() for line in stream]
    except OSError:
        return
    section = ""
    for line in lines:
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif section == group and line and not line.startswith("#"):
            name, _equals, value = line.partition("=")
            yield name.strip(), value.strip()


def _by_the_library(group: str) -> list[tuple[str, str]]:
    """For paths and finders of other kinds: archives, eggs, what an installer has put in the way of imports."""
    from importlib.metadata import entry_points

    return [(point.name, point.value) for point in entry_points(group=group)]
