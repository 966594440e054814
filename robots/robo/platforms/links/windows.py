"""Ties on Windows: a duplex pipe that only the lane inherits, and a job for the lane and all that is below it.

Checked for types and against what Microsoft and Python document, not tried on a machine. Locks are handed over by
giving the lane a handle of the open file, which the kernel closes when the lane has ended: see `Files.lock_file`.
"""

from __future__ import annotations

import errno
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

assert sys.platform == "win32"

import msvcrt  # noqa: E402
from multiprocessing.connection import Pipe, PipeConnection, wait  # noqa: E402

from robo.platforms import win32  # noqa: E402
from robo.platforms.processes.windows import jobs  # noqa: E402

if TYPE_CHECKING:
    from robo.platforms.links.protocol import Link, Tether

_CHANNEL = "ROBO_LANE_CHANNELS"
_LAUNCHER = "__PYVENV_LAUNCHER__"
_ACCESS = win32.TERMINATE | win32.QUOTA | win32.DUPLICATE | win32.ASK | win32.WAIT
_KILLED = 1
_MOST = 60  # Windows waits for 64 handles at most
_SLICE = 0.05


class WindowsLink:
    """A thread says what is to be said: a pipe takes it only when the lane listens."""

    def __init__(self, process: subprocess.Popen[bytes], channel: PipeConnection) -> None:
        self.pid = process.pid
        self.channel = channel
        self.handle = win32.open_process(process.pid, _ACCESS)
        self.deaf = False
        self._process = process
        self._job = win32.job()
        with suppress(PermissionError):  # it is dead already
            win32.put_into(self._job, self.handle)  # it starts nothing before it has its order: all below is in it too
        self._unsent: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        jobs[self.pid] = self._job
        threading.Thread(target=self._say, name=f"to lane {self.pid}", daemon=True).start()

    def _say(self) -> None:
        with suppress(OSError):
            while (said := self._unsent.get()) is not None:
                self.channel.send_bytes(said)

    def send(self, said: bytes, locks: Sequence[int]) -> None:
        for lock in locks:
            with suppress(PermissionError):  # it is dead
                win32.duplicate(msvcrt.get_osfhandle(lock), self.handle)
        self._unsent.put(said)

    def flush(self) -> None:
        pass

    def hear(self) -> bytes:
        said = []
        try:
            while not self.deaf and self.channel.poll():
                said.append(self.channel.recv_bytes())
        except (EOFError, OSError):
            self.deaf = True
        return b"".join(said)

    def status(self) -> int | None:
        return self._process.poll()

    def kill(self) -> None:
        win32.end_job(self._job, _KILLED)

    def close(self) -> None:
        self._unsent.put(None)
        jobs.pop(self.pid, None)
        win32.close(self._job)  # whatever the lane has left is ended with it
        win32.close(self.handle)
        self.channel.close()


class WindowsTether:
    """The lane's end of the pipe."""

    def __init__(self) -> None:
        self._channel = PipeConnection(int(os.environ.pop(_CHANNEL)))
        os.set_handle_inheritable(self._channel.fileno(), False)

    def hear(self) -> bytes:
        try:
            return self._channel.recv_bytes()
        except (EOFError, OSError):
            return b""

    def say(self, said: bytes) -> None:
        self._channel.send_bytes(said)


class WindowsLinks:
    """A lane has a console of its own, without a window: Ctrl-C in the supervisor's does not reach it."""

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Link:
        program, further = _interpreter(arguments[0])
        ours, theirs = Pipe()
        try:
            os.set_handle_inheritable(theirs.fileno(), True)
            process = subprocess.Popen(
                [program, *arguments[1:]],
                stdin=subprocess.DEVNULL,
                stdout=2 if sys.stderr else subprocess.DEVNULL,
                env={**environment, **further, _CHANNEL: str(theirs.fileno())},
                startupinfo=subprocess.STARTUPINFO(lpAttributeList={"handle_list": [theirs.fileno()]}),
                creationflags=subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW,
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        try:
            return WindowsLink(process, ours)
        except BaseException:
            process.kill()
            ours.close()
            raise

    def attach(self) -> Tether:
        return WindowsTether()

    def listen(self, address: Path) -> socket.socket:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT), str(address))

    def tell(self, address: str, said: bytes) -> None:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT), address)

    def wait(self, links: Collection[Link], timeout: float) -> None:
        ours = [link for link in links if isinstance(link, WindowsLink)]
        watched: list[PipeConnection | int] = [
            *(link.channel for link in ours if not link.deaf),
            *(link.handle for link in ours),
        ]
        until = time.monotonic() + timeout
        with suppress(InterruptedError):  # Ctrl-C: its handler has been called
            if len(watched) <= _MOST:
                wait(watched, timeout)
                return
            while not any(wait(watched[at : at + _MOST], 0) for at in range(0, len(watched), _MOST)):
                if time.monotonic() >= until:
                    return
                time.sleep(_SLICE)


def _interpreter(program: str) -> tuple[str, dict[str, str]]:
    """What to start, and with which further variables.

    `python.exe` of an environment only starts the real one, below it: as `multiprocessing` does, the real one is
    started at once, and told for whom.
    """
    real = getattr(sys, "_base_executable", sys.executable)
    if program != sys.executable or real == sys.executable:
        return program, {}
    return real, {_LAUNCHER: sys.executable}
