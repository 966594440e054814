"""How much memory a run takes: its supervisor, its lanes and their browsers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from robo.kit.messages import _
from robo.platforms.processes import processes

EACH = 3.0
"""Seconds between two looks; the kernel takes some milliseconds for the sum of a browser."""


def mind_memory(most: int, exceeds: Callable[[str], None]) -> None:
    """Look every few seconds until this process and all below it take more than `most` bytes; then say so, and end."""
    while (taken := taken_by(os.getpid())) <= most:
        time.sleep(EACH)
    shown = [f"{size / (1 << 30):.1f}" for size in (taken, most)]
    exceeds(_("it took {taken} GB of memory, of {most} GB that robo.toml allows").format(taken=shown[0], most=shown[1]))


def taken_by(root: int) -> int:
    """Bytes that a process and all below it take, what they share counted once; 0 where the system does not tell."""
    return sum(processes.memory(pid) for pid in (root, *(one.pid for one in processes.below(root))))
