"""From what a step says to the letter that would leave, and what a person is shown of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from robo.kit.change import NOT_KNOWN_YET, Change, Document
from robo.kit.errors import Refused
from robo.kit.lane import Lane, MailServer
from robo.kit.messages import _, reason_of
from robo.kit.outlook import outlook
from robo.kit.rendered import Rendered
from robo.kit.text import slug
from robo.mail.addresses import people, person, refuse_control
from robo.mail.formatted import formatted
from robo.mail.letter import Attachment, Letter, attachment

_LARGE = 5_000_000
"""Bytes of attachments that many mailboxes turn down, or keep."""
_MOST = 100
"""Recipients of one mail."""


def compose(
    lane: Lane, server: MailServer, to: Any, cc: Any, bcc: Any, subject: str, says: Rendered | str, attach: Any
) -> Letter:
    """The letter, all of it made sure of. Raises Refused for what cannot be sent."""
    plain, html = formatted(says) if isinstance(says, Rendered) else (says, "")
    letter = Letter(
        sender=person(server.sender, _("from in [mail.{name}]").format(name=server.name)),
        to=people(to, "to"),
        cc=people(cc, "cc"),
        bcc=people(bcc, "bcc"),
        subject=_one_line(subject),
        text=plain,
        html=html,
        attachments=tuple(_attached(lane, path) for path in _listed(attach)),
    )
    if not letter.to:
        raise Refused(_("`to` is empty: nobody would get the mail"))
    if len(letter.recipients) > _MOST:
        raise Refused(_("{count} recipients are more than one mail may have").format(count=len(letter.recipients)))
    return letter


def announced(letter: Letter, account: str, message_id: str, content: bytes) -> Change:
    """The mail as a change. content: the bytes that would leave."""
    to = ", ".join(map(str, letter.to))
    remarks = []
    if not letter.text.strip():
        remarks.append(_("the text is empty"))
    if not letter.subject:
        remarks.append(_("the subject is empty"))
    size = sum(len(one.content) for one in letter.attachments)
    if size > _LARGE:
        remarks.append(_("the attachments have {size:.1f} MB").format(size=size / 1e6))
    shown: dict[str, Any] = {
        _("Addressed to"): to,
        _("Cc"): ", ".join(map(str, letter.cc)),
        _("Bcc"): ", ".join(map(str, letter.bcc)),
        _("Subject"): letter.subject,
        _("Text"): letter.text,
        _("Attachments"): ", ".join(f"{one.name} ({_size(one)})" for one in letter.attachments),
    }
    return Change(
        summary=_("send the mail “{subject}” to {to}").format(subject=letter.subject, to=to),
        same_as=(message_id, account, letter.digest()),
        preview={label: value for label, value in shown.items() if value},
        gives={"message_id": message_id if letter.is_known else NOT_KNOWN_YET},
        documents=(Document(f"{slug(letter.to[0].address)}.eml", "message/rfc822", content),),
        remarks=tuple(remarks),
        once=tuple(_("mail to {address}").format(address=one.address) for one in letter.recipients),
    )


def _one_line(subject: str) -> str:
    subject = subject.strip()
    refuse_control(subject, "subject")
    return subject


def _listed(attach: Any) -> list[str]:
    return [] if attach in (None, "") else list(attach) if isinstance(attach, list | tuple) else [attach]


def _attached(lane: Lane, written: str) -> Attachment:
    """The file, from the workspace or a declared folder alone; what Robo keeps for itself never leaves."""
    path = _path(written, lane)
    if not _may_leave(path.resolve(), lane):
        raise Refused(_("attach: {file} is neither in the workspace nor in a folder of robo.toml").format(file=written))
    try:
        return attachment(path, outlook().content(path).read_bytes())
    except OSError as error:
        raise Refused(_("attach: {file}: {reason}").format(file=written, reason=reason_of(error))) from None


def _path(written: str, lane: Lane) -> Path:
    """From the workspace's root, or from the declared folder whose name comes first."""
    first, *below = Path(written).parts or ("",)
    return lane.folders[first].joinpath(*below) if first in lane.folders else lane.workspace / written


def _may_leave(path: Path, lane: Lane) -> bool:
    root = lane.workspace.resolve()
    if path.is_relative_to(root):
        return not any(part.startswith(".") for part in path.relative_to(root).parts)
    return any(path.is_relative_to(folder.resolve()) for folder in lane.folders.values())


def _size(one: Attachment) -> str:
    size = len(one.content)
    if size >= 100_000:
        return _("{size:.1f} MB").format(size=size / 1e6)
    return _("{size:.1f} kB").format(size=size / 1e3)
