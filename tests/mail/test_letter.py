"""What a mail holds: exactly what the flow says, to exactly whom it says, whatever stands in a cell."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.conftest import Sender
from robo.kit.errors import Refused
from robo.kit.lane import Lane, MailServer
from robo.mail.composing import compose
from robo.practice.post import Post

ADDRESSES = st.emails(domains=st.just("example.fr"))
HEADERS = (
    "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
)  # fmt: skip


def test_french_in_names_subject_text_and_attachments_arrives_as_written(
    sender: Sender, post: Post, tmp_path: Path
) -> None:
    (tmp_path / "pièce n°1 – été.pdf").write_bytes(b"%PDF-1.4 \x00\xff")
    sender.send(
        to='"Lefèvre, Zoé" <zoe@préfecture.example.fr>',
        subject="Votre demande d’aide n° 12 est arrivée à échéance, merci de compléter le dossier (œuvre)",
        text="Chère Zoé,\n.\n.. Un point en début de ligne.\nÀ bientôt — 1 250,50 €",
        attach="pièce n°1 – été.pdf",
    )
    (mail,) = post.mails
    read = mail.message
    assert mail.recipients == ("zoe@xn--prfecture-c4a.example.fr",)
    assert [one.display_name for one in read["To"].addresses] == ["Lefèvre, Zoé"]
    assert read["Subject"] == "Votre demande d’aide n° 12 est arrivée à échéance, merci de compléter le dossier (œuvre)"
    body = read.get_body(("plain",))
    assert body is not None
    assert (
        body.get_content().replace("\r\n", "\n")
        == "Chère Zoé,\n.\n.. Un point en début de ligne.\nÀ bientôt — 1 250,50 €\n"
    )
    (attached,) = read.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("pièce n°1 – été.pdf", b"%PDF-1.4 \x00\xff")
    assert mail.content.isascii()


@pytest.mark.parametrize(
    "written",
    [
        {"subject": "Bonjour\nBcc: tous@example.fr"},
        {"subject": "Bonjour\r\n\r\nUn autre texte"},
        {"subject": "Bonjour\x00"},
        {"subject": "Bonjour\u2028Bcc: tous@example.fr"},
        {"to": "anne@example.fr\nBcc: tous@example.fr"},
        {"to": "Anne\nCc: tous <anne@example.fr>"},
        {"to": "anne@example.fr> RCPT TO:<tous@example.fr"},
        {"to": "groupe:a@example.fr,b@example.fr;"},
        {"cc": ["anne@example.fr\r\nSubject: x"]},
    ],
)
def test_a_cell_cannot_write_headers_or_recipients(sender: Sender, post: Post, written: dict[str, str]) -> None:
    with pytest.raises(Refused):
        sender.send(**written)
    assert (post.mails, post.texts) == ([], 0)


@pytest.mark.parametrize("address", ["anne", "anne@", "@example.fr", "anne@example", "a b@example.fr", "é@example.fr"])
def test_what_is_no_address_is_refused_before_the_server_hears_of_it(sender: Sender, post: Post, address: str) -> None:
    with pytest.raises(Refused, match="no mail address"):
        sender.send(to=address)
    assert post.connections == 0


@pytest.mark.parametrize("nobody", [None, "", "  ", []])
def test_a_mail_to_nobody_is_refused(sender: Sender, post: Post, nobody: str | None) -> None:
    with pytest.raises(Refused, match="nobody"):
        sender.send(to=nobody)
    assert post.connections == 0


def test_each_of_a_list_or_a_text_gets_it_once_and_bcc_is_unseen(sender: Sender, post: Post) -> None:
    sender.send(to="a@example.fr; Bo <b@example.fr>, A@EXAMPLE.FR", cc=["c@example.fr"], bcc="d@example.fr")
    (mail,) = post.mails
    assert mail.recipients == ("a@example.fr", "b@example.fr", "c@example.fr", "d@example.fr")
    assert b"d@example.fr" not in mail.content
    assert str(mail.message["Cc"]) == "c@example.fr"


def test_one_mail_has_one_message_id_and_another_item_text_or_recipient_another(sender: Sender) -> None:
    def made(key: str = "A1", **written: str) -> object:
        return sender.send(key, **written)["message_id"]

    usual = made()
    assert made() == usual
    others = [made("A2"), made(text="Bonsoir"), made(to="b@example.fr"), made(subject="x"), made(bcc="x@example.fr")]
    assert len({usual, *others}) == 6


def test_it_says_before_what_leaves_byte_for_byte(sender: Sender, post: Post, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x" * 6_000_000)
    sender.send(to="Anne <anne@example.fr>, b@example.fr", text=" ", attach=["note.txt"])
    change = sender.change
    assert change is not None
    (document,) = change.documents
    assert document.content == post.mails[0].content
    assert (document.name, document.media_type) == ("anne_example_fr.eml", "message/rfc822")
    assert change.preview == {
        "Addressed to": "Anne <anne@example.fr>, b@example.fr",
        "Subject": "Votre dossier",
        "Text": " ",
        "Attachments": "note.txt (6.0 MB)",
    }
    assert change.remarks == ("the text is empty", "the attachments have 6.0 MB")
    assert change.once == ("mail to anne@example.fr", "mail to b@example.fr")


@pytest.mark.parametrize("file", [".robo/secrets.json", "../outside.txt", "link.txt", "missing.txt"])
def test_only_files_of_the_workspace_leave_and_never_its_secrets(
    sender: Sender, post: Post, tmp_path: Path, file: str
) -> None:
    (tmp_path / ".robo").mkdir()
    (tmp_path / ".robo" / "secrets.json").write_text("{}")
    outside = tmp_path.parent / "outside.txt"
    outside.write_text("x")
    (tmp_path / "link.txt").symlink_to(outside)
    with pytest.raises(Refused, match="attach"):
        sender.send(attach=file)
    assert post.connections == 0


def test_a_machine_that_reads_it_knows_it_was_sent_by_one(sender: Sender, post: Post) -> None:
    sender.send()
    read = message_from_bytes(post.mails[0].content, policy=default)
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"].datetime.tzinfo is not None


@settings(max_examples=150)
@given(name=st.text(max_size=40), address=ADDRESSES | st.text(max_size=30), subject=st.text(max_size=120))
def test_whatever_cells_hold_the_mail_has_the_declared_headers_and_recipients_or_is_refused(
    name: str, address: str, subject: str
) -> None:
    lane = Lane(Path("."), Path("."), Path("."))
    server = MailServer("main", "robo@example.fr", "smtp://localhost")
    try:
        letter = compose(lane, server, [f'"{name}" <{address}>'], None, None, subject, "Bonjour", None)
        content = letter.rendered("<1.robo@example.fr>", datetime(2026, 12, 1, tzinfo=UTC))
    except Refused:
        return
    read = message_from_bytes(content, policy=default)
    assert sorted(read.keys()) == sorted([*HEADERS, "Subject"])
    assert [one.addr_spec for one in read["To"].addresses] == [letter.to[0].address]
    assert len(letter.to) == 1
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
