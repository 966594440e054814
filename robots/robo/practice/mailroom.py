"""What the practice post office knows: the mails it has taken, those filed as sent, and what is to go wrong."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


@dataclass(frozen=True)
class MailFaults:
    """What goes wrong, all off by default. Addresses are compared in lower case; times are in seconds.

    refuse, defer: recipients turned down for ever (550) or for now (451). reject: recipients whose mails are turned
    down once their text has been read (554).
    lose: the mail is kept, then the connection closed without an answer. lose_before: closed, and nothing is kept.
    hang_up: the connection is closed after each mail, as servers do with those that are idle.
    bare: the mailbox does not say which folder is the one of sent mails, as older servers do not.
    files: the server itself keeps what it has taken among the sent mails, as some do.
    wait_rcpt: before each recipient is answered; wait_text: before the text is read; wait: between the mail being kept
    and its answer. times: lost answers at most (0: no limit). size: the most bytes a mail may have.
    """

    refuse: frozenset[str] = frozenset()
    defer: frozenset[str] = frozenset()
    reject: frozenset[str] = frozenset()
    lose: bool = False
    lose_before: bool = False
    hang_up: bool = False
    files: bool = False
    bare: bool = False
    times: int = 0
    wait_rcpt: float = 0.0
    wait_text: float = 0.0
    wait: float = 0.0
    size: int = 20_000_000


NO_TROUBLE = MailFaults()


@dataclass(frozen=True)
class Mail:
    """A mail as it was taken. user: who had signed in, "" for nobody; secure: whether over TLS."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    user: str
    secure: bool
    connection: int

    @property
    def message(self) -> EmailMessage:
        """Read as a mail program does."""
        return message_from_bytes(self.content, policy=default)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class State:
    """What the sessions share; safe between threads. texts: how many mails were being handed over so far."""

    user: str
    password: str
    tls: ssl.SSLContext | None
    faults: MailFaults
    folder: Path | None
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopping: threading.Event = field(default_factory=threading.Event)
    mails: list[Mail] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    connections: int = 0
    recipients: int = 0
    texts: int = 0
    lost: int = 0

    def keep(self, mail: Mail) -> None:
        """Take a mail for good."""
        with self.lock:
            self.mails.append(mail)
            if self.faults.files:
                self.sent.append(mail.content)
            if self.folder:
                self.folder.mkdir(parents=True, exist_ok=True)
                (self.folder / f"{len(self.mails):04d}.eml").write_bytes(mail.content)

    def wait(self, seconds: float) -> None:
        """Be slow, unless the office closes."""
        if seconds:
            self.stopping.wait(seconds)

    def loses(self) -> bool:
        """Whether one more answer is to be lost."""
        with self.lock:
            self.lost += 1
            return not self.faults.times or self.lost <= self.faults.times
