"""The proxy itself: a thread of the lane, an address of this machine alone."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from robo.browser.proxy.door import Door
from robo.browser.proxy.plain import FORBIDDEN, UNREACHABLE, Head, Relay
from robo.browser.proxy.traffic import LIMIT, Departure, Hosts, Ledger, Roads, Window
from robo.browser.proxy.tunnel import Tunnel

_JUST_NOW = 0.3
"""Seconds."""


class Proxy:
    """Serves one browser from `start` to `stop`.

    allowed: host names and patterns; all else is refused. door: where WebSockets go instead, if they are to be refused.
    """

    def __init__(self, allowed: Iterable[str], door: Door | None = None) -> None:
        self.door = door
        self._roads = Roads(Hosts(allowed), Ledger(), Window())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="browser-proxy", daemon=True)
        self._ready = threading.Event()
        self._tunnels: set[Tunnel] = set()
        self._relays: set[Relay] = set()
        self._connections: set[asyncio.Task[None]] = set()
        self._dropped_in = -1
        self.port = 0

    def start(self) -> str:
        """Serve, and return the address for the browser."""
        self._thread.start()
        self._ready.wait()
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End every connection and the thread; does not wait for long."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(2)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """While a form is being sent: no connection carries a second request."""
        self._within(self._begin)
        try:
            yield
        finally:
            self._within(self._end)

    def cut(self) -> None:
        """Let nothing more leave, and end what the browser waits for: what it sends again goes nowhere."""
        self._within(self._cut)

    def reopen(self) -> None:
        """Let requests leave again, after a cut."""
        self._roads.shut = False

    @property
    def is_cut(self) -> bool:
        """Whether nothing leaves any more."""
        return self._roads.shut

    def mark(self) -> int:
        """A moment from which departures are counted."""
        return self._roads.ledger.mark

    def left_since(self, mark: int) -> list[Departure]:
        """The requests that left since that moment."""
        return self._roads.ledger.since(mark)

    @property
    def dropped(self) -> bool:
        """Whether a server closed without an answer since the form was sent, and nothing else is being waited for.

        What was asked only just now is left out: pages ask for their clocks and news all the time.
        """
        if not self._roads.window.open:
            return False
        found: list[Tunnel] = []
        self._within(lambda: found.extend(self._tunnels))
        asked = [one for one in found if one.asked_in == self._roads.window.number and (one.waits or one.silent)]
        earlier = [tunnel for tunnel in asked if time.monotonic() - tunnel.asked_at > _JUST_NOW]
        if earlier and all(tunnel.silent for tunnel in earlier):
            self._dropped_in = self._roads.window.number
        return self._dropped_in == self._roads.window.number

    def tell_ends(self) -> None:
        """Let the browser learn of the ends that were kept back: whatever it wrote is known to be answered."""
        self._loop.call_soon_threadsafe(self._tell_ends)

    def _tell_ends(self) -> None:
        for tunnel in [tunnel for tunnel in self._tunnels if tunnel.may_tell]:
            tunnel.close()

    def trouble(self, host: str, port: int) -> str | None:
        """Why that host could not be reached: "unknown", "refused", "timeout", "unreachable"; None if it could."""
        return self._roads.ledger.troubled(host, port)

    def allows(self, host: str) -> bool:
        """Whether the host may be reached."""
        return host in self._roads.hosts

    @property
    def refused(self) -> tuple[str, ...]:
        """Hosts that were asked for and are not allowed."""
        return tuple(self._roads.ledger.refused)

    def _within(self, work: Callable[[], None]) -> None:
        done = threading.Event()

        def run() -> None:
            work()
            done.set()

        self._loop.call_soon_threadsafe(run)
        done.wait(5)

    def _begin(self) -> None:
        self._roads.window.begin()
        # Chromium tries no more than three connections for one request: those at rest are closed ahead of it.
        for tunnel in [tunnel for tunnel in self._tunnels if tunnel.idle]:
            tunnel.close()

    def _cut(self) -> None:
        self._roads.shut = True
        for tunnel in [tunnel for tunnel in self._tunnels if tunnel.waits or tunnel.lost]:
            tunnel.close()
        for relay in list(self._relays):
            relay.cut()

    def _end(self) -> None:
        self._roads.window.open = False

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0, limit=LIMIT))
        self.port = server.sockets[0].getsockname()[1]
        servers = [server, *([self._loop.run_until_complete(self.door.open())] if self.door else [])]
        self._ready.set()
        self._loop.run_forever()
        for one in servers:
            one.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(self._loop), return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = Head.parse(await reader.readuntil(b"\r\n\r\n"))
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.close()
            return
        if head.method == "CONNECT":
            await self._tunnel(head, reader, writer)
        else:
            relay = Relay(self._roads, reader, writer)
            self._relays.add(relay)
            try:
                await relay.run(head)
            finally:
                self._relays.discard(relay)

    async def _tunnel(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._roads.shut:
            writer.close()
            return
        if head.host not in self._roads.hosts:
            self._roads.ledger.refuse(head.host)
            writer.write(FORBIDDEN)
            writer.close()
            return
        try:
            far = await self._roads.connect(head.host, head.port)
        except (OSError, TimeoutError):
            writer.write(UNREACHABLE)
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        tunnel = Tunnel(self._roads, (reader, writer), far, Departure(head.host, head.port))
        self._tunnels.add(tunnel)
        try:
            await tunnel.run()
        finally:
            self._tunnels.discard(tunnel)
