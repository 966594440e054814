"""The network side of the office: HTTP/1.1 on loopback, kept-alive connections, broken on request."""

from __future__ import annotations

import itertools
import socket
import socketserver
import ssl
import struct
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from robo.practice.control import PREFIX, control
from robo.practice.desk import Answer, Request, State, answer
from robo.practice.forms import parse

LARGEST_BODY = 20 * 1024 * 1024
"""Bytes: more is answered 413."""


class Wire(ThreadingHTTPServer):
    """One thread a connection. Every open connection is known by its number, so that stopping can end it."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, port: int, state: State, context: ssl.SSLContext | None) -> None:
        self.state = state
        self._context = context
        self._numbers = itertools.count(1)
        self._open: dict[socket.socket, int] = {}
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self) -> None:
        # HTTPServer's own version asks the name service for our name, which may take seconds.
        socketserver.TCPServer.server_bind(self)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept one connection; its TLS handshake is left to its own thread, lest a slow client stop them all."""
        request, address = super().get_request()
        if self._context:
            request = self._context.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open[request] = next(self._numbers)
        return request, address

    def finish_request(self, request: Any, client_address: Any) -> None:
        if isinstance(request, ssl.SSLSocket):
            request.do_handshake()
        super().finish_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        # No shutdown before the close: it would send FIN where RST was asked for.
        # Closed before it is forgotten: a connection that is no longer counted is really closed.
        self.close_request(request)
        with self._lock:
            self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken connections are everyday life here; anything else is our mistake, and is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def number_of(self, request: socket.socket) -> int:
        """The connection's number, from 1."""
        with self._lock:
            return self._open[request]

    def connections(self) -> int:
        """How many connections are open."""
        with self._lock:
            return len(self._open)

    def break_all(self) -> None:
        """Wake every thread that waits for its client."""
        with self._lock:
            for request in self._open:
                try:
                    # Not SSLSocket's own shutdown: that one pulls the TLS object from under the reading thread.
                    socket.socket.shutdown(request, socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was faster


class Handler(BaseHTTPRequestHandler):
    """Reads requests from one connection and sends each answer in a single write."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Wire

    def setup(self) -> None:
        super().setup()
        self._number = self.server.number_of(self.request)
        self._carried = 0

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the office has its own log."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            return self._refuse(HTTPStatus.LENGTH_REQUIRED)
        if int(length) > LARGEST_BODY:
            return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        whole, body = self._read(int(length))
        state, target = self.server.state, urlsplit(self.path)
        if target.path.startswith(PREFIX):
            reply = control(state, self.command, target.path, body) if whole else Answer(0, drop=True)
        else:
            fields, readable = self._fields(body) if whole else ({}, False)
            cookie = self.headers.get("Cookie", "")
            reply = answer(
                state,
                Request(
                    self.command,
                    target.path,
                    target.query,
                    cookie,
                    fields,
                    self._number,
                    self._carried,
                    whole,
                    readable,
                ),
            )
        self._carried += 1
        return self._drop() if reply.drop else self._send(reply)

    def _read(self, length: int) -> tuple[bool, bytes]:
        """(whole, body): a client that dies halfway has sent nothing the office may act on."""
        try:
            body = self.rfile.read(length)
        except OSError:
            return False, b""
        return len(body) == length, body

    def _fields(self, body: bytes) -> tuple[dict[str, str], bool]:
        if not body:
            return {}, True
        try:
            return parse(self.headers.get("Content-Type", ""), body), True
        except ValueError:
            return {}, False

    def _send(self, reply: Answer) -> None:
        body = reply.body.encode()
        lines = [
            f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}",
            f"Date: {self.date_time_string()}",
            f"Content-Type: {reply.content_type}",
            f"Content-Length: {len(body)}",
            "Cache-Control: no-store",
            *(f"{name}: {value}" for name, value in reply.headers),
        ]
        if self.close_connection:
            lines.append("Connection: close")
        try:
            self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        except OSError:
            self.close_connection = True
            if reply.exchange:
                self.server.state.register.unanswered(reply.exchange)

    def _drop(self) -> None:
        self.close_connection = True
        if self.server.state.book.faults.reset:
            # Lingering for zero seconds: the close that follows sends RST and nothing else.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _refuse(self, status: HTTPStatus) -> None:
        """The body was not read, so the connection cannot serve another request."""
        self.close_connection = True
        self._send(Answer(status.value))
