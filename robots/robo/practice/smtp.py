"""The SMTP side of the practice post office."""

from __future__ import annotations

import base64
import socket
import ssl
from contextlib import suppress

from robo.practice.lines import Lines
from robo.practice.mailroom import Mail, MailFaults, State


class SmtpSession:
    """One client, until it leaves or is sent away."""

    def __init__(self, request: socket.socket, state: State, number: int, secure: bool) -> None:
        self._lines = Lines(request)
        self._state, self._number, self._secure = state, number, secure
        self._user = ""
        self._sender = ""
        self._recipients: list[str] = []

    @property
    def _faults(self) -> MailFaults:
        return self._state.faults

    def converse(self) -> None:
        """Answer each command; OSError where the client goes away."""
        self._say("220 practice.test ESMTP")
        while (line := self._lines.read()) is not None and not self._state.stopping.is_set():
            word, _blank, rest = line.decode("utf-8", "replace").partition(" ")
            answer = getattr(self, f"_{word.lower()}", None) if word.isalpha() else None
            if answer is None:
                self._say("502 5.5.2 unknown command")
            elif answer(rest.strip()) is False:
                break

    def close(self) -> None:
        """End the connection, from whatever thread."""
        self._lines.close()

    def _say(self, *lines: str) -> None:
        code, last = lines[0][:3], len(lines) - 1
        for place, line in enumerate(lines):
            text = line if place == 0 else f"{code} {line}"
            self._lines.write(text if place == last else f"{text[:3]}-{text[4:]}")

    def _ehlo(self, name: str) -> None:
        offers = ["8BITMIME", f"SIZE {self._faults.size}"]
        if self._state.tls and not self._secure:
            offers.append("STARTTLS")
        if self._state.user:
            offers.append("AUTH PLAIN LOGIN")
        self._say("250 practice.test", *offers)

    def _helo(self, name: str) -> None:
        self._say("250 practice.test")

    def _starttls(self, rest: str) -> bool | None:
        if self._state.tls is None or self._secure:
            self._say("454 4.7.0 no TLS")
            return None
        self._say("220 go ahead")
        try:
            self._lines.secure(self._state.tls)
        except ssl.SSLError:
            return False
        self._secure = True
        return None

    def _auth(self, rest: str) -> None:
        kind, _blank, given = rest.partition(" ")
        if kind.upper() == "PLAIN":
            _zero, user, password = _decoded(given or self._ask("")).split("\0")
        else:
            user, password = _decoded(given or self._ask("VXNlcm5hbWU6")), _decoded(self._ask("UGFzc3dvcmQ6"))
        if (user, password) == (self._state.user, self._state.password):
            self._user = user
            self._say("235 2.7.0 welcome")
        else:
            self._say("535 5.7.8 wrong name or password")

    def _ask(self, question: str) -> str:
        self._lines.write(f"334 {question}")
        return (self._lines.read() or b"").decode()

    def _mail(self, rest: str) -> None:
        if self._state.user and not self._user:
            self._say("530 5.7.0 sign in first")
            return
        self._sender, self._recipients = _address(rest), []
        self._say("250 2.1.0 ok")

    def _rcpt(self, rest: str) -> None:
        address = _address(rest)
        with self._state.lock:
            self._state.recipients += 1
        self._state.wait(self._faults.wait_rcpt)
        if address.lower() in self._faults.refuse:
            self._say("550 5.1.1 no such mailbox here")
        elif address.lower() in self._faults.defer:
            self._say("451 4.7.1 greylisted, try again later")
        else:
            self._recipients.append(address)
            self._say("250 2.1.5 ok")

    def _data(self, rest: str) -> bool | None:
        if not self._recipients:
            self._say("503 5.5.1 nobody to send to")
            return None
        self._say("354 go ahead")
        with self._state.lock:
            self._state.texts += 1
        self._state.wait(self._faults.wait_text)
        content = self._lines.text()
        if content is None:
            return False
        return self._taken(content)

    def _taken(self, content: bytes) -> bool | None:
        faults = self._faults
        if faults.reject & {one.lower() for one in self._recipients}:
            self._say("554 5.6.0 the content is turned down")
            return None
        loses = (faults.lose or faults.lose_before) and self._state.loses()
        if loses and faults.lose_before:
            return False
        mail = Mail(self._sender, tuple(self._recipients), content, self._user, self._secure, self._number)
        self._state.keep(mail)
        self._sender, self._recipients = "", []
        self._state.wait(faults.wait)
        if loses:
            return False
        self._say(f"250 2.0.0 kept as {len(self._state.mails)}")
        return False if faults.hang_up else None

    def _rset(self, rest: str) -> None:
        self._sender, self._recipients = "", []
        self._say("250 2.0.0 forgotten")

    def _noop(self, rest: str) -> None:
        self._say("250 2.0.0 ok")

    def _quit(self, rest: str) -> bool:
        with suppress(OSError):
            self._say("221 2.0.0 bye")
        return False


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()
