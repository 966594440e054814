"""A supervisor and its lanes: what they say to each other, and that no process of a run is left, whoever dies first.

They are tied as the system can do it (platforms/links): messages and the locks of a run go down, reports come up, both
as lines of JSON, and a lane does not outlive its supervisor.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from robo.platforms.links import links
from robo.run.system import machine
from robo.run.system.machine import MARK, Identity, become_subreaper, below, end_marked, is_dead, sweep

if TYPE_CHECKING:
    from robo.platforms.links.protocol import Link, Tether

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

_MOUTH_TIMEOUT = 2.0


class Child:
    """A lane as its supervisor sees it. Not for use by several threads."""

    def __init__(self, link: Link) -> None:
        self.pid = link.pid
        self.ended: int | None = None
        """Its exit status once it is dead and all that it reported was heard; negative: the signal that killed it."""
        self._link = link
        self._heard = b""
        machine.owned.add(self.pid)

    @classmethod
    def start(cls, arguments: Sequence[str], *, environment: Mapping[str, str]) -> Child:
        """Start a program that calls `attach`.

        arguments: the whole command, such as [sys.executable, "-m", "robo.run.lane"].
        environment: the whole environment of the lane.

        Reads from nowhere, prints where our errors go, and does not hear what a terminal sends to those in front
        (Ctrl-C): that reaches the supervisor alone, since a signal in the midst of its work would break a lane.
        """
        return cls(links.start(arguments, environment))

    def send(self, message: Mapping[str, Any], locks: Sequence[int] = ()) -> None:
        """Say something to the lane; never waits, and is lost when the lane is dead.

        locks: descriptors that the lane holds as well, from the moment that it hears of them until its death.
        """
        self._link.send(_line(message), locks)

    def poll(self, timeout: float = 0.0) -> list[Message]:
        """The reports heard since the last call, waiting up to `timeout` seconds for the first one or for its end."""
        if self.ended is not None:
            return []
        wait_for([self], timeout)
        self._link.flush()
        status = self._link.status()  # before the reading: what it said before it died is then all there
        # what follows the last end of line is not yet, or never, whole
        *lines, self._heard = (self._heard + self._link.hear()).split(b"\n")
        if status is not None:
            self._bury(status)
        return [json.loads(line) for line in lines]

    def end(self) -> None:
        """Kill the lane at once; `poll` then tells its end. What was below it is for a `sweep` sparing the others."""
        if self.ended is None:
            self._link.kill()

    def _bury(self, status: int) -> None:
        self.ended = status
        machine.owned.discard(self.pid)
        self._link.close()


def wait_for(children: Collection[Child], timeout: float) -> None:
    """Return when one of these lanes has reported or died, or after `timeout` seconds; then `poll` each of them."""
    links.wait([child._link for child in children if child.ended is None], timeout)


class Attached:
    """The supervisor as a lane sees it."""

    def __init__(self, mouth: threading.Lock, tether: Tether) -> None:
        self._mouth = mouth
        self.scratch: Path | None = None
        """The folder of temporary files, removed when the supervisor is gone: else it does that itself."""
        self._tether = tether
        self._said: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._turn = threading.Lock()
        threading.Thread(target=self._listen, name="lifeline", daemon=True).start()

    def report(self, **event: Any) -> None:
        """Tell the supervisor, from any thread. Never returns when it is gone: the lane is about to end as well."""
        line = _line(event)
        with self._turn:
            try:
                self._tether.say(line)
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

    def _listen(self) -> None:
        rest = b""
        while heard := self._tether.hear():
            *lines, rest = (rest + heard).split(b"\n")
            for line in lines:
                self._said.put(json.loads(line))
        # The main thread is about to see its browser die: it may not write about it any more, not even a failure.
        self._mouth.acquire(timeout=_MOUTH_TIMEOUT)
        sweep()
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)
        os._exit(1)


def attach(mouth: threading.Lock) -> Attached:
    """Become a lane: call it first thing in a process that `Child.start` started.

    mouth: the lock that is held during each transaction with the store. When the supervisor is gone it is taken for
        good, then all below is killed, and this process ends.

    KeyError in a process that nobody started as a lane.
    """
    become_subreaper()
    return Attached(mouth, links.attach())


def leave(code: int) -> NoReturn:
    """End this process and all below it, without the farewells of libraries, which can wait for ever."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    sweep()
    os._exit(code)


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
