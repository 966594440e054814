"""What can be told of a TLS connection from outside: where the handshake ends and where requests begin.

A record is `type (1 byte), version (2), length (2), length bytes`. Types: 20 change of cipher, 21 alert, 22 handshake,
23 application data; TLS 1.3 hides the end of its handshake and its alerts in records of type 23 as well.
"""

from __future__ import annotations

from dataclasses import dataclass

_HANDSHAKE, _DATA = 22, 23
_CLIENT_HELLO = 1
_SHORTEST_HELLO = 100
_LONGEST_NOTICE = 24
"""Bytes: an alert or a change of key in TLS 1.3 is shorter than that, a request longer."""


@dataclass(frozen=True)
class Piece:
    """Bytes of one record. data: whether they are application data; begins: whether the record begins here."""

    content: bytes
    data: bool
    begins: bool


class Records:
    """Splits what the browser says into records, and tells the handshake from requests."""

    def __init__(self) -> None:
        self._head = b""
        self._left = 0
        self._is_data = False
        self._hello_seen = False
        self._old = False
        self._finished = False

    @property
    def finished(self) -> bool:
        """Whether the browser has ended its handshake, in TLS 1.3; older versions say nothing after their answer."""
        return self._finished and not self._old

    def feed(self, content: bytes) -> list[Piece]:
        """The pieces that these bytes complete; the head of a record is held back until it can be judged."""
        pieces: list[Piece] = []
        content, self._head = self._head + content, b""
        at = 0
        while at < len(content):
            if self._left:
                end = min(len(content), at + self._left)
                pieces.append(Piece(content[at:end], self._is_data, begins=False))
                self._left -= end - at
                at = end
                continue
            if len(content) - at < 6:
                self._head = content[at:]
                break
            length = int.from_bytes(content[at + 3 : at + 5], "big")
            self._is_data = self._judge(content[at], length, content[at + 5])
            end = min(len(content), at + 5 + length)
            self._left = at + 5 + length - end
            pieces.append(Piece(content[at:end], self._is_data, begins=True))
            at = end
        return pieces

    def _judge(self, kind: int, length: int, first: int) -> bool:
        """Whether the record carries a request."""
        if kind == _HANDSHAKE:
            # A second hello answers a server that asked for another key; anything else in the clear is TLS 1.2.
            hello = first == _CLIENT_HELLO and length >= _SHORTEST_HELLO
            self._old = self._old or (self._hello_seen and not hello)
            self._hello_seen = True
            return False
        if kind != _DATA:
            return False
        if not self._old and not self._finished:
            self._finished = True
            return False
        return self._old or length > _LONGEST_NOTICE
