"""A connection of the practice post office, read and written by lines."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress


class Lines:
    """Lines end with CR LF on the wire and are bare here."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._read = b""

    def read(self) -> bytes | None:
        """The next line; None at the end."""
        while b"\r\n" not in self._read:
            if not self._more():
                return None
        line, _end, self._read = self._read.partition(b"\r\n")
        return line

    def exactly(self, size: int) -> bytes | None:
        """So many bytes; None where they do not come."""
        while len(self._read) < size:
            if not self._more():
                return None
        found, self._read = self._read[:size], self._read[size:]
        return found

    def text(self) -> bytes | None:
        """The text of a mail up to its lone point; None where that does not come."""
        found, start = bytearray(b"\r\n" + self._read), 0
        while (end := found.find(b"\r\n.\r\n", start)) < 0:
            start = max(0, len(found) - 4)
            data = self._socket.recv(65536)
            if not data:
                return None
            found += data
        self._read = bytes(found[end + 5 :])
        return bytes(found[: end + 2]).replace(b"\r\n..", b"\r\n.")[2:]

    def write(self, line: str) -> None:
        """One line."""
        self._socket.sendall(line.encode() + b"\r\n")

    def secure(self, context: ssl.SSLContext) -> None:
        """Go on over TLS; what was read ahead is forgotten, as the rules want it."""
        self._socket, self._read = context.wrap_socket(self._socket, server_side=True), b""

    def close(self) -> None:
        """End it."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _more(self) -> bool:
        data = self._socket.recv(65536)
        self._read += data
        return bool(data)
