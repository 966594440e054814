"""A supervisor and its lanes: what they say to each other, and that no process of a run is left, whoever dies first.

A socket and a pipe join them. The socket to the lane carries messages and the descriptors of locks, and is its
lifeline: only the supervisor holds its other end, and the kernel closes that however the supervisor dies. The pipe back
carries reports. Both carry lines of JSON. That a lane has died is told by the kernel, never by the end of a pipe, which
something below the lane may still hold.
"""

from __future__ import annotations

import json
import os
import queue
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.run.system import machine
from robo.run.system.machine import MARK, Identity, become_subreaper, below, end_marked, is_dead, sweep

__all__ = [
    "MARK",
    "Attached",
    "Child",
    "Identity",
    "attach",
    "become_subreaper",
    "below",
    "end_marked",
    "is_dead",
    "leave",
    "sweep",
    "wait_for",
]

Message = dict[str, Any]

_CHANNELS = "ROBO_LANE_CHANNELS"
_MOUTH_TIMEOUT = 2.0
_SLICE = 0.05  # seconds between two looks at a child where the kernel gives no notice of its death


class Child:
    """A lane as its supervisor sees it. Not for use by several threads."""

    def __init__(self, process: subprocess.Popen[bytes], messages: socket.socket, reports: int) -> None:
        self.pid = process.pid
        self.ended: int | None = None
        """Its exit status once it is dead and all that it reported was heard; negative: the signal that killed it."""
        self._process = process
        self._messages = messages
        self._reports = reports
        self._death = machine.death_notice(process.pid)
        self._unsent = b""
        self._handed: tuple[int, ...] = ()
        self._heard = b""
        machine.owned.add(self.pid)

    @classmethod
    def start(cls, arguments: Sequence[str], *, environment: Mapping[str, str]) -> Child:
        """Start a program that calls `attach`.

        arguments: the whole command, such as [sys.executable, "-m", "robo.run.lane"].
        environment: the whole environment of the lane.

        Reads from nowhere, prints where our errors go, and is in a session of its own: what a terminal sends to those
        in front (Ctrl-C) reaches the supervisor alone, since a signal in the midst of its work would break a lane.
        """
        if sys.platform == "win32":
            raise Failed(_("Flows run on Linux and macOS; on Windows, use its Linux subsystem (wsl --install)."))
        lifeline, messages = socket.socketpair()
        reports, theirs = os.pipe()
        try:
            process = subprocess.Popen(
                arguments,
                stdin=lifeline.fileno(),
                stdout=2,
                env={**environment, _CHANNELS: str(theirs)},
                pass_fds=(theirs,),
                start_new_session=True,
            )
        except BaseException:
            messages.close()
            os.close(reports)
            raise
        finally:
            lifeline.close()
            os.close(theirs)
        messages.setblocking(False)
        os.set_blocking(reports, False)
        return cls(process, messages, reports)

    def send(self, message: Mapping[str, Any], locks: Sequence[int] = ()) -> None:
        """Say something to the lane; never waits, and is lost when the lane is dead.

        locks: descriptors that the lane holds as well, from the moment that it hears of them until its death.
        """
        self._unsent += _line(message)
        self._handed += tuple(locks)
        self._flush()

    def poll(self, timeout: float = 0.0) -> list[Message]:
        """The reports heard since the last call, waiting up to `timeout` seconds for the first one or for its end."""
        if self.ended is not None:
            return []
        wait_for([self], timeout)
        self._flush()
        status = self._process.poll()  # before the reading: what it said before it died is then all there
        reports = self._hear()
        if status is not None:
            self._bury(status)
        return reports

    def end(self) -> None:
        """Kill the lane at once; `poll` then tells its end. What was below it is for a `sweep` sparing the others."""
        if self.ended is None:
            self._process.kill()

    def _flush(self) -> None:
        while self._unsent:
            try:
                sent = socket.send_fds(self._messages, [self._unsent], self._handed)
                self._unsent, self._handed = self._unsent[sent:], ()
            except BlockingIOError:
                return  # it does not listen just now: the next poll tries again
            except (BrokenPipeError, ConnectionResetError):
                self._unsent = b""

    def _hear(self) -> list[Message]:
        with suppress(BlockingIOError):
            while self._reports >= 0:
                heard = os.read(self._reports, 65536)
                self._heard += heard
                if not heard:
                    os.close(self._reports)
                    self._reports = -1
        *lines, self._heard = self._heard.split(b"\n")  # what follows the last end of line is not yet, or never, whole
        return [json.loads(line) for line in lines]

    def _bury(self, status: int) -> None:
        self.ended = status
        machine.owned.discard(self.pid)
        self._messages.close()
        for descriptor in (self._reports, self._death):
            if descriptor is not None and descriptor >= 0:
                os.close(descriptor)

    def _watched(self) -> Iterator[int]:
        if self._reports >= 0:
            yield self._reports
        if self._death is not None:
            yield self._death


def wait_for(children: Collection[Child], timeout: float) -> None:
    """Return when one of these lanes has reported or died, or after `timeout` seconds; then `poll` each of them."""
    if sys.platform == "win32":
        return
    living = [child for child in children if child.ended is None]
    until = time.monotonic() + timeout
    noticed = all(child._death is not None for child in living)
    poll = select.poll()
    for child in living:
        for descriptor in child._watched():
            poll.register(descriptor, select.POLLIN)
    while True:
        remaining = max(0.0, until - time.monotonic())
        if poll.poll(1000 * (remaining if noticed else min(remaining, _SLICE))):
            return
        if not noticed and any(child._process.poll() is not None for child in living):
            return
        if time.monotonic() >= until:
            return


class Attached:
    """The supervisor as a lane sees it."""

    def __init__(self, mouth: threading.Lock, lifeline: socket.socket, reports: int) -> None:
        self._mouth = mouth
        self.scratch: Path | None = None
        """The folder of temporary files, removed when the supervisor is gone: else it does that itself."""
        self._reports = reports
        self._locks: list[int] = []
        self._said: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._turn = threading.Lock()
        threading.Thread(target=self._listen, args=(lifeline,), name="lifeline", daemon=True).start()

    def report(self, **event: Any) -> None:
        """Tell the supervisor, from any thread. Never returns when it is gone: the lane is about to end as well."""
        line = _line(event)
        with self._turn:
            try:
                while line:
                    line = line[os.write(self._reports, line) :]
            except BrokenPipeError:
                threading.Event().wait()

    def receive(self, timeout: float = 0.0) -> Message | None:
        """The next message, waiting up to `timeout` seconds for it; None when there is none."""
        try:
            return self._said.get(timeout=timeout) if timeout > 0 else self._said.get_nowait()
        except queue.Empty:
            return None

    def messages(self) -> Iterator[Message]:
        """The messages that have come, without waiting for more."""
        while (message := self.receive()) is not None:
            yield message

    def _listen(self, lifeline: socket.socket) -> None:
        rest = b""
        while heard := self._hear(lifeline):
            *lines, rest = (rest + heard).split(b"\n")
            for line in lines:
                self._said.put(json.loads(line))
        # The main thread is about to see its browser die: it may not write about it any more, not even a failure.
        self._mouth.acquire(timeout=_MOUTH_TIMEOUT)
        sweep()
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)
        os._exit(1)

    def _hear(self, lifeline: socket.socket) -> bytes:
        try:
            heard, locks, _flags, _address = socket.recv_fds(lifeline, 65536, 64)
        except ConnectionResetError:
            return b""  # the supervisor died with something unread
        for lock in locks:
            os.set_inheritable(lock, False)
        self._locks += locks
        return heard


def attach(mouth: threading.Lock) -> Attached:
    """Become a lane: call it first thing in a process that `Child.start` started.

    mouth: the lock that is held during each transaction with the store. When the supervisor is gone it is taken for
        good, then all below is killed, and this process ends.

    KeyError in a process that nobody started as a lane.
    """
    become_subreaper()
    reports = int(os.environ.pop(_CHANNELS))
    os.set_inheritable(reports, False)
    lifeline = socket.socket(fileno=os.dup(0))  # not inherited; what the lane starts reads from nowhere
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    return Attached(mouth, lifeline, reports)


def leave(code: int) -> NoReturn:
    """End this process and all below it, without the farewells of libraries, which can wait for ever."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    sweep()
    os._exit(code)


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
