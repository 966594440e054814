"""Processes of any POSIX system. Alone it sees none but its own children: then all answers are the careful ones."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from robo.platforms.processes.process import MARK, Process

if TYPE_CHECKING:
    from robo.platforms.processes.protocol import Notice

assert sys.platform != "win32"

_PAUSE = 0.002


class PosixProcesses:
    """A system adds `machine`, `boot`, `numbers`, `process` and `environment` to it."""

    sees_deaths = False
    was_tried = False
    can_guard = False
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM)

    def machine(self) -> str:
        return ""

    def boot(self) -> str:
        return ""

    def numbers(self) -> list[int]:
        """The numbers of all processes that can be seen."""
        return []

    def process(self, pid: int) -> Process | None:
        return None

    def environment(self, pid: int) -> list[bytes]:
        """The environment that it was started with, NAME=value; empty where it is gone or another user's."""
        return []

    def table(self) -> dict[int, Process]:
        """The process table of this moment by number; empty where it cannot be read."""
        return {process.pid: process for pid in self.numbers() if (process := self.process(pid))}

    def is_absent(self, pid: int) -> bool:
        """A table that hides others' processes shows them to nobody: their numbers are taken all the same."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        return False

    def adopt_orphans(self) -> None:
        pass

    def below(self, root: int, spare: Collection[int] = ()) -> list[Process]:
        return list(descendants(self.table(), [root], spare))

    def kill(self, process: Process) -> None:
        self.signal(process, signal.SIGKILL)

    def signal(self, process: Process, number: int) -> None:
        """Send it to that very process; where only a number can be named, the instant in between is risked."""
        with suppress(ProcessLookupError, PermissionError):
            if self.lives(process):
                os.kill(process.pid, number)

    def reap(self, pid: int) -> None:
        with suppress(ChildProcessError):  # still another's zombie: it falls to us when that one is gone
            os.waitpid(pid, os.WNOHANG)

    def lives(self, process: Process) -> bool:
        """Whether that very process is still there, and no zombie."""
        found = self.process(process.pid)
        return found is not None and found.started == process.started and not found.zombie

    def end_marked(self, mark: str, known: Collection[tuple[int, int]], timeout: float) -> bool:
        """Spared are this process and its ancestors, nothing else: ask before starting anything with that mark.

        They are all stopped before the first is killed, since an orphan's origin could not be told any more: Chromium
        writes the titles of its processes over their environment.
        """
        if not self.sees_deaths:
            return False
        until = time.monotonic() + timeout
        stopped: dict[tuple[int, int], Process] = {}
        while True:
            found = {(p.pid, p.started): p for p in self._marked(mark, known) if not p.zombie}
            fresh = found.keys() - stopped.keys()
            stopped |= found
            for key in fresh:
                self.signal(stopped[key], signal.SIGSTOP)
            if fresh and time.monotonic() < until:
                continue
            for process in stopped.values():
                self.kill(process)
            if not found and not any(self.lives(process) for process in stopped.values()):
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE)

    def _marked(self, mark: str, known: Collection[tuple[int, int]]) -> list[Process]:
        table = self.table()
        spare = {os.getpid()}
        above = table.get(os.getpid())
        while above and above.parent not in spare:
            spare.add(above.parent)
            above = table.get(above.parent)
        sign = f"{MARK}={mark}".encode()
        roots = [
            process
            for pid, process in table.items()
            if pid not in spare and ((pid, process.started) in known or sign in self.environment(pid))
        ]
        # one mark below another gives the same process twice: the caller keeps them by number
        return [*roots, *descendants(table, [process.pid for process in roots], spare)]

    def death_notice(self, pid: int) -> Notice | None:
        return None

    def ask_to_stop(self, pid: int, started: int) -> None:
        os.kill(pid, signal.SIGTERM)

    def heed_stop(self, act: Callable[[], None]) -> None:
        pass

    def memory(self, pid: int) -> int:
        return 0

    def is_administrator(self) -> bool:
        return os.geteuid() == 0

    def account(self) -> str:
        return name_of(os.getuid())

    def person(self) -> str:
        return self.account()


def name_of(account: int) -> str:
    """The name of an account, its number where it has none."""
    import pwd

    try:
        return pwd.getpwuid(account).pw_name
    except KeyError:
        return str(account)


def descendants(table: Mapping[int, Process], roots: list[int], spare: Collection[int]) -> Iterator[Process]:
    """All below the roots, without those in `spare` and what is under them."""
    children: dict[int, list[Process]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process)
    ask = list(roots)
    while ask:
        for process in children.pop(ask.pop(), ()):
            if process.pid not in spare:
                ask.append(process.pid)
                yield process
