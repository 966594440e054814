"""What `robo doctor` has to tell of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from robo.kit.messages import _


@dataclass(frozen=True)
class Finding:
    """One thing looked at. name: for programs. mend: what to do about it, "" where nothing is to be done."""

    name: str
    state: Literal["good", "note", "wrong"]
    said: str
    mend: str = ""


def size_text(octets: float) -> str:
    """So many octets, as people read them."""
    if octets >= 1024**3:
        return _("{count:.1f} GB").format(count=octets / 1024**3)
    if octets >= 1024**2:
        return _("{count:.1f} MB").format(count=octets / 1024**2)
    return _("{count:.0f} kB").format(count=octets / 1024)
