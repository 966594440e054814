"""The practice post office: a mail server on this machine that keeps what it is given, and misbehaves when asked to."""

from __future__ import annotations

import socketserver
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from robo.practice.certificates import server_context
from robo.practice.imap import ImapSession
from robo.practice.mailroom import NO_TROUBLE, Mail, MailFaults, State
from robo.practice.smtp import SmtpSession

__all__ = ["NO_TROUBLE", "Mail", "MailFaults", "Post"]


class Post:
    """SMTP and a mailbox by IMAP, served from threads of this process on 127.0.0.1.

    tls: (certificate, key) offers STARTTLS on both; wrapped: TLS from the first byte. user, password: asked for where
    given; the mailbox lets anybody in where not. folder: where each mail is also written, as 0001.eml and so on.
    """

    def __init__(
        self,
        faults: MailFaults = NO_TROUBLE,
        tls: tuple[Path, Path] | None = None,
        wrapped: bool = False,
        user: str = "",
        password: str = "",
        folder: Path | None = None,
        port: int = 0,
    ) -> None:
        context = server_context(*tls) if tls else None
        self._state = State(user, password, None if wrapped else context, faults, folder)
        self._scheme = "s" if wrapped else ""
        self._smtp = _Server(port, SmtpSession, self._state, context if wrapped else None)
        self._imap = _Server(0, ImapSession, self._state, context if wrapped else None)

    def start(self) -> str:
        """Serve; returns the address for `smtp` in robo.toml."""
        for server in (self._smtp, self._imap):
            threading.Thread(target=server.serve_forever, args=(0.02,), name="practice-post", daemon=True).start()
        return self.address

    def stop(self) -> None:
        """End every connection."""
        self._state.stopping.set()
        for server in (self._smtp, self._imap):
            server.shutdown()
            server.server_close()

    @property
    def address(self) -> str:
        """Such as "smtp://localhost:40123"."""
        return f"smtp{self._scheme}://localhost:{self._smtp.server_address[1]}"

    @property
    def mailbox(self) -> str:
        """Such as "imap://localhost:40124"."""
        return f"imap{self._scheme}://localhost:{self._imap.server_address[1]}"

    @property
    def mails(self) -> list[Mail]:
        """All that was taken so far, oldest first."""
        with self._state.lock:
            return list(self._state.mails)

    @property
    def sent(self) -> list[bytes]:
        """What stands in the mailbox's folder of sent mails."""
        with self._state.lock:
            return list(self._state.sent)

    @property
    def connections(self) -> int:
        """How many there were so far, of either kind."""
        return self._state.connections

    @property
    def recipients(self) -> int:
        """How many recipients were named so far."""
        return self._state.recipients

    @property
    def texts(self) -> int:
        """How many mails were begun to be handed over so far."""
        return self._state.texts

    def set_faults(self, faults: MailFaults = NO_TROUBLE) -> None:
        """Put these in force."""
        self._state.faults = faults
        self._state.lost = 0

    def __enter__(self) -> Post:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(
        self, port: int, session: type[SmtpSession | ImapSession], state: State, tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(("127.0.0.1", port), socketserver.StreamRequestHandler)
        self._session, self._state, self._tls = session, state, tls
        self._open: set[SmtpSession | ImapSession] = set()

    def finish_request(self, request: Any, client_address: Any) -> None:
        with self._state.lock:
            self._state.connections += 1
            number = self._state.connections
        with suppress(OSError):  # clients go away as they like
            if self._tls:
                request = self._tls.wrap_socket(request, server_side=True)
            session = self._session(request, self._state, number, bool(self._tls))
            self._open.add(session)
            try:
                session.converse()
            finally:
                self._open.discard(session)
                session.close()

    def server_close(self) -> None:
        """End every connection and wait for its thread."""
        for session in list(self._open):
            session.close()
        super().server_close()
