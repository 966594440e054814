"""Paths as people write them, with /: where they begin, through which names they lead, and what is wrong with them.

Only texts are looked at, none of the machine's folders: a workspace is checked alike wherever it is checked, but for
what a system has no word for, such as a drive.
"""

from __future__ import annotations

import re

from robo.kit.folders import name_fault
from robo.kit.messages import _
from robo.platforms import NAME

_WINDOWS = "win32"
_DRIVE = re.compile(r"[A-Za-z]:/")
_SHARE = re.compile(r"//([^/]+)/([^/]+)(?:/|$)")
_DRIVE_ALONE = re.compile(r"[A-Za-z]:(?!/)")


def parted(way: str) -> tuple[str, tuple[str, ...]]:
    """(where it begins, the names that it leads through). It begins at "S:/", "//server/share/", "/" or here: ""."""
    begins = _DRIVE.match(way) or _SHARE.match(way)
    start = begins.group() if begins else way[:1] if way.startswith("/") else ""
    rest = way[len(start) :].removesuffix("/")
    return start, tuple(rest.split("/")) if rest else ()


def form_fault(way: str) -> tuple[str, str]:
    """(what is wrong with how it is written, a mend), on whatever system; ("", "") where nothing is."""
    if "\\" in way:
        return _("“{way}” holds \\: folders are separated by /").format(way=way), way.replace("\\", "/")
    if _DRIVE_ALONE.match(way):
        said = _("“{way}” names a drive without / behind it: it would depend on where a program stands")
        return said.format(way=way), f"{way[:2]}/{way[2:]}"
    return "", ""


def start_fault(way: str, system: str = NAME) -> str:
    """Why a path cannot begin there on that system, by Python's name for it; empty where it can."""
    share = _SHARE.match(way)
    if share and (fault := name_fault(share[1]) or name_fault(share[2])):
        return fault
    if system == _WINDOWS:
        return ""
    if share:
        said = _("“{way}” names a share as Windows does: here, name the folder in which it is mounted")
        return said.format(way=way)
    if _DRIVE.match(way):
        return _("“{way}” names a drive of Windows: this system has none").format(way=way)
    return ""


def way_fault(way: str, system: str = NAME) -> str:
    """Why this is no path of names that every system can hold; empty where it is one."""
    if not way.strip("/ "):
        return _("it is empty")
    fault = form_fault(way)[0] or start_fault(way, system)
    if fault:
        return fault
    for name in parted(way)[1]:
        fault = _("{way} leads out of its folder").format(way=way) if name == ".." else name_fault(name)
        if fault:
            return fault
    return ""
