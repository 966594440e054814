"""`send_mail`: a mail, addressed before it is announced, handed over once, looked for in Sent when in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from robo.kit.action import action
from robo.kit.change import CannotTell, Change, Changing, Document, Done, Intent, Settled
from robo.kit.deed import deed
from robo.kit.errors import Refused
from robo.kit.lane import Lane
from robo.kit.messages import _
from robo.kit.outlook import outlook
from robo.kit.rendered import Rendered
from robo.kit.text import slug
from robo.kit.types import MailName, Text
from robo.mail.addresses import people, person, refuse_control
from robo.mail.formatted import formatted
from robo.mail.letter import Attachment, Letter, attachment
from robo.mail.outbox import Outbox

_LARGE = 5_000_000
"""Bytes of attachments that many mailboxes turn down, or keep."""
_MOST = 100
"""Recipients of one mail."""


def in_sent(intent: Intent, outbox: Outbox) -> Settled[Any]:
    """Whether the mail stands in the mailbox's Sent folder; that it does not proves nothing."""
    from robo.mail.sent import find

    message_id, account, _content = (str(part) for part in intent.change.same_as)
    server = outbox.server(account)
    if server.imap is None:
        return CannotTell(
            _("without `imap` in [mail.{name}] nobody can look whether it was sent").format(name=server.name)
        )
    if find(server, message_id):
        return Done({"message_id": message_id})
    return CannotTell(_("it is not among the sent mails, which proves nothing: ask the recipient, or the mail service"))


@action(main="to", settle=in_sent, one_of=("template", "text"))
def send_mail(
    outbox: Outbox,
    to: Text | list[Text] | None,
    subject: Text,
    template: Rendered | None = None,
    text: Text | None = None,
    cc: Text | list[Text] | None = None,
    bcc: Text | list[Text] | None = None,
    attach: Text | list[Text] | None = None,
    account: MailName = "",
) -> Changing[Mapping[str, Any]]:
    """Send a mail, once.

    to: the address, or several: a list, or a text with commas between
    subject: the subject, on one line
    template: the file under templates/ that is filled in: .md and .html arrive formatted, .txt as plain text
    text: what the mail says, where it needs no template
    cc: who gets a copy
    bcc: who gets a copy unseen by the others
    attach: files that go along, from the workspace or a folder of robo.toml
    account: which [mail.NAME] of robo.toml sends it; main, or the only one, unless said

    - send_mail: {to: =row.courriel, subject: "Votre dossier {{ row.numero }}", text: "Bonjour {{ row.nom }}, ..."}

    Where the server turns down one of the recipients, nobody gets it and the item is refused.
    """
    server = outbox.server(account)
    plain, html = formatted(template) if template else (text or "", "")
    letter = Letter(
        sender=person(server.sender, _("from in [mail.{name}]").format(name=server.name)),
        to=people(to, "to"),
        cc=people(cc, "cc"),
        bcc=people(bcc, "bcc"),
        subject=_one_line(subject),
        text=plain,
        html=html,
        attachments=tuple(_attached(outbox, path) for path in _listed(attach)),
    )
    if not letter.to:
        raise Refused(_("`to` is empty: nobody would get the mail"))
    if len(letter.recipients) > _MOST:
        raise Refused(_("{count} recipients are more than one mail may have").format(count=len(letter.recipients)))
    message_id = letter.message_id(deed())
    content = letter.rendered(message_id, datetime.now().astimezone())
    change = announced(letter, server.name, message_id, content)
    if outbox.lane.dry:
        yield change
        return change.gives  # type: ignore[no-any-return]  # never reached: a dry run ends at the yield
    connection = outbox.connection(server)
    connection.address(letter.sender.address, [one.address for one in letter.recipients], len(content))
    handed_over = False
    try:
        yield change
        handed_over = True
        connection.send(content)
    finally:
        if not handed_over:
            connection.forget()
    if server.imap is not None:
        from robo.mail.sent import keep

        keep(server, message_id, content)
    return change.gives  # type: ignore[no-any-return]


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
        _("To"): to,
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
        gives={"message_id": message_id},
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


def _attached(outbox: Outbox, written: str) -> Attachment:
    """The file, from the workspace or a declared folder alone; what Robo keeps for itself never leaves."""
    path = _path(written, outbox.lane)
    if not _may_leave(path.resolve(), outbox.lane):
        raise Refused(_("attach: {file} is neither in the workspace nor in a folder of robo.toml").format(file=written))
    try:
        return attachment(path, outlook().content(path).read_bytes())
    except OSError as error:
        raise Refused(_("attach: {file}: {reason}").format(file=written, reason=error.strerror)) from None


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
