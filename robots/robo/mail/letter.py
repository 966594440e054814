"""A mail as it would leave: headers set field by field, never cut out of a text; the same bytes at each attempt."""

from __future__ import annotations

import hashlib
import mimetypes
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from robo.kit.change import NOT_KNOWN_YET
from robo.kit.data import dataclass
from robo.kit.deed import Deed
from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.mail.addresses import Person

if TYPE_CHECKING:
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.policy import EmailPolicy

_LENGTH = 24
"""Characters of a Message-ID: enough for no two mails ever to share one."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes along. name: as the recipient sees it."""

    name: str
    content: bytes

    @property
    def media_type(self) -> str:
        kind, encoding = mimetypes.guess_type(self.name)
        return kind if kind and encoding is None else "application/octet-stream"


@dataclass(frozen=True)
class Letter:
    """What one mail says, to whom. html: the same as `text`, formatted; empty where it is a plain one."""

    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    bcc: tuple[Person, ...]
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()

    @property
    def recipients(self) -> tuple[Person, ...]:
        """All whom it goes to, each once."""
        found: dict[str, Person] = {}
        for one in (*self.to, *self.cc, *self.bcc):
            found.setdefault(one.address.lower(), one)
        return tuple(found.values())

    @property
    def is_known(self) -> bool:
        """Whether it says nothing that only a change before it will tell; else its digest is of something else."""
        return all(str(NOT_KNOWN_YET) not in said for said in (self.subject, self.text, self.html))

    def digest(self) -> str:
        """Of all that it says and to whom; not of when."""
        hashed = hashlib.sha256()
        parts = [str(self.sender), *map(_listed, (self.to, self.cc, self.bcc)), self.subject, self.text, self.html]
        attached = [part for one in self.attachments for part in (one.name.encode(), one.content)]
        for part in (*(one.encode() for one in parts), *attached):
            hashed.update(len(part).to_bytes(8, "big") + part)
        return hashed.hexdigest()

    def message_id(self, deed: Deed) -> str:
        """The same for the same mail of the same item and step, whoever makes it and whenever."""
        told = "\0".join((deed.ledger, deed.key, deed.step, self.digest()))
        return f"<{hashlib.sha256(told.encode()).hexdigest()[:_LENGTH]}.robo@{self.sender.domain}>"

    def rendered(self, message_id: str, at: datetime) -> bytes:
        """The bytes that leave. at: of its Date header, with its time zone."""
        from email.message import EmailMessage
        from email.utils import format_datetime

        mail = EmailMessage(policy=_policy())
        mail["From"] = _address(self.sender)
        mail["To"] = [_address(one) for one in self.to]
        if self.cc:
            mail["Cc"] = [_address(one) for one in self.cc]
        mail["Subject"] = self.subject
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = message_id
        mail["Auto-Submitted"] = "auto-generated"  # so that absence notices do not answer it
        mail.set_content(self.text if self.text.endswith("\n") else f"{self.text}\n")
        if self.html:
            mail.add_alternative(self.html, subtype="html")
        for one in self.attachments:
            main, _slash, sub = one.media_type.partition("/")
            mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
        for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
            part.set_boundary(f"=_robo_{message_id[1 : _LENGTH + 1]}_{number}")
        content = mail.as_bytes()
        self._refuse_other_addresses(content)
        return content

    def _refuse_other_addresses(self, content: bytes) -> None:
        """Read again what was written: names with rare signs must not have become further recipients."""
        from email.parser import BytesHeaderParser

        read = BytesHeaderParser(policy=_policy()).parsebytes(content[: content.index(b"\r\n\r\n")])
        for name, meant in (("From", (self.sender,)), ("To", self.to), ("Cc", self.cc)):
            found = [one.addr_spec for header in read.get_all(name, []) for one in header.addresses]
            if found != [one.address for one in meant]:
                raise Refused(_("{what}: these names cannot be written into a mail").format(what=name))


def attachment(path: Path, content: bytes) -> Attachment:
    """A file by its name, composed as most systems write it."""
    return Attachment(unicodedata.normalize("NFC", path.name), content)


def _policy() -> EmailPolicy[EmailMessage]:
    """Seven bits pass every relay unchanged."""
    from email.policy import SMTP

    return SMTP.clone(cte_type="7bit")


def _address(one: Person) -> Address:
    from email.headerregistry import Address

    return Address(one.name, one.local, one.domain)


def _listed(people: tuple[Person, ...]) -> str:
    return ", ".join(map(str, people))
