"""Paths that flows may write to: in a folder that `robo.toml` declares, under names that every system can hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from robo.kit.data import dataclass
from robo.kit.messages import _

LONGEST_NAME = 200
"""Bytes of a name: systems hold 255, and " (12)" or a mark of our own must still fit."""


@dataclass(frozen=True)
class Declared:
    """Marks a parameter whose path must lie in one of the declared folders, links followed.

    new: whether something is made there: then each merged value is one name, all but a leading folder.
    name_of: the parameter whose file's name is taken where the path ends with "/".
    """

    new: bool = False
    name_of: str = ""


DeclaredFile = Annotated[Path, Declared()]
"""A file that is there, in a declared folder: it may be moved, copied or written into."""

Destination = Annotated[Path, Declared(new=True)]
"""Where a file is made, in a declared folder. `classement/{{ annee }}/{{ nom }}.pdf`: each merged value is one name."""

FilesDestination = Annotated[Path, Declared(new=True, name_of="file")]
"""Where the file of the parameter `file` goes; where it ends with "/" the file keeps its name."""


def declared(hints: Mapping[str, Any]) -> dict[str, Declared]:
    """The parameters among these types that are so marked, as flows write them."""
    found: dict[str, Declared] = {}
    for name, hint in hints.items():
        marks = [mark for mark in get_args(hint) if isinstance(mark, Declared)]
        if marks:
            found[name.rstrip("_")] = marks[0]
    return found


def folded(name: str) -> str:
    """The name as it is compared with others: two that differ in case or in how accents are written are one."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def name_fault(name: str) -> str:
    """Why this cannot be the name of a file or folder on every system, in words; empty where it can."""
    if not name.strip():
        return _("it is empty")
    if name in (".", ".."):
        return _("“{name}” leads to another folder").format(name=name)
    separator = next((sign for sign in name if sign in "/\\"), "")
    if separator:
        return _("“{name}” holds {sign}, which separates folders").format(name=name, sign=separator)
    for sign in name:
        if sign in _FORBIDDEN:
            return _("“{name}” holds {sign}, which names of files cannot hold").format(name=name, sign=sign)
        if unicodedata.category(sign) in _INVISIBLE:
            return _("“{name}” holds an invisible character (U+{code:04X})").format(name=_seen(name), code=ord(sign))
    if name != name.strip() or name.endswith("."):
        return _("“{name}” begins or ends with a blank, or ends with a point").format(name=name)
    if _RESERVED.fullmatch(name):
        return _("“{name}” means a device on Windows").format(name=name)
    if len(name.encode()) > LONGEST_NAME:
        return _("“{name}” is too long for a name").format(name=f"{name[:40]}…")
    return ""


_FORBIDDEN = '<>:"|?*'
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_RESERVED = re.compile(r"(?:con|conin\$|conout\$|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\s*\..*)?", re.IGNORECASE)


def _seen(name: str) -> str:
    return "".join("·" if unicodedata.category(sign) in _INVISIBLE else sign for sign in name)
