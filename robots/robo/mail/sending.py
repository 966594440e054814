"""`send_mail`: a mail, addressed before it is announced, handed over once, looked for in Sent when in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from robo.kit.action import action
from robo.kit.change import CannotTell, Changing, Done, Intent, Settled
from robo.kit.deed import deed
from robo.kit.messages import _
from robo.kit.rendered import Rendered
from robo.kit.types import MailName, Text
from robo.mail.outbox import Outbox


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


@action(main="to", settle=in_sent, late=5, one_of=("template", "text"))
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

    - send_mail: {to: =row.courriel, subject: "Votre demande {{ row.numero }}", text: "Bonjour {{ row.nom }}, ..."}

    Where the server turns down one of the recipients, nobody gets it and the item is refused.
    """
    from robo.mail.composing import announced, compose

    server = outbox.server(account)
    letter = compose(outbox.lane, server, to, cc, bcc, subject, template or text or "", attach)
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
