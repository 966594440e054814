"""The IMAP side of the practice post office: one mailbox with a folder of sent mails, to be searched and added to."""

from __future__ import annotations

import re
import socket
import ssl
from email import message_from_bytes

from robo.practice.lines import Lines
from robo.practice.mailroom import State

_SIZE = re.compile(r"\{(\d+)\}$")
_SEARCH = re.compile(r'SEARCH HEADER "?Message-ID"? "?([^"]*)"?$', re.IGNORECASE)


class ImapSession:
    """One client, until it leaves."""

    def __init__(self, request: socket.socket, state: State, number: int, secure: bool) -> None:
        self._lines = Lines(request)
        self._state, self._secure = state, secure

    def converse(self) -> None:
        """Answer each command; OSError where the client goes away."""
        self._lines.write("* OK practice.test")
        while (line := self._lines.read()) is not None and not self._state.stopping.is_set():
            tag, _blank, command = line.decode().partition(" ")
            word, _blank, rest = command.partition(" ")
            answered = self._answer(word.upper(), rest)
            self._lines.write(f"{tag} {answered}")
            if word.upper() == "LOGOUT":
                break
            if word.upper() == "STARTTLS" and self._state.tls:
                try:
                    self._lines.secure(self._state.tls)
                except ssl.SSLError:
                    return
                self._secure = True

    def close(self) -> None:
        """End the connection, from whatever thread."""
        self._lines.close()

    def _answer(self, word: str, rest: str) -> str:
        match word:
            case "CAPABILITY":
                starttls = " STARTTLS" if self._state.tls and not self._secure else ""
                self._lines.write(f"* CAPABILITY IMAP4rev1 SPECIAL-USE{starttls}")
            case "LOGIN":
                user, password = (one.strip('"') for one in rest.split(" ", 1))
                if self._state.user and (user, password) != (self._state.user, self._state.password):
                    return "NO [AUTHENTICATIONFAILED] wrong name or password"
            case "LIST":
                self._lines.write(r'* LIST (\HasNoChildren) "/" INBOX')
                use = "" if self._state.faults.bare else r" \Sent"
                self._lines.write(rf'* LIST (\HasNoChildren{use}) "/" "&AMk-l&AOk-ments envoy&AOk-s"')
            case "SELECT" | "EXAMINE":
                self._lines.write(f"* {len(self._state.sent)} EXISTS")
                self._lines.write("* OK [UIDVALIDITY 1] valid")
            case "UID":
                return self._search(rest)
            case "APPEND":
                return self._append(rest)
            case "LOGOUT":
                self._lines.write("* BYE")
            case "NOOP" | "STARTTLS" | "CLOSE":
                pass
            case _:
                return "BAD unknown command"
        return f"OK {word} completed"

    def _search(self, rest: str) -> str:
        asked = _SEARCH.match(rest)
        if asked is None:
            return "BAD only SEARCH HEADER Message-ID is known here"
        with self._state.lock:
            ids = [message_from_bytes(one)["Message-ID"] for one in self._state.sent]
        found = [number for number, one in enumerate(ids, 1) if one == asked[1]]
        self._lines.write(" ".join(["* SEARCH", *map(str, found)]))
        return "OK SEARCH completed"

    def _append(self, rest: str) -> str:
        size = _SIZE.search(rest)
        if size is None:
            return "BAD no mail"
        self._lines.write("+ go ahead")
        content = self._lines.exactly(int(size[1]))
        if content is None:
            raise ConnectionError
        self._lines.read()
        with self._state.lock:
            self._state.sent.append(content)
        return "OK APPEND completed"
