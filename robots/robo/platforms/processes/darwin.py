"""Processes of macOS: libproc, sysctl and kqueue. Checked for types, not tried on a machine.

Orphans fall to launchd. What is below a process is therefore told by the environment as well: each process that adopts
orphans adds its name to a variable that all below it inherit.
"""

from __future__ import annotations

import ctypes
import functools
import os
import select
import struct
import sys
from collections.abc import Collection
from typing import TYPE_CHECKING

assert sys.platform == "darwin"

from robo.platforms.processes.posix import PosixProcesses, descendants  # noqa: E402
from robo.platforms.processes.process import Process  # noqa: E402

if TYPE_CHECKING:
    from robo.platforms.processes.protocol import Notice

_ABOVE = "ROBO_ABOVE"
_LAUNCHD = 1
_FACTS, _ZOMBIES_TOO = 3, 1  # PROC_PIDTBSDINFO of sys/proc_info.h, and its argument
_LAYOUT = struct.Struct("=12I16s32s5Ii2Q")  # struct proc_bsdinfo of sys/proc_info.h
_ZOMBIE = 5  # SZOMB of sys/proc.h
_CTL_KERN, _ARGUMENTS = 1, 49  # KERN_PROCARGS2 of sys/sysctl.h
_MOST = 1 << 20


class DarwinProcesses(PosixProcesses):
    """`started` counts microseconds since 1970."""

    sees_deaths = True

    def machine(self) -> str:
        return _machine()

    def boot(self) -> str:
        return _boot()

    def numbers(self) -> list[int]:
        libc = ctypes.CDLL(None)
        room = 4096
        while True:
            buffer = (ctypes.c_int32 * room)()
            count = libc.proc_listallpids(buffer, ctypes.sizeof(buffer))
            if count < room:
                return [pid for pid in buffer[: max(0, count)] if pid > 0]
            room *= 2

    def process(self, pid: int) -> Process | None:
        call = ctypes.CDLL(None).proc_pidinfo
        call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_int)
        buffer = ctypes.create_string_buffer(_LAYOUT.size)
        if call(pid, _FACTS, _ZOMBIES_TOO, buffer, _LAYOUT.size) != _LAYOUT.size:
            return None
        facts = _LAYOUT.unpack(buffer.raw)
        status, parent, seconds, micros = facts[1], facts[4], facts[-2], facts[-1]
        return Process(pid, parent, seconds * 1_000_000 + micros, status == _ZOMBIE)

    def environment(self, pid: int) -> list[bytes]:
        """The kernel gives the number of arguments, the program, its arguments and the environment."""
        name = (ctypes.c_int * 3)(_CTL_KERN, _ARGUMENTS, pid)
        size = ctypes.c_size_t(_MOST)
        buffer = ctypes.create_string_buffer(_MOST)
        if ctypes.CDLL(None).sysctl(name, 3, buffer, ctypes.byref(size), None, ctypes.c_size_t(0)):
            return []
        told = buffer.raw[: size.value]
        if len(told) < 4:
            return []
        (count,) = struct.unpack("=i", told[:4])
        _program, _zero, rest = told[4:].partition(b"\0")
        return rest.lstrip(b"\0").split(b"\0")[count:]

    def adopt_orphans(self) -> None:
        mine = _name(os.getpid(), self.process(os.getpid()))
        above = os.environ.get(_ABOVE, "").split(":")
        if mine not in above:
            os.environ[_ABOVE] = ":".join(filter(None, (*above, mine)))

    def below(self, root: int, spare: Collection[int] = ()) -> list[Process]:
        table = self.table()
        mine = _name(root, table.get(root)).encode()
        spared = {_name(pid, table.get(pid)).encode() for pid in spare}
        found = {process.pid: process for process in descendants(table, [root], spare)}
        for pid, process in table.items():
            if process.parent != _LAUNCHD or pid == root or pid in spare:
                continue
            above = self._above(pid)
            if mine in above and not spared.intersection(above):
                found |= {one.pid: one for one in (process, *descendants(table, [pid], spare))}
        return list(found.values())

    def _above(self, pid: int) -> list[bytes]:
        sign = f"{_ABOVE}=".encode()
        return next((one.removeprefix(sign).split(b":") for one in self.environment(pid) if one.startswith(sign)), [])

    def death_notice(self, pid: int) -> Notice | None:
        queue = select.kqueue()
        end = select.kevent(pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
        try:
            queue.control([end], 0)
        except OSError:  # gone already: a look at the child tells that
            queue.close()
            return None
        return queue


def _name(pid: int, process: Process | None) -> str:
    return f"{pid}.{process.started if process else 0}"


@functools.cache
def _boot() -> str:
    size = ctypes.c_size_t(64)
    buffer = ctypes.create_string_buffer(64)
    if ctypes.CDLL(None).sysctlbyname(b"kern.bootsessionuuid", buffer, ctypes.byref(size), None, ctypes.c_size_t(0)):
        return ""
    return buffer.value.decode("ascii", "replace")


@functools.cache
def _machine() -> str:
    identity, patience = (ctypes.c_uint8 * 16)(), (ctypes.c_long * 2)(1, 0)  # struct timespec: a second
    failed = ctypes.CDLL(None).gethostuuid(identity, patience)
    return "" if failed else bytes(identity).hex()
