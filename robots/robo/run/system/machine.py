"""The processes of this machine: who each one is, whether it is surely dead, and how a whole tree of them is ended.

How a system tells that is in platforms/processes. Where it tells nothing, every answer is the careful one: no death is
proven, so a change in doubt waits for a person.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from robo.kit.messages import _
from robo.platforms.processes import MARK, Process, processes

__all__ = ["MARK", "Identity", "become_subreaper", "below", "end_marked", "is_dead", "owned", "sweep"]

owned: set[int] = set()
"""Children whose exit status somebody here still waits for: a sweep ends them, but does not take their status away."""

_PAUSE = 0.002


@dataclass(frozen=True)
class Identity:
    """A process, told apart from all others that ever had its number. `host` holds no space; people may see it."""

    host: str
    boot: str
    pid: int
    started: int

    @classmethod
    def mine(cls) -> Identity:
        """The process that asks."""
        me = processes.process(os.getpid())
        return cls(_host(), processes.boot(), os.getpid(), me.started if me else 0)

    @classmethod
    def parse(cls, text: str) -> Identity:
        """The identity whose `text()` this is; ValueError for anything else."""
        try:
            host, boot, pid, started = text.split(" ")
            return cls(host, boot, int(pid), int(started))
        except ValueError:
            raise ValueError(_("“{text}” does not name a process").format(text=text)) from None

    def text(self) -> str:
        """One line without surprises, for a table of the store."""
        return f"{self.host} {self.boot} {self.pid} {self.started}"


def is_dead(identity: Identity) -> bool | None:
    """True when that process has surely ended, False while it lives, None when it cannot be seen from here."""
    mine = Identity.mine()
    if identity.host != mine.host or not mine.boot:
        return None
    if identity.boot != mine.boot:
        return True
    found = processes.process(identity.pid)
    if found is None:
        return processes.is_absent(identity.pid) or None
    return found.zombie or found.started != identity.started


def ask_to_end(identity: Identity) -> None:
    """Ask that very process to end; nothing happens where it is gone, or on another machine."""
    if is_dead(identity) is not False:
        return
    with suppress(OSError):  # gone meanwhile, or another person's
        processes.ask_to_stop(identity.pid, identity.started)


def who() -> str:
    """The account of the person who is at work, as the system knows it: variables are anybody's to set."""
    return processes.person()


def become_subreaper() -> None:
    """From now on all that is started below this process is known as being below it, whoever dies in between."""
    processes.adopt_orphans()


def below(root: int, spare: Collection[int] = ()) -> list[Process]:
    """All descendants of that process, without those in `spare` and what is under them."""
    return processes.below(root, spare)


def sweep(spare: Collection[int] = (), within: float = 5.0) -> int:
    """Kill and reap all that is below this process, except `spare` and what is under it; return how many there were.

    Orphans stay ours (see `become_subreaper`), so that a few rounds end with nothing. Gives up after `within` seconds:
    a process that waits for a broken disk cannot be killed.
    """
    ended: set[tuple[int, int]] = set()
    until = time.monotonic() + within
    while found := [p for p in below(os.getpid(), spare) if not (p.zombie and p.pid in owned)]:
        for process in found:
            ended.add((process.pid, process.started))
            if process.zombie:
                processes.reap(process.pid)
            else:
                processes.kill(process)
        if time.monotonic() > until:
            break
        time.sleep(_PAUSE)
    return len(ended)


def end_marked(mark: str, lanes: Collection[Identity] = (), timeout: float = 5.0) -> bool:
    """Kill every process that was started with ROBO_RUN=`mark`, and all below; True when none of them is left.

    lanes: killed as well, with all below: a lane itself learns its run's mark only when it was started already.
    """
    mine = Identity.mine()
    known = {(one.pid, one.started) for one in lanes if (one.host, one.boot) == (mine.host, mine.boot)}
    return processes.end_marked(mark, known, timeout)


@functools.cache
def _host() -> str:
    name = "".join(letter for letter in platform.node() if letter.isprintable() and letter != " ")
    return f"{name}:{hashlib.sha256(processes.machine().encode()).hexdigest()[:8]}"
