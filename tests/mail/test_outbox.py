"""The conversation with the server: what it turns down, when it is asked again, and what nobody can know."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mail.conftest import Sender
from robo.kit.errors import Failed, FaultyFlow, InDoubt, Refused, Unreachable
from robo.kit.lane import MailServer
from robo.kit.patience import within
from robo.kit.secrets import Secret
from robo.practice.certificates import self_signed
from robo.practice.post import MailFaults, Post


def test_one_recipient_turned_down_and_nobody_gets_it(sender: Sender, post: Post) -> None:
    post.set_faults(MailFaults(refuse=frozenset({"b@example.fr"})))
    with pytest.raises(Refused, match=r"b@example\.fr: 550 5\.1\.1 no such mailbox here"):
        sender.send(to="a@example.fr, b@example.fr")
    assert sender.change is None
    sender.send(to="c@example.fr")
    assert [mail.recipients for mail in post.mails] == [("c@example.fr",)]


def test_what_the_server_would_take_later_may_be_tried_again(sender: Sender, post: Post) -> None:
    post.set_faults(MailFaults(defer=frozenset({"a@example.fr"})))
    with pytest.raises(Failed, match="451"):
        sender.send(to="a@example.fr")
    assert post.texts == 0


def test_a_text_turned_down_was_not_taken(sender: Sender, post: Post) -> None:
    post.set_faults(MailFaults(reject=frozenset({"a@example.fr"})))
    with pytest.raises(Refused, match="554"):
        sender.send(to="a@example.fr")
    assert post.mails == []


@pytest.mark.parametrize("fault", [MailFaults(lose=True), MailFaults(lose_before=True)])
def test_an_answer_that_never_comes_is_a_doubt_whether_it_was_taken_or_not(
    sender: Sender, post: Post, fault: MailFaults
) -> None:
    post.set_faults(fault)
    with pytest.raises(InDoubt):
        sender.send()


def test_a_server_too_slow_to_answer_leaves_a_doubt(sender: Sender, post: Post) -> None:
    post.set_faults(MailFaults(wait=5))
    with within(0.5), pytest.raises(InDoubt, match="no answer in time"):
        sender.send()


def test_a_mail_too_large_for_the_server_is_refused_before_it_is_announced(
    sender: Sender, post: Post, tmp_path: Path
) -> None:
    post.set_faults(MailFaults(size=10_000))
    (tmp_path / "large.bin").write_bytes(bytes(20_000))
    with pytest.raises(Refused, match="MB"):
        sender.send(attach="large.bin")
    assert sender.change is None


def test_one_connection_serves_many_and_one_that_died_idle_is_replaced(sender: Sender, post: Post) -> None:
    for key in ("A1", "A2", "A3"):
        sender.send(key)
    assert post.connections == 1
    post.set_faults(MailFaults(hang_up=True))
    for key in ("A4", "A5", "A6"):
        sender.send(key)
    assert (len(post.mails), post.connections) == (6, 3)


def test_a_server_that_is_down_is_told_as_such(sends: Callable[..., Sender], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = MailServer("main", "robo@example.fr", f"smtp://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
            sends(nobody).send()


def test_a_dry_run_shows_the_mail_and_speaks_to_nobody(
    sends: Callable[..., Sender], tmp_path: Path, post: Post
) -> None:
    change = sends(MailServer("main", "robo@example.fr", post.address), dry=True).say(text="Bonjour à tous")
    assert change.preview["Text"] == "Bonjour à tous"
    assert change.gives["message_id"].endswith("@example.fr>")
    assert post.connections == 0


@pytest.mark.parametrize("wrapped", [False, True], ids=["STARTTLS", "TLS"])
def test_tls_is_used_and_verified(
    sends: Callable[..., Sender], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrapped: bool
) -> None:
    certificate = self_signed(tmp_path)
    with Post(tls=certificate, wrapped=wrapped, user="robo", password="geheim") as post:
        server = MailServer("main", "robo@example.fr", post.address, user="robo", secret=Secret("geheim"))
        with pytest.raises(Unreachable, match="certificate is not trusted"):
            sends(server).send()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        sends(server).send()
        (mail,) = post.mails
    assert (mail.secure, mail.user) == (True, "robo")


def test_a_wrong_password_is_told_and_never_shown(sends: Callable[..., Sender], tmp_path: Path) -> None:
    with Post(user="robo", password="right") as post:
        server = MailServer("main", "robo@example.fr", post.address, user="robo", secret=Secret("wrong"))
        with pytest.raises(Unreachable, match="does not let robo in: 535") as told:
            sends(server).send()
    assert "wrong" not in str(told.value).replace("wrong name or password", "")


def test_in_the_clear_only_on_this_machine_or_by_declared_relay(
    sends: Callable[..., Sender], tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = post.address.rpartition(":")[2]
    real = socket.create_connection

    def here(_address: object, *more: Any, **named: Any) -> socket.socket:
        return real(("127.0.0.1", int(port)), *more, **named)

    monkeypatch.setattr(socket, "create_connection", here)
    relay = MailServer("main", "robo@example.fr", "smtp://relais.example.fr")
    with pytest.raises(FaultyFlow, match="unencrypted = true"):
        sends(relay).send()
    declared = MailServer("main", "robo@example.fr", "smtp://relais.example.fr", unencrypted=True)
    sends(declared).send()
    assert len(post.mails) == 1
