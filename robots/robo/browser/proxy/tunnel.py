"""A CONNECT tunnel: TLS from end to end, of which the proxy sees the turns of speech alone.

Chromium sends a form a second time, by itself, when a connection that it had used or made ahead closes without an
answer. Two walls stand against it while a form is being sent:

* a connection older than the press, or one that has carried a request since, is closed before a byte of another
  request is passed on: the form leaves on a connection that no idle time-out or firewall has cut behind our back;
* when the server closes and may not have answered, the browser is not told: it goes on waiting instead of sending
  again, and the robot learns of it from here. What a TLS 1.3 server says after its handshake cannot be told from a
  short answer, so after so little the end is kept back until the robot has seen the answer's head in the browser.
"""

from __future__ import annotations

import asyncio
import time

from robo.browser.proxy.tls import Browser, Piece, Splitter
from robo.browser.proxy.traffic import Departure, Roads

_CHUNK = 64 * 1024
_TLS = 22
_QUIET = 0.03
"""Seconds of the server's silence after which an answer is taken for complete when a window opens."""
_SHORT = 8 * 1024
"""Bytes: tickets and news of a TLS 1.3 server are less; some send four, of up to some hundred bytes each."""
_LINGER = 1.0
"""Seconds after which an end that was kept back counts as the loss of an answer."""


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
        self.asked_in = 0
        """The window in which its last request began, 0 where none was open."""
        self.asked_at = 0.0
        self._ended_at = 0.0
        """When the server closed, perhaps without an answer, and the browser was not told; 0 while it has not."""
        self._heard = 0
        self._requests = 0
        self._answered = False
        self._spoke = asyncio.Event()
        self._last_said = time.monotonic()
        self._greeted = self._turn = 0.0

    @property
    def idle(self) -> bool:
        """Whether the browser may take it for its next request, as far as can be told."""
        silent = time.monotonic() - self._last_said > _QUIET
        return silent and (self._answered or not self._requests)

    @property
    def waits(self) -> bool:
        """Whether a request of it has no answer yet."""
        return self._requests > 0 and not self._answered

    @property
    def lost(self) -> bool:
        """Whether the server closed, perhaps without an answer, and the browser was not told."""
        return self._ended_at > 0

    @property
    def silent(self) -> bool:
        """Whether a request of it will have no answer, as far as can be told from here."""
        return self.lost and (self.waits or time.monotonic() - self._ended_at > _LINGER)

    @property
    def may_tell(self) -> bool:
        """Whether the browser may learn of the end once it is known to have had its answers."""
        return self.lost and not self.waits and time.monotonic() - self._ended_at > _LINGER / 2

    @property
    def _unsure(self) -> bool:
        """Whether a request of this window may have no answer yet, whatever was heard since."""
        unheard = self.waits or self._heard <= _SHORT
        return self.asked_in > 0 and unheard and not self._roads.shut

    def _end_unseen(self) -> None:
        self._ended_at = self._ended_at or time.monotonic()

    def close(self) -> None:
        """End both sides."""
        for _reader, writer in (self._near, self._far):
            writer.close()

    async def run(self) -> None:
        """Pass on what both sides say until one of them ends."""
        down = asyncio.create_task(self._down())
        try:
            await self._up()
        finally:
            self.close()
            await asyncio.wait([down])

    async def _down(self) -> None:
        reader, writer = self._far[0], self._near[1]
        splitter = Splitter()
        farewell = b""
        try:
            while content := await reader.read(_CHUNK):
                self._last_said = time.monotonic()
                if not self._turn and self._greeted:
                    self._turn = self._last_said - self._greeted
                for piece in splitter.feed(content):
                    farewell += piece.content
                    if self.waits and piece.may_be_alert:
                        continue
                    if writer.is_closing():
                        return
                    writer.write(farewell)
                    self._heard += len(farewell)
                    farewell = b""
                    self._answered = True
                    self._spoke.set()
                await writer.drain()
        except OSError:
            pass
        if self._unsure:
            self._end_unseen()
            return
        writer.write(farewell)
        self.close()

    async def _up(self) -> None:
        reader = self._near[0]
        try:
            content = await reader.read(_CHUNK)
            if content and content[0] != _TLS:
                await self._open_text(content)
                return
            self._greeted = time.monotonic()
            browser = Browser()
            while content:
                for piece, of_request in browser.feed(content):
                    if of_request and not await self._may_pass(piece, browser):
                        return
                    await self._say(piece.content)
                content = await reader.read(_CHUNK)
        except OSError:
            return

    async def _say(self, content: bytes) -> None:
        """Pass on to the server; what comes after its end is dropped, lest the browser learn of it."""
        if self.lost:
            return
        try:
            if self._far[1].is_closing():
                raise ConnectionResetError
            self._far[1].write(content)
            await self._far[1].drain()
        except OSError:
            if not self._unsure:
                raise
            self._end_unseen()

    async def _open_text(self, content: bytes) -> None:
        """A tunnel without TLS is a WebSocket's: never sent again by the browser, each message may write."""
        while content:
            self._roads.ledger.left(self._departure)
            self._far[1].write(content)
            await self._far[1].drain()
            content = await self._near[0].read(_CHUNK)

    async def _may_pass(self, piece: Piece, browser: Browser) -> bool:
        """Whether a piece of a request goes on; counts requests by turns of speech."""
        if not piece.begins or self.waits:
            return True
        window = self._roads.window
        if self._roads.shut or self.lost:
            return False
        if window.open:
            if self._made_in != window.number or self._requests:
                return False
            if browser.new:
                await self._await_tickets()
        self._requests += 1
        self._answered = False
        self._heard = 0
        self.asked_in = window.number if window.open else 0
        self.asked_at = time.monotonic()
        self._roads.ledger.left(self._departure)
        return True

    async def _await_tickets(self) -> None:
        """Let a TLS 1.3 server say what it says after the handshake, lest it be taken for the answer to a request."""
        self._spoke.clear()
        try:
            await asyncio.wait_for(self._spoke.wait(), 2 * self._turn + 0.005)
        except TimeoutError:
            return
        while self._spoke.is_set():
            self._spoke.clear()
            await asyncio.sleep(0.002)
