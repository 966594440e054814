"""A server that serves the folder `pages` and notes whatever reaches it that could write."""

from __future__ import annotations

import base64
import functools
import hashlib
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

_SEAL = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455


class Witness:
    """Serves on 127.0.0.1 while it is entered. written: method and path of what could have written, in its order."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str]] = []
        self.read: list[str] = []
        handler = functools.partial(_Handler, self, directory=str(Path(__file__).parent / "pages"))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def ways(self) -> set[str]:
        """The names of those that arrived at /w/NAME."""
        return {path.removeprefix("/w/") for _method, path in self.written if path.startswith("/w/")}

    def __enter__(self) -> Witness:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, witness: Witness, *arguments: Any, **named: Any) -> None:
        self._witness = witness
        super().__init__(*arguments, **named)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Methods", "*")
        if self.path.startswith("/ways/report.html"):
            self.send_header("Content-Security-Policy", "img-src 'none'; report-uri /w/report")
        if self.path.startswith("/ways/service.js"):
            self.send_header("Service-Worker-Allowed", "/")
        super().end_headers()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def __getattr__(self, name: str) -> Any:
        """Whatever the method, known or not."""
        if name.startswith("do_"):
            return self._write
        raise AttributeError(name)

    def do_OPTIONS(self) -> None:
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self._socket()
            return
        self._witness.read.append(self.path)
        super().do_GET()

    def _write(self) -> None:
        url = urlsplit(self.path)
        self._witness.written.append((self.command, url.path))
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if url.query == "on":
            self.send_response(307)
            self.send_header("Location", f"{url.path}_once_more")
        else:
            self.send_response(200)
        if url.query == "file":
            self.send_header("Content-Disposition", 'attachment; filename="x.txt"')
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"done")

    def _socket(self) -> None:
        self._witness.written.append(("WEBSOCKET", urlsplit(self.path).path))
        key = base64.b64encode(hashlib.sha1((self.headers["Sec-WebSocket-Key"] + _SEAL).encode()).digest()).decode()
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", key)):
            self.send_header(name, value)
        super().end_headers()
        self.close_connection = True
