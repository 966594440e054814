"""Processes of Linux: /proc, pidfds, and the subreaper to whom orphans fall."""

from __future__ import annotations

import functools
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

assert sys.platform == "linux"

from robo.platforms.processes.posix import PosixProcesses, name_of  # noqa: E402
from robo.platforms.processes.process import Process  # noqa: E402

if TYPE_CHECKING:
    from robo.platforms.processes.protocol import Notice

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h
_FIRST_NAMESPACE = "pid:[4026531836]"  # PROC_PID_INIT_INO of Linux: not in a container

_NO_LOGIN = 2**32 - 1
"""What Linux says of processes that nobody's login has brought about, such as services."""


class LinuxProcesses(PosixProcesses):
    """`started` counts clock ticks since the machine's start."""

    sees_deaths = True
    was_tried = True
    can_guard = True

    def machine(self) -> str:
        """A container's numbers are its own, and it may come back elsewhere: it is a machine to itself."""
        return _machine()

    def boot(self) -> str:
        return _boot()

    def numbers(self) -> list[int]:
        try:
            return [int(name) for name in os.listdir("/proc") if name.isdigit()]
        except OSError:
            return []

    def process(self, pid: int) -> Process | None:
        try:
            stat = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            return None
        fields = stat.rpartition(b")")[2].split()  # the name before it may hold spaces and parentheses
        return Process(pid, int(fields[1]), int(fields[19]), fields[0] in (b"Z", b"X"))

    def environment(self, pid: int) -> list[bytes]:
        try:
            return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return []

    def adopt_orphans(self) -> None:
        """What loses its parent below this process becomes its child, whatever session it lives in."""
        import ctypes

        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)

    def signal(self, process: Process, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            handle = os.pidfd_open(process.pid)
            try:
                if self.lives(process):
                    signal.pidfd_send_signal(handle, number)
            finally:
                os.close(handle)

    def death_notice(self, pid: int) -> Notice | None:
        return _Notice(os.pidfd_open(pid))

    def memory(self, pid: int) -> int:
        try:
            told = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
        except OSError:
            return 0  # it has ended, or is another user's
        return int(told.partition("Pss:")[2].split()[0]) << 10 if "Pss:" in told else 0

    def person(self) -> str:
        try:
            login = int(Path("/proc/self/loginuid").read_text())
        except (OSError, ValueError):
            login = _NO_LOGIN
        return self.account() if login == _NO_LOGIN else name_of(login)


class _Notice:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        os.close(self._descriptor)


@functools.cache
def _boot() -> str:
    return _first_line("/proc/sys/kernel/random/boot_id")


@functools.cache
def _machine() -> str:
    machine = _first_line("/etc/machine-id")
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return machine if namespace == _FIRST_NAMESPACE else machine + _boot() + namespace


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""
