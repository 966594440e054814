"""Processes of Windows: jobs, handles and the table of Toolhelp.

Checked for types and against what Microsoft documents, not tried on a machine. A job takes the place of the subreaper,
and does more: the kernel itself ends all that is in it once its last handle is closed, and only its owner has one.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

assert sys.platform == "win32"

from robo.platforms import win32  # noqa: E402
from robo.platforms.processes.family import family, left_of  # noqa: E402
from robo.platforms.processes.process import Process  # noqa: E402

if TYPE_CHECKING:
    from robo.platforms.processes.protocol import Notice

_PAUSE = 0.01
_EVENT = r"Global\robo-stop-{pid}-{started}"
_KILLED = 1
"""The exit status of what is ended here."""

jobs: dict[int, int] = {}
"""Jobs of lanes by the number of the lane: what is in one is below that lane, whatever became of its parents."""


class WindowsProcesses:
    """`started` counts 100 nanoseconds since 1601: with it, a number names one process for ever."""

    sees_deaths = True
    was_tried = False
    can_guard = False
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)

    def __init__(self) -> None:
        self._job: int | None = None
        self._act: Callable[[], None] | None = None

    def machine(self) -> str:
        return win32.windows_id()

    def boot(self) -> str:
        """Always the same: the start of a process is an instant of all times, not one of this start of the machine."""
        return "any"

    def process(self, pid: int) -> Process | None:
        return _process(pid, win32.parents().get(pid, 0))

    def is_absent(self, pid: int) -> bool:
        try:
            with win32.process(pid, win32.ASK):
                return False
        except OSError as error:
            return error.winerror == win32.INVALID_PARAMETER

    def adopt_orphans(self) -> None:
        """The handle of the job is never closed: the kernel does that when this process ends, and ends all below it."""
        if self._job is None:
            job = win32.job()
            win32.put_into(job)
            self._job = job

    def below(self, root: int, spare: Collection[int] = ()) -> list[Process]:
        parents = win32.parents()
        if root != os.getpid() or self._job is None:
            me = _process(root, parents.get(root, 0))
            return family(_table(parents), root, me.started) if me else []
        spared = [jobs[pid] for pid in spare if pid in jobs]
        found = []
        for pid in win32.processes_of(self._job):
            if pid in spare or pid == root or _in_any(pid, spared):
                continue
            if process := _process(pid, parents.get(pid, 0)):
                found.append(process)
        return found

    def kill(self, process: Process) -> None:
        with suppress(OSError), win32.process(process.pid, win32.TERMINATE | win32.ASK) as handle:
            if win32.started(handle) == process.started:
                win32.terminate(handle, _KILLED)

    def reap(self, pid: int) -> None:
        pass

    def end_marked(self, mark: str, known: Collection[tuple[int, int]], timeout: float) -> bool:
        """The kernel has begun to end them when the lane died; here their end is waited for.

        What looks like the child of a lane that is gone is waited for, not killed: its parent's number may have been
        given to another process in between.
        """
        until = time.monotonic() + timeout
        while True:
            table = _table(win32.parents())
            if not any(left_of(table, pid, started) for pid, started in known):
                return True
            for pid, started in known:
                if (lane := table.get(pid)) and lane.started == started:
                    for process in (lane, *family(table, pid, started)):
                        self.kill(process)
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE)

    def death_notice(self, pid: int) -> Notice | None:
        return None  # lanes are waited for by their handles, see links

    def ask_to_stop(self, pid: int, started: int) -> None:
        """By an event that the process waits for: a signal reaches none but those of our own console."""
        win32.set_event(_EVENT.format(pid=pid, started=started))

    def heed_stop(self, act: Callable[[], None]) -> None:
        waiting, self._act = self._act is not None, act
        if waiting:
            return
        me = self.process(os.getpid())
        event = win32.event(_EVENT.format(pid=os.getpid(), started=me.started if me else 0))
        threading.Thread(target=self._await_stop, args=(event,), name="stop", daemon=True).start()

    def _await_stop(self, event: int) -> None:
        while win32.wait_for(event) and self._act is not None:
            self._act()

    def memory(self, pid: int) -> int:
        return 0

    def is_administrator(self) -> bool:
        return False

    def account(self) -> str:
        return win32.user_name() or "?"

    def person(self) -> str:
        return self.account()


def _process(pid: int, parent: int) -> Process | None:
    try:
        with win32.process(pid, win32.ASK | win32.WAIT) as handle:
            return Process(pid, parent, win32.started(handle), win32.has_ended(handle))
    except OSError:
        return None


def _table(parents: Mapping[int, int]) -> dict[int, Process]:
    return {pid: found for pid, parent in parents.items() if (found := _process(pid, parent))}


def _in_any(pid: int, lanes: list[int]) -> bool:
    if not lanes:
        return False
    try:
        with win32.process(pid, win32.ASK) as handle:
            return any(win32.in_job(handle, job) for job in lanes)
    except OSError:
        return False  # gone
