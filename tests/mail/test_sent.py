"""The folder of sent mails: what proves that a mail left, and what proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from mail.conftest import Sender
from robo.kit.change import CannotTell, Change, Done, Intent
from robo.kit.errors import Unreachable
from robo.kit.lane import MailServer
from robo.kit.secrets import Secret
from robo.mail.sending import in_sent
from robo.practice.post import MailFaults, Post


@pytest.fixture
def server(post: Post) -> MailServer:
    return MailServer("main", "robo@example.fr", post.address, post.mailbox, "robo", Secret("geheim"))


def asked(sender: Sender, change: Change | None = None) -> object:
    """What settling says of the sender's last mail, or of that change."""
    change = change or sender.change
    assert change is not None
    return in_sent(Intent("send_mail", 1, datetime(2026, 12, 1), change), sender.outbox)


@pytest.mark.parametrize("faults", [MailFaults(), MailFaults(bare=True), MailFaults(files=True)])
def test_what_was_sent_is_filed_once_and_found(
    sends: Callable[..., Sender], server: MailServer, post: Post, faults: MailFaults
) -> None:
    post.set_faults(faults)
    sender = sends(server)
    sent = sender.send()
    assert [mail.content for mail in post.mails] == post.sent
    assert asked(sender) == Done(sent)


def test_what_is_not_found_proves_nothing(sends: Callable[..., Sender], server: MailServer) -> None:
    sender = sends(server)
    sender.send()
    assert sender.change is not None
    other = replace(sender.change, same_as=("<other@example.fr>", "main", ""))
    assert isinstance(asked(sender, other), CannotTell)


def test_without_a_mailbox_nobody_can_look(sender: Sender) -> None:
    sender.send()
    assert "`imap`" in getattr(asked(sender), "reason", "")


def test_a_mailbox_that_is_down_costs_no_mail_and_settles_nothing(
    sends: Callable[..., Sender], server: MailServer, post: Post
) -> None:
    sender = sends(replace(server, imap="imap://127.0.0.1:9"))
    assert sender.send()["message_id"] == post.mails[0].message_id
    with pytest.raises(Unreachable, match="the mailbox of"):
        asked(sender)
