"""The names that an item has saved, with those of the flows that it runs apart: each has a frame of its own.

A frame stands among the names of its caller under the identity of the calling step and "/", which no formula can name.
The identities of its own steps begin so, and that is how a receipt finds the frame to which its names belong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def frame_key(identity: str) -> str:
    """Under which name the frame of that calling step stands."""
    return f"{identity}/"


def frame_of(saved: dict[str, Any], identity: str) -> dict[str, Any]:
    """The names among which the step with that identity works."""
    begun = ""
    for part in identity.split("/")[:-1]:
        begun += f"{part}/"
        saved = saved.get(begun, saved)
    return saved


def copied(saved: Mapping[str, Any]) -> dict[str, Any]:
    """The same names in dictionaries of their own."""
    return {name: copied(one) if name.endswith("/") else one for name, one in saved.items()}


def without_error(saved: Mapping[str, Any]) -> dict[str, Any]:
    """The names that outlive a stop."""
    return {name: without_error(one) if name.endswith("/") else one for name, one in saved.items() if name != "error"}
