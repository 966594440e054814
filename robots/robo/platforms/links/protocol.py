"""What Robo asks of the tie between a supervisor and its lane."""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol


class Link(Protocol):
    """A lane as its supervisor holds it. When the supervisor dies, however it dies, the lane is told, or ended."""

    pid: int

    def send(self, said: bytes, locks: Sequence[int]) -> None:
        """Say something to the lane; never waits, and is lost when the lane is dead.

        locks: descriptors that the lane holds as well, from the moment that it hears of them until its death.
        """
        ...

    def flush(self) -> None:
        """Say what could not be said at once, as far as the lane listens now."""
        ...

    def hear(self) -> bytes:
        """All that the lane has said since the last call, without waiting."""
        ...

    def status(self) -> int | None:
        """Its exit status, None while it lives; all that it said before it died can be heard once there is one."""
        ...

    def kill(self) -> None:
        """End the lane at once."""
        ...

    def close(self) -> None:
        """It is dead and was heard to its end."""
        ...


class Tether(Protocol):
    """The supervisor as its lane holds it."""

    def hear(self) -> bytes:
        """Wait for what the supervisor says; empty when it is gone."""
        ...

    def say(self, said: bytes) -> None:
        """Say all of it to the supervisor. BrokenPipeError when it is gone."""
        ...


class Links(Protocol):
    """The two ends of such ties."""

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Link:
        """Start a program that calls `attach`; it reads from nowhere, prints where our errors go, and hears no Ctrl-C.

        environment: the whole environment of the lane.
        """
        ...

    def attach(self) -> Tether:
        """In a process that was started so, first thing. KeyError in any other."""
        ...

    def listen(self, address: Path) -> socket.socket:
        """A socket at a path, for one that may come: whoever may not read the folder cannot. OSError."""
        ...

    def tell(self, address: str, said: bytes) -> None:
        """Say something to a socket at a path, which gives no answer; "@" stands for no path at all. OSError."""
        ...

    def wait(self, links: Collection[Link], timeout: float) -> None:
        """Return when one of these lanes has said something or died, or after `timeout` seconds."""
        ...
