"""The processes of one run as the kernel shows them: which is which, which one to kill, whether any is left."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Role = Literal["supervisor", "lane", "driver", "browser"]
ROLES: tuple[Role, ...] = ("supervisor", "lane", "driver", "browser")


@dataclass(frozen=True)
class Process:
    """A process, told apart by `started` (clock ticks since the machine's start) from others that had its number."""

    pid: int
    parent: int
    started: int
    command: str

    @property
    def role(self) -> Role | None:
        """What it is to a run; None for what stands below the browser and for everything foreign."""
        if "robo.run.lane" in self.command:
            return "lane"
        if "playwright/driver/" in self.command:
            return "driver"
        if "--user-data-dir=" in self.command and "--type=" not in self.command and "crashpad" not in self.command:
            return "browser"
        return None

    def lives(self) -> bool:
        """Whether this very process is still there, and no zombie."""
        found = _stat(self.pid)
        return found is not None and found[1:] == (self.started, False)


def table() -> dict[int, Process]:
    """All living processes by number."""
    found = {}
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        stat = _stat(pid)
        if stat and not stat[2]:
            found[pid] = Process(pid, stat[0], stat[1], _read(pid, "cmdline").replace("\0", " "))
    return found


def below(root: int) -> list[Process]:
    """All descendants of that process, parents first."""
    children: dict[int, list[Process]] = {}
    for process in table().values():
        children.setdefault(process.parent, []).append(process)
    found = list(children.get(root, ()))
    for process in found:
        found += children.get(process.pid, ())
    return found


def marked(mark: str) -> list[Process]:
    """All processes that bear this text in their environment or in their command."""
    return [one for one in table().values() if mark in one.command or mark in _read(one.pid, "environ")]


def kill(process: Process) -> bool:
    """SIGKILL; False if it was gone already."""
    if not process.lives():
        return False
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def left_after(processes: Iterable[Process], mark: str | None, seconds: float) -> list[Process]:
    """Which of these live, and which bear the mark, once all are gone or that many seconds are over."""
    watched = list(processes)
    until = time.monotonic() + seconds
    while True:
        left = [one for one in watched if one.lives()] + (marked(mark) if mark else [])
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.05)


def _stat(pid: int) -> tuple[int, int, bool] | None:
    """(parent, started, dead and not yet buried)."""
    text = _read(pid, "stat")
    if not text:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces and parentheses
    return int(fields[1]), int(fields[19]), fields[0] in "ZX"


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text("utf-8", "replace")
    except OSError:
        return ""
