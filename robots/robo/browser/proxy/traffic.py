"""What the proxy knows: which hosts may be reached, what left for them and when, what went wrong on the way."""

from __future__ import annotations

import asyncio
import fnmatch
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Departure:
    """One request that left. method and path are None where TLS hides them."""

    host: str
    port: int
    method: str | None = None
    path: str | None = None


class Ledger:
    """Departures in order and the last trouble of each host; written by the proxy's thread, read by the lane's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._departures: list[Departure] = []
        self._forgotten = 0
        self._troubles: dict[tuple[str, int], str] = {}
        self.refused: list[str] = []

    def left(self, departure: Departure) -> None:
        """Note a request, before its first byte is passed on."""
        with self._lock:
            self._departures.append(departure)

    @property
    def mark(self) -> int:
        """How many requests have left so far; what came before is forgotten."""
        with self._lock:
            self._forgotten += len(self._departures)
            self._departures.clear()
            return self._forgotten

    def since(self, mark: int) -> list[Departure]:
        """What left since the latest mark."""
        with self._lock:
            return self._departures[max(0, mark - self._forgotten) :]

    def trouble(self, host: str, port: int, reason: str | None) -> None:
        """Note why a host could not be reached, or None once it was."""
        with self._lock:
            if reason is None:
                self._troubles.pop((host, port), None)
            else:
                self._troubles[(host, port)] = reason

    def troubled(self, host: str, port: int) -> str | None:
        """Why the host could not be reached the last time, None if it could."""
        with self._lock:
            return self._troubles.get((host, port))

    def refuse(self, host: str) -> None:
        """Note a host that is not among the allowed ones."""
        with self._lock:
            if host not in self.refused:
                self.refused.append(host)


class Window:
    """While it is open a form is being sent. Connections carry the number of the window in which they were made."""

    def __init__(self) -> None:
        self.number = 0
        self.open = False

    def begin(self) -> None:
        """Open a new window: whatever connection exists now is of an earlier one."""
        self.number += 1
        self.open = True


class Hosts:
    """The hosts that may be reached: names as they are, `*.example.fr` for any below."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(sorted({pattern.lower().rstrip(".") for pattern in patterns}))

    def __contains__(self, host: str) -> bool:
        name = host.lower().rstrip(".")
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self._patterns)


@dataclass
class Roads:
    """What every connection of the proxy shares."""

    hosts: Hosts
    ledger: Ledger
    window: Window
    shut: bool = False
    """Whether nothing may leave any more."""

    async def connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Reach a host; OSError or TimeoutError, noted in the ledger, if it cannot be."""
        try:
            pair = await asyncio.wait_for(asyncio.open_connection(host, port, limit=LIMIT), 20)
        except (OSError, TimeoutError) as error:
            self.ledger.trouble(host, port, _reason(error))
            raise
        self.ledger.trouble(host, port, None)
        pair[1].transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return pair


LIMIT = 256 * 1024
"""Bytes: the longest head of a request, and what a connection may hold back."""


def _reason(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "unknown"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "timeout" if isinstance(error, TimeoutError) else "unreachable"
