"""Plain HTTP, where the proxy is a party to the talk: it reads requests and makes the connections to the server itself.

A request that could write leaves on a fresh connection to the server, once. If the server closes without a whole head
of an answer, the browser gets a 502 from here: it has its answer, and does not send again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from robo.browser.guard.request import SAFE
from robo.browser.proxy.traffic import Departure, Roads

_CHUNK = 64 * 1024
LOST = b"HTTP/1.1 502 Lost\r\nRobo: lost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
UNREACHABLE = b"HTTP/1.1 502 Unreachable\r\nRobo: unreachable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nRobo: refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Head:
    """The head of a request to a proxy. length: bytes of the body, None where its end must be told from its content."""

    method: str
    host: str
    port: int
    path: str
    lines: tuple[bytes, ...]
    length: int | None

    @classmethod
    def parse(cls, content: bytes) -> Head:
        """ValueError for what is no request."""
        first, *lines = content.rstrip(b"\r\n").split(b"\r\n")
        method, target, _version = first.decode("latin-1").split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        url = urlsplit(f"//{target}" if method == "CONNECT" else target)
        if not url.hostname:
            raise ValueError(target)
        length = None if b"transfer-encoding" in headers else int(headers.get(b"content-length", b"0"))
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        port = url.port or (443 if method == "CONNECT" else 80)
        kept = tuple(line for line in lines if not line.lower().startswith(b"proxy-"))
        return cls(method, url.hostname, port, path, kept, length)

    @property
    def writes(self) -> bool:
        """Whether the method could change something."""
        return self.method not in SAFE

    def for_server(self) -> bytes:
        """The head as a server expects it."""
        return b"\r\n".join([f"{self.method} {self.path} HTTP/1.1".encode("latin-1"), *self.lines, b"", b""])


class Relay:
    """One connection of the browser, request after request."""

    def __init__(self, roads: Roads, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._roads, self._reader, self._writer = roads, reader, writer
        self._server: _Server | None = None

    async def run(self, head: Head) -> None:
        """Serve this request and those that follow on the same connection."""
        try:
            while await self._serve(head):
                head = Head.parse(await self._reader.readuntil(b"\r\n\r\n"))
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            if self._server:
                self._server.close()
            self._writer.close()

    def cut(self) -> None:
        """End it now; the browser is told that there will be no answer."""
        if self._server:
            self._server.cut()

    async def _serve(self, head: Head) -> bool:
        """False once the connection has ended."""
        if self._roads.shut:
            return False
        if head.host not in self._roads.hosts:
            self._roads.ledger.refuse(head.host)
            return await self._end(FORBIDDEN)
        server = self._server
        if server is None or head.writes or not server.serves(head):
            if server:
                server.close()
            try:
                far = await self._roads.connect(head.host, head.port)
            except (OSError, TimeoutError):
                return await self._end(UNREACHABLE)
            server = self._server = _Server(head, far, self._writer)
        self._roads.ledger.left(Departure(head.host, head.port, head.method, head.path))
        server.ask(head)
        await self._pass_body(head, server)
        return True

    async def _pass_body(self, head: Head, server: _Server) -> None:
        left = head.length
        while left is None or left:
            content = await self._reader.read(_CHUNK if left is None else min(left, _CHUNK))
            if not content:
                raise ConnectionResetError
            await server.send(content)
            left = None if left is None else left - len(content)

    async def _end(self, answer: bytes) -> bool:
        self._writer.write(answer)
        await self._writer.drain()
        return False


class _Server:
    """One connection to a server, whose answers go to the browser as they come."""

    def __init__(
        self, head: Head, far: tuple[asyncio.StreamReader, asyncio.StreamWriter], near: asyncio.StreamWriter
    ) -> None:
        self._reader, self._writer = far
        self._near = near
        self._place = (head.host, head.port)
        self._writes = False
        self._answered = False
        self._over = False
        self._task = asyncio.create_task(self._answers())

    def serves(self, head: Head) -> bool:
        """Whether it can be asked this as well."""
        return not self._over and not self._writes and self._place == (head.host, head.port)

    def ask(self, head: Head) -> None:
        """Send the head of a request."""
        self._writes, self._answered = head.writes, False
        self._writer.write(head.for_server())

    async def send(self, content: bytes) -> None:
        """Send a part of its body; after an early end of the server the rest is dropped."""
        if not self._over and not self._writer.is_closing():
            self._writer.write(content)
            await self._writer.drain()

    def close(self) -> None:
        """End it; the browser's connection stays."""
        self._over = True
        self._task.cancel()
        self._writer.close()

    def cut(self) -> None:
        """End both sides, with an answer of our own where a request that could write waits for one."""
        if self._writes and not self._answered and not self._over:
            self._near.write(LOST)
        self.close()
        self._near.close()

    async def _answers(self) -> None:
        start = b""
        try:
            while content := await self._reader.read(_CHUNK):
                if self._writes and not self._answered:
                    start += content
                    if b"\r\n\r\n" not in start:
                        continue
                    # The browser sends again after a 408 on a connection it had used: a 400 says as much to people.
                    content = start.replace(b" 408 ", b" 400 ", 1) if start[:13].endswith(b" 408 ") else start
                if self._near.is_closing():
                    break
                self._answered = True
                self._near.write(content)
                await self._near.drain()
        except OSError:
            pass
        self._over = True
        if self._writes and not self._answered:
            self._near.write(LOST)
        self._writer.close()
        self._near.close()
