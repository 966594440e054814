"""The processes of this machine: who each one is, whether it is surely dead, and how a whole tree of them is ended.

What is known comes from Linux's /proc. Elsewhere nothing can be seen, and every answer is the careful one: no death is
proven, so a change in doubt waits for a person.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import platform
import signal
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from robo.kit.messages import _

MARK = "ROBO_RUN"
"""The environment variable by which every process of a run is known, however far from its parents it went."""

owned: set[int] = set()
"""Children whose exit status somebody here still waits for: a sweep ends them, but does not take their status away."""

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h
_FIRST_NAMESPACE = "pid:[4026531836]"  # PROC_PID_INIT_INO of Linux: not in a container
_PAUSE = 0.002


@dataclass(frozen=True)
class Process:
    """One line of the process table. `started` counts clock ticks since the machine's start."""

    pid: int
    parent: int
    started: int
    zombie: bool


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
        me = _process(os.getpid())
        return cls(_host(), _boot(), os.getpid(), me.started if me else 0)

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
    found = _process(identity.pid)
    if found is None:
        return _is_absent(identity.pid) or None
    return found.zombie or found.started != identity.started


def ask_to_end(identity: Identity) -> None:
    """Ask that very process to end; nothing happens where it is gone, or on another machine."""
    if sys.platform == "win32" or is_dead(identity) is not False:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.kill(identity.pid, signal.SIGTERM)


def become_subreaper() -> None:
    """From now on what loses its parent below this process becomes its child, whatever session it lives in."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def death_notice(pid: int) -> int | None:
    """A descriptor that can be read once that process has ended; None where the kernel offers none."""
    if sys.platform == "linux":
        return os.pidfd_open(pid)
    return None


def below(root: int, spare: Collection[int] = ()) -> list[Process]:
    """All descendants of that process, without those in `spare` and what is under them."""
    return list(_descendants(processes(), [root], spare))


def sweep(spare: Collection[int] = (), within: float = 5.0) -> int:
    """Kill and reap all that is below this process, except `spare` and what is under it; return how many there were.

    Orphans fall to us (see `become_subreaper`), so that a few rounds end with nothing. Gives up after `within` seconds:
    a process that waits for a broken disk cannot be killed.
    """
    ended: set[tuple[int, int]] = set()
    if sys.platform == "win32":
        return 0
    until = time.monotonic() + within
    while found := [p for p in below(os.getpid(), spare) if not (p.zombie and p.pid in owned)]:
        for process in found:
            ended.add((process.pid, process.started))
            if process.zombie:
                _reap(process.pid)
            else:
                _signal(process, signal.SIGKILL)
        if time.monotonic() > until:
            break
        time.sleep(_PAUSE)
    return len(ended)


def end_marked(mark: str, lanes: Collection[Identity] = (), timeout: float = 5.0) -> bool:
    """Kill every process that was started with ROBO_RUN=`mark`, and all below; True when none of them is left.

    lanes: killed as well, with all below: a lane itself learns its run's mark only when it was started already.

    Spared are this process and its ancestors, nothing else: ask before starting anything with that mark. They are all
    stopped before the first is killed, since an orphan's origin could not be told any more: Chromium writes the titles
    of its processes over their environment.
    """
    if sys.platform != "linux":
        return False
    until = time.monotonic() + timeout
    stopped: dict[tuple[int, int], Process] = {}
    while True:
        found = {(p.pid, p.started): p for p in _marked(mark, lanes) if not p.zombie}
        fresh = found.keys() - stopped.keys()
        stopped |= found
        for key in fresh:
            _signal(stopped[key], signal.SIGSTOP)
        if fresh and time.monotonic() < until:
            continue
        for process in stopped.values():
            _signal(process, signal.SIGKILL)
        if not found and not any(_lives(process) for process in stopped.values()):
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(_PAUSE)


def processes() -> dict[int, Process]:
    """The process table of this moment by number; empty where it cannot be read."""
    return {process.pid: process for pid in _numbers() if (process := _process(pid))}


def _numbers() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _process(pid: int) -> Process | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    fields = stat.rpartition(b")")[2].split()  # the name before it may hold spaces and parentheses
    return Process(pid, int(fields[1]), int(fields[19]), fields[0] in (b"Z", b"X"))


def _lives(process: Process) -> bool:
    found = _process(process.pid)
    return found is not None and found.started == process.started and not found.zombie


def _is_absent(pid: int) -> bool:
    """Whether no process has this number; a /proc mounted with hidepid shows others' processes to nobody."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def _descendants(table: dict[int, Process], roots: list[int], spare: Collection[int]) -> Iterator[Process]:
    children: dict[int, list[Process]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process)
    ask = list(roots)
    while ask:
        for process in children.pop(ask.pop(), ()):
            if process.pid not in spare:
                ask.append(process.pid)
                yield process


def _marked(mark: str, lanes: Collection[Identity]) -> list[Process]:
    mine = Identity.mine()
    known = {(one.pid, one.started) for one in lanes if (one.host, one.boot) == (mine.host, mine.boot)}
    table = processes()
    spare = {os.getpid()}
    above = table.get(os.getpid())
    while above and above.parent not in spare:
        spare.add(above.parent)
        above = table.get(above.parent)
    sign = f"{MARK}={mark}".encode()
    roots = [
        process
        for pid, process in table.items()
        if pid not in spare and ((pid, process.started) in known or sign in _environment(pid))
    ]
    # one mark below another gives the same process twice: the caller keeps them by number
    return [*roots, *_descendants(table, [process.pid for process in roots], spare)]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []  # gone, or another user's


def _reap(pid: int) -> None:
    if sys.platform == "win32":
        return
    with suppress(ChildProcessError):  # still another's zombie: it falls to us when that one is gone
        os.waitpid(pid, os.WNOHANG)


def _signal(process: Process, number: int) -> None:
    """Send it to that very process, never to one that was given its number meanwhile."""
    if sys.platform != "linux":
        return
    with suppress(ProcessLookupError, PermissionError):
        handle = os.pidfd_open(process.pid)
        try:
            if _lives(process):
                signal.pidfd_send_signal(handle, number)
        finally:
            os.close(handle)


@functools.cache
def _boot() -> str:
    return _first_line("/proc/sys/kernel/random/boot_id")


@functools.cache
def _host() -> str:
    """Name and digest. A container's numbers are its own, and it may come back elsewhere: it is a machine to itself."""
    machine = _first_line("/etc/machine-id")
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    if namespace != _FIRST_NAMESPACE:
        machine += _boot() + namespace
    name = "".join(letter for letter in platform.node() if letter.isprintable() and letter != " ")
    return f"{name}:{hashlib.sha256(machine.encode()).hexdigest()[:8]}"


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""
