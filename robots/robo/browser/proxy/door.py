"""Where the WebSockets of a dry run end: a SOCKS proxy that tells who came and lets nobody through.

A WebSocket's messages are no requests: nothing in the browser can have them judged one by one.
"""

from __future__ import annotations

import asyncio
import threading

_GREETED = b"\x05\x00"
_NOT_ALLOWED = b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"
_BY_NAME = 3
_LENGTHS = {1: 4, 4: 16}
"""Bytes of an address by its kind: IPv4 and IPv6."""


class Door:
    """Serves in the proxy's thread; asked from the lane's."""

    def __init__(self) -> None:
        self.port = 0
        self._lock = threading.Lock()
        self._refused: list[tuple[str, int]] = []

    async def open(self) -> asyncio.Server:
        """Begin to serve at a port of this machine alone."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def refused(self) -> list[tuple[str, int]]:
        """Host and port of each that was refused since this was last asked; several at one place count once."""
        with self._lock:
            told, self._refused = list(dict.fromkeys(self._refused)), []
        return told

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            _version, methods = await reader.readexactly(2)
            await reader.readexactly(methods)
            writer.write(_GREETED)
            place = await _place(reader)
            with self._lock:
                self._refused.append(place)
            writer.write(_NOT_ALLOWED)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _place(reader: asyncio.StreamReader) -> tuple[str, int]:
    _version, _command, _reserved, kind = await reader.readexactly(4)
    length = (await reader.readexactly(1))[0] if kind == _BY_NAME else _LENGTHS.get(kind, 0)
    name = await reader.readexactly(length)
    port = int.from_bytes(await reader.readexactly(2), "big")
    if kind == _BY_NAME:
        return name.decode("ascii", "replace"), port
    return (".".join(map(str, name)) if kind == 1 else "[" + name.hex(":", 2) + "]"), port
