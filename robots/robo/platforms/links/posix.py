"""Ties on POSIX systems: a socket and a pipe.

The socket to the lane carries messages and the descriptors of locks, and is its lifeline: only the supervisor holds
its other end, and the kernel closes that however the supervisor dies. The pipe back carries reports. That a lane has
died is told by the kernel, never by the end of a pipe, which something below the lane may still hold.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from robo.platforms.processes import processes

if TYPE_CHECKING:
    from robo.platforms.links.protocol import Link, Tether

assert sys.platform != "win32"

_CHANNELS = "ROBO_LANE_CHANNELS"
_SLICE = 0.05  # seconds between two looks at a child where the kernel gives no notice of its death
_CHUNK = 65536


class PosixLink:
    """What could not be sent at once waits in `_unsent`."""

    def __init__(self, process: subprocess.Popen[bytes], messages: socket.socket, reports: int) -> None:
        self.pid = process.pid
        self.death = processes.death_notice(process.pid)
        self._process = process
        self._messages = messages
        self._reports = reports
        self._unsent = b""
        self._handed: tuple[int, ...] = ()

    def send(self, said: bytes, locks: Sequence[int]) -> None:
        self._unsent += said
        self._handed += tuple(locks)
        self.flush()

    def flush(self) -> None:
        while self._unsent:
            try:
                sent = socket.send_fds(self._messages, [self._unsent], self._handed)
                self._unsent, self._handed = self._unsent[sent:], ()
            except BlockingIOError:
                return  # it does not listen just now: the next poll tries again
            except (BrokenPipeError, ConnectionResetError):
                self._unsent = b""

    def hear(self) -> bytes:
        said = []
        with suppress(BlockingIOError):
            while self._reports >= 0:
                heard = os.read(self._reports, _CHUNK)
                said.append(heard)
                if not heard:
                    os.close(self._reports)
                    self._reports = -1
        return b"".join(said)

    def status(self) -> int | None:
        return self._process.poll()

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._messages.close()
        if self._reports >= 0:
            os.close(self._reports)
        if self.death is not None:
            self.death.close()

    def watched(self) -> Iterator[int]:
        """The descriptors that can be read when there is something to hear of this lane."""
        if self._reports >= 0:
            yield self._reports
        if self.death is not None:
            yield self.death.fileno()


class PosixTether:
    """The lane's end of both."""

    def __init__(self) -> None:
        self._reports = int(os.environ.pop(_CHANNELS))
        os.set_inheritable(self._reports, False)
        self._lifeline = socket.socket(fileno=os.dup(0))  # not inherited; what the lane starts reads from nowhere
        self._locks: list[int] = []
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        os.close(nowhere)

    def hear(self) -> bytes:
        try:
            heard, locks, _flags, _address = socket.recv_fds(self._lifeline, _CHUNK, 64)
        except ConnectionResetError:
            return b""  # the supervisor died with something unread
        for lock in locks:
            os.set_inheritable(lock, False)
        self._locks += locks
        return heard

    def say(self, said: bytes) -> None:
        while said:
            said = said[os.write(self._reports, said) :]


class PosixLinks:
    """A lane is in a session of its own: what a terminal sends to those in front would break it in mid-work."""

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Link:
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
        return PosixLink(process, messages, reports)

    def attach(self) -> Tether:
        return PosixTether()

    def listen(self, address: Path) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.bind(str(address))
            listener.listen(1)
        except OSError:
            listener.close()
            raise
        return listener

    def tell(self, address: str, said: bytes) -> None:
        place = f"\0{address[1:]}" if address.startswith("@") else address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(said, place)

    def wait(self, links: Collection[Link], timeout: float) -> None:
        until = time.monotonic() + timeout
        ours = [link for link in links if isinstance(link, PosixLink)]
        noticed = all(link.death is not None for link in ours)
        poll = select.poll()
        for link in ours:
            for descriptor in link.watched():
                poll.register(descriptor, select.POLLIN)
        while True:
            remaining = max(0.0, until - time.monotonic())
            if poll.poll(1000 * (remaining if noticed else min(remaining, _SLICE))):
                return
            if not noticed and any(link.status() is not None for link in ours):
                return
            if time.monotonic() >= until:
                return
