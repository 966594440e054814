"""Names of files that nobody is to take up yet: still being written, downloaded or open in another program."""

from __future__ import annotations

from collections.abc import Iterable

from robo.kit.folders import folded

ENDINGS = (".part", ".crdownload", ".partial", ".filepart", ".download", ".tmp")
"""Of files that are being written under a name for the time being."""
MARKS = ("~$", ".~lock.")
"""How files begin that say that another one is open."""
OWN = ".~robo-"
"""How the names of files begin that robots make on the way; nobody else is to take them up."""


def finished_name(name: str) -> str:
    """The name that the file has once it is written."""
    ending = next((one for one in ENDINGS if folded(name).endswith(one)), "")
    return name[: len(name) - len(ending)]


def open_names(names: Iterable[str]) -> set[str]:
    """The names that the marks among these say are open. Excel leaves out the first two letters of long ones."""
    listed = list(names)
    found = {one.removeprefix("~$") for one in listed if one.startswith("~$")}
    return found | {one[len(".~lock.") : -1] for one in listed if one.startswith(".~lock.")}


def is_open(name: str, open_elsewhere: set[str]) -> bool:
    """Whether a file is among them."""
    return name in open_elsewhere or name[2:] in open_elsewhere
