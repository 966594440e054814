"""A process, as a system lists it."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "ROBO_RUN"
"""The environment variable by which every process of a run is known, however far from its parents it went."""


@dataclass(frozen=True)
class Process:
    """One line of the process table. `started` tells it from all others of this start of the machine.

    zombie: whether it has ended, and only its status is still there.
    """

    pid: int
    parent: int
    started: int
    zombie: bool
