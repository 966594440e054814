"""What can be told of a TLS connection from outside: where the handshake ends, where requests and answers begin.

A record is `type (1 byte), version (2), length (2), length bytes`. Types: 20 change of cipher, 21 alert, 22 handshake,
23 application data; TLS 1.3 hides the end of its handshake and its alerts in records of type 23 as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_ALERT, _HANDSHAKE, _DATA = 21, 22, 23
_CLIENT_HELLO = 1
_SHORTEST_HELLO = 100
_HIDDEN_ALERT = 19
"""Bytes of an alert in TLS 1.3: two of the alert, one of its type, sixteen of the seal."""
_LONGEST_NOTICE = 24
"""Bytes: an alert or a change of key in TLS 1.3 is shorter than that, a request longer."""


@dataclass(frozen=True)
class Piece:
    """Bytes of one record. length: of the whole record, without its head; begins: whether the record begins here."""

    content: bytes
    kind: int
    length: int
    begins: bool

    @property
    def may_be_alert(self) -> bool:
        """Whether this announces the end of the connection rather than being of an answer."""
        return self.kind == _ALERT or (self.kind == _DATA and self.length == _HIDDEN_ALERT)


class Splitter:
    """Splits one side's bytes at the borders of records; the head of a record is held back until it is whole."""

    def __init__(self) -> None:
        self._head = b""
        self._kind = self._length = self._left = 0

    def feed(self, content: bytes) -> Iterator[Piece]:
        """The pieces that these bytes complete."""
        content, self._head = self._head + content, b""
        at = 0
        while at < len(content):
            begins = not self._left
            if begins:
                if len(content) - at < 6:
                    self._head = content[at:]
                    return
                self._kind, self._length = content[at], int.from_bytes(content[at + 3 : at + 5], "big")
                self._left = 5 + self._length
            end = min(len(content), at + self._left)
            self._left -= end - at
            yield Piece(content[at:end], self._kind, self._length, begins)
            at = end


class Browser:
    """Tells the requests in what the browser says from its handshake."""

    def __init__(self) -> None:
        self._splitter = Splitter()
        self._hello_seen = False
        self._old = False
        self._finished = False
        self._is_request = False

    @property
    def new(self) -> bool:
        """Whether this is TLS 1.3 with its handshake ended."""
        return self._finished and not self._old

    def feed(self, content: bytes) -> Iterator[tuple[Piece, bool]]:
        """The pieces, each with whether it is of a request."""
        for piece in self._splitter.feed(content):
            if piece.begins:
                self._is_request = self._judge(piece)
            yield piece, self._is_request

    def _judge(self, piece: Piece) -> bool:
        if piece.kind == _HANDSHAKE:
            # A second hello answers a server that asked for another key; anything else in the clear is TLS 1.2.
            hello = piece.content[5] == _CLIENT_HELLO and piece.length >= _SHORTEST_HELLO
            self._old = self._old or (self._hello_seen and not hello)
            self._hello_seen = True
            return False
        if piece.kind != _DATA:
            return False
        if not self._old and not self._finished:
            self._finished = True
            return False
        return self._old or piece.length > _LONGEST_NOTICE
