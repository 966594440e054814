"""The wire between Playwright and the browser: JSON messages ended by a zero byte, passed on as they came, both ways.

On a session of its own, opened before Playwright's first word reaches the browser, the guard has every request of
every page, popup and worker wait for its judgement. What belongs to that session is taken out of the wire.
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
from collections.abc import Iterator
from typing import Any

from .judge import Judge

assert sys.platform == "linux"

_FIRST_ID = 1 << 30
"""Playwright counts its commands from 1."""
_EVERYTHING = {"patterns": [{"urlPattern": "*", "requestStage": "Request"}]}
_CHUNK = 1 << 20


class Gone(Exception):
    """One of the ends is closed. Nothing more may leave."""


class Messages:
    """Cuts what is read from a descriptor into messages."""

    def __init__(self, descriptor: int, end: bytes) -> None:
        self.descriptor, self._end, self._begun = descriptor, end, [b""]

    def read(self) -> Iterator[bytes]:
        """Those that one read completes; Gone at the end of the stream."""
        heard = os.read(self.descriptor, _CHUNK)
        if not heard:
            raise Gone
        first, *others = heard.split(self._end)
        self._begun.append(first)
        for other in others:
            yield b"".join(self._begun)
            self._begun = [other]


class Wire:
    """The guard at work. Its ends are descriptors; lane: a socket of orders and reports, one line each."""

    def __init__(self, playwright: tuple[int, int], browser: tuple[int, int], lane: socket.socket) -> None:
        self._playwright, self._to_playwright = Messages(playwright[0], b"\0"), playwright[1]
        self._browser, self._to_browser = Messages(browser[0], b"\0"), browser[1]
        self._lane, self._to_lane = Messages(lane.fileno(), b"\n"), lane
        self._judge = Judge()
        self._session: str | None = None
        self._mark = b""
        self._last = _FIRST_ID
        self._poll = select.poll()

    def run(self, death: int) -> None:
        """Pass on and judge until Gone, or OSError. death: a descriptor that can be read once the browser is dead."""
        self._poll.register(death, select.POLLIN)
        self._poll.register(self._browser.descriptor, select.POLLIN)
        self._command("Target.attachToBrowserTarget")
        while True:
            ready = {descriptor for descriptor, _event in self._poll.poll()}
            if self._lane.descriptor in ready:
                self._heed()
            if self._browser.descriptor in ready:
                self._up()
            if self._playwright.descriptor in ready:
                self._down()
            if ready == {death}:  # all that it said before is passed on
                raise Gone

    def _up(self) -> None:
        for message in self._browser.read():
            if (self._session is not None and self._mark not in message) or not self._ours(json.loads(message)):
                _write(self._to_playwright, message)

    def _down(self) -> None:
        for message in self._playwright.read():
            _write(self._to_browser, message)

    def _ours(self, message: dict[str, Any]) -> bool:
        """Deal with a message of the guard's own session; False for one that only mentions it."""
        if message.get("id") == _FIRST_ID + 1:
            self._session = _result(message)["sessionId"]
            self._mark = self._session.encode()
            self._command("Fetch.enable", _EVERYTHING)
        elif message.get("id") == _FIRST_ID + 2:
            _result(message)
            self._open()
        elif message.get("sessionId") == self._session and message.get("method") == "Fetch.requestPaused":
            self._command(*self._judge.answer(message["params"]))
        elif self._session is None:
            return message.get("method") == "Target.attachedToTarget"
        else:
            return message.get("sessionId") == self._session
        return True

    def _open(self) -> None:
        """The guard stands: from now on Playwright is listened to, and the lane."""
        self._poll.register(self._playwright.descriptor, select.POLLIN)
        self._poll.register(self._lane.descriptor, select.POLLIN)

    def _heed(self) -> None:
        """Carry out the lane's orders; each is answered by what crossed since the last answer."""
        for line in self._lane.read():
            order = json.loads(line)
            if "lists" in order:
                self._judge.lists = order["lists"]
            if "signing_in" in order:
                self._judge.signing_in = order["signing_in"]
            self._to_lane.sendall(json.dumps(self._judge.report()).encode() + b"\n")

    def _command(self, method: str, parameters: dict[str, Any] | None = None) -> None:
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters or {}}
        if self._session:
            message["sessionId"] = self._session
        _write(self._to_browser, json.dumps(message).encode())


def _result(message: dict[str, Any]) -> dict[str, Any]:
    if "result" not in message:
        raise Gone(message)
    result: dict[str, Any] = message["result"]
    return result


def _write(descriptor: int, message: bytes) -> None:
    left = memoryview(message + b"\0")
    while left:
        left = left[os.write(descriptor, left) :]
