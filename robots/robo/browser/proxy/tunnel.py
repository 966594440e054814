"""A CONNECT tunnel: TLS from end to end, of which the proxy sees the turns of speech alone.

Chromium sends a form a second time, by itself, when a connection that it had used or made ahead closes without an
answer; never on a fresh one. So while a form is being sent, a tunnel carries one request: if the browser begins another
one on it, or uses one that is older than the press, the tunnel is closed before a byte is passed on, and Chromium goes
to a fresh one.
"""

from __future__ import annotations

import asyncio
import time

from robo.browser.proxy.tls import Piece, Records
from robo.browser.proxy.traffic import Departure, Roads

_CHUNK = 64 * 1024
_TLS = 22
_IDLE = 0.5
"""Seconds after which an unused tunnel counts as made ahead: Chromium would send again on it."""
_QUIET = 0.03
"""Seconds of the server's silence after which an answer is taken for complete when a window opens."""


class Tunnel:
    """One tunnel between the browser (near) and a server (far)."""

    def __init__(
        self,
        roads: Roads,
        near: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        far: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        departure: Departure,
    ) -> None:
        self._roads, self._near, self._far, self._departure = roads, near, far, departure
        self._made_in = roads.window.number
        self._requests = 0
        self._answered = False
        self._spoke = asyncio.Event()
        self._last_said = self._shaken = time.monotonic()
        self._turn = 0.0
        self._greeted = 0.0

    @property
    def idle(self) -> bool:
        """Whether the browser may take it for its next request, as far as can be told."""
        silent = time.monotonic() - self._last_said > _QUIET
        return silent if not self._requests else self._answered and silent

    def close(self) -> None:
        """End both sides, what was already passed on excepted."""
        for _reader, writer in (self._near, self._far):
            writer.close()

    async def run(self) -> None:
        """Pass on what both sides say until one of them ends."""
        down = asyncio.create_task(self._down())
        try:
            await self._up()
        except OSError:
            pass
        finally:
            self.close()
            await asyncio.wait([down])

    async def _down(self) -> None:
        reader, writer = self._far[0], self._near[1]
        try:
            while content := await reader.read(_CHUNK):
                now = time.monotonic()
                if not self._turn and self._greeted:
                    self._turn = now - self._greeted
                self._answered, self._last_said = True, now
                self._spoke.set()
                writer.write(content)
                await writer.drain()
        except OSError:
            pass
        finally:
            self.close()

    async def _up(self) -> None:
        reader, writer = self._near[0], self._far[1]
        content = await reader.read(_CHUNK)
        if content and content[0] != _TLS:
            await self._open_text(content)
            return
        self._greeted = time.monotonic()
        records = Records()
        while content:
            for piece in records.feed(content):
                if not piece.data:
                    self._shaken = time.monotonic()
                elif not await self._may_pass(piece, records):
                    return
                writer.write(piece.content)
            await writer.drain()
            content = await reader.read(_CHUNK)

    async def _open_text(self, content: bytes) -> None:
        """A tunnel without TLS is a WebSocket's: never sent again by the browser, each message may write."""
        while content:
            self._roads.ledger.left(self._departure)
            self._far[1].write(content)
            await self._far[1].drain()
            content = await self._near[0].read(_CHUNK)

    async def _may_pass(self, piece: Piece, records: Records) -> bool:
        if not piece.begins or (self._requests and not self._answered):
            return True
        window = self._roads.window
        if window.open:
            unused = not self._requests and time.monotonic() - self._shaken > _IDLE
            if self._made_in != window.number or self._requests or unused:
                return False
            if records.finished:
                await self._await_tickets()
        self._requests += 1
        self._answered = False
        self._spoke.clear()
        self._roads.ledger.left(self._departure)
        return True

    async def _await_tickets(self) -> None:
        """Let a TLS 1.3 server say what it says after the handshake, lest it be taken for the answer to a request."""
        self._spoke.clear()
        await self._far[1].drain()
        try:
            await asyncio.wait_for(self._spoke.wait(), 2 * self._turn + 0.005)
        except TimeoutError:
            return
        while self._spoke.is_set():
            self._spoke.clear()
            await asyncio.sleep(0.002)
