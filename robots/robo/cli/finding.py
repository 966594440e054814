"""What `robo doctor` has to tell of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One thing looked at. name: for programs. mend: what to do about it, "" where nothing is to be done."""

    name: str
    state: Literal["good", "note", "wrong"]
    said: str
    mend: str = ""
