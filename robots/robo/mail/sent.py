"""The mailbox's folder of sent mails: where a mail is kept, and looked for when nobody knows whether it left."""

from __future__ import annotations

import imaplib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from robo.kit.errors import Failed, FaultyFlow, Unreachable
from robo.kit.lane import MailServer
from robo.kit.messages import _
from robo.kit.patience import remaining
from robo.mail.connection import is_here, password

_PORTS = {"imap": 143, "imaps": 993}
_PATIENCE = 10.0
"""Seconds for keeping a copy: the mail itself has been sent by then."""
_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"[^"]*"|NIL) (?P<name>.+)')
_USUAL = (
    "sent", "sent items", "sent messages", "sent mail", "inbox.sent", "inbox/sent",
    "&amk-l&aok-ments envoy&aok-s", "envoy&aok-s", "messages envoy&aok-s",
)  # fmt: skip
"""Where a server does not say which folder it is: its names in English and French, as IMAP writes their accents."""


def find(server: MailServer, message_id: str) -> bool:
    """Whether a mail with that Message-ID stands in Sent. Raises Unreachable, Failed where there is no such folder."""
    with _mailbox(server, remaining()) as mailbox:
        _refuse(mailbox.select(_sent_folder(mailbox), readonly=True))
        return _holds(mailbox, message_id)


def keep(server: MailServer, message_id: str, content: bytes) -> None:
    """Put the mail into Sent unless the server has done so itself. Never raises: what was sent stays sent."""
    # Whatever its mailbox does, it was sent: an error here would make a doubt of it.
    with suppress(Exception), _mailbox(server, min(_PATIENCE, remaining())) as mailbox:
        folder = _sent_folder(mailbox)
        _refuse(mailbox.select(folder, readonly=True))
        if not _holds(mailbox, message_id):
            mailbox.append(folder, r"(\Seen)", imaplib.Time2Internaldate(time.time()), content)


def _holds(mailbox: imaplib.IMAP4, message_id: str) -> bool:
    found = _refuse(mailbox.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"'))
    return any(part for part in found if part)


def _sent_folder(mailbox: imaplib.IMAP4) -> str:
    """By its special use, else by its usual names."""
    names: dict[str, str] = {}
    for line in _refuse(mailbox.list()):
        listed = _LISTED.match(line) if isinstance(line, bytes) else None
        if listed is None:
            continue
        name = listed["name"].decode("ascii", "replace")
        if rb"\sent" in listed["flags"].lower().split():
            return name
        names[name.strip('"').lower()] = name
    usual = next((names[name] for name in _USUAL if name in names), None)
    if usual is None:
        raise Failed(_("the mailbox has no folder of sent mails"))
    return usual


@contextmanager
def _mailbox(server: MailServer, seconds: float) -> Iterator[imaplib.IMAP4]:
    """Signed in, over TLS unless that is not called for. Raises Unreachable."""
    where = urlsplit(server.imap or "")
    host = where.hostname or ""
    port = where.port or _PORTS[where.scheme]
    try:
        if where.scheme == "imaps":
            mailbox: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                host, port, ssl_context=ssl.create_default_context(), timeout=seconds
            )
        else:
            mailbox = imaplib.IMAP4(host, port, timeout=seconds)
    except (imaplib.IMAP4.error, OSError) as error:
        raise Unreachable(_unreachable(host, error)) from None
    try:
        if where.scheme == "imap" and not server.unencrypted and "STARTTLS" in mailbox.capabilities:
            mailbox.starttls(ssl.create_default_context())
        if not (isinstance(mailbox.sock, ssl.SSLSocket) or is_here(host)):
            raise FaultyFlow(_("{server}: a password is not sent without TLS").format(server=host))
        mailbox.login(server.user or "", password(server).reveal())
        yield mailbox
    except (imaplib.IMAP4.error, OSError) as error:
        raise Unreachable(_unreachable(host, error)) from None
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            mailbox.logout()


def _refuse(answer: tuple[str, Any]) -> list[Any]:
    """What the server answered; raises Failed where it says no."""
    state, data = answer
    if state != "OK":
        words = data[0].decode("utf-8", "replace") if data and isinstance(data[0], bytes) else state
        raise Failed(_("the mailbox says: {words}").format(words=words))
    return list(data)


def _unreachable(host: str, error: Exception) -> str:
    return _("the mailbox of {server}: {reason}").format(server=host, reason=error)
