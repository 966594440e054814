"""A workspace that sends mails from a workbook, the real command in it, and a practice post office."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.conftest import Desk
from robo.kit.action import Action
from robo.kit.change import Change
from robo.kit.deed import Deed, doing
from robo.kit.lane import Lane, MailServer
from robo.kit.schema import bind
from robo.kit.shelf import Shelf
from robo.mail.outbox import Outbox
from robo.practice.post import Post

SHELF = Shelf.of([__import__("robo.mail", fromlist=["mail"])])
FAR = '[sites.far]\naddress = "http://127.0.0.1:9"\nlate = "1s"\n'
"""A site that nobody visits; what is in doubt is believed to be absent a second after it was sent."""
HEADER = ("Numéro", "Nom", "Courriel", "Objet", "Message", "Envoyé le")
FLOW = """\
robo: 1
name: Convocations
settings: {site: far}
steps:
  - for_each_row:
      in: personnes.xlsx
      key: row.numero
      steps:
        - send_mail:
            to: "{{ row.nom }} <{{ row.courriel }}>"
            subject: "{{ row.objet }}"
            text: |
              Bonjour {{ row.nom }},
              votre dossier {{ row.numero }} est complet.
          save: mail
      write_back: {Message: =mail.message_id, Envoyé le: =now()}
"""


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as post:
        yield post


@pytest.fixture
def desk(tmp_path: Path, post: Post) -> Desk:
    """Three people to write to; a mailbox in which sent mails are kept."""
    made = Desk(tmp_path)
    made.write("robo.toml", toml(post, mailbox=True))
    made.robo("secret", "set", "mail_main", typed="geheim\n")
    made.write("flows/convocations.yaml", FLOW)
    people(
        tmp_path,
        ("A1", "Abadie", "abadie@example.fr"),
        ("A2", "Bénac", "benac@example.fr"),
        ("A3", "Çelik", "c@example.fr"),
    )
    return made


def toml(post: Post, mailbox: bool) -> str:
    box = f'imap = "{post.mailbox}"\nuser = "robo"\n' if mailbox else ""
    sender = "Bureau des aides <robo@example.fr>"
    return f'[workspace]\nlanguage = "en"\n[mail.main]\nfrom = "{sender}"\nsmtp = "{post.address}"\n{box}{FAR}'


def people(root: Path, *rows: tuple[str, ...]) -> None:
    """(number, name, address, and the subject where it is not the usual one) of each."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    for number, name, address, *subject in rows:
        sheet.append([number, name, address, *(subject or ["Votre dossier"])])
    book.save(root / "personnes.xlsx")


def written_back(root: Path) -> dict[str, Any]:
    """Number to what stands under Message."""
    sheet = openpyxl.load_workbook(root / "personnes.xlsx").active
    assert sheet is not None
    return {str(row[0]): row[4] for row in sheet.iter_rows(min_row=2, values_only=True)}


class Sender:
    """The action, called as the engine calls it."""

    def __init__(self, root: Path, server: MailServer, dry: bool = False) -> None:
        folder = root / "run"
        self.outbox = Outbox(Lane(root, folder, folder, mail=(server,), dry=dry))
        self.change: Change | None = None

    def send(self, key: str = "A1", **written: Any) -> Any:
        """Look, say, do. Raises what the action raises."""
        with doing(Deed("production/convocations/rows", key, "send_mail")):
            doing_it = self.begun(**written)
            self.change = next(doing_it)
            try:
                next(doing_it)
            except StopIteration as done:
                return done.value
        raise AssertionError("two changes")

    def say(self, key: str = "A1", **written: Any) -> Change:
        """Look and say, as a dry run does."""
        with doing(Deed("production/convocations/rows", key, "send_mail")):
            doing_it = self.begun(**written)
            change: Change = next(doing_it)
            doing_it.close()
        return change

    def begun(self, **written: Any) -> Any:
        action: Action = SHELF.actions["send_mail"]
        given = {"to": "anne@example.fr", "subject": "Votre dossier", "text": "Bonjour", **written}
        return action.function(outbox=self.outbox, **bind(action, given))


@pytest.fixture
def sends(tmp_path: Path) -> Iterator[Callable[..., Sender]]:
    """Makes senders by a server and whether it is a dry run; closes them at the end."""
    made: list[Sender] = []

    def sender(server: MailServer, dry: bool = False) -> Sender:
        made.append(Sender(tmp_path, server, dry))
        return made[-1]

    yield sender
    for one in made:
        one.outbox.close()


@pytest.fixture
def sender(sends: Callable[..., Sender], post: Post) -> Sender:
    """By way of the practice post office."""
    return sends(MailServer("main", "Bureau des aides <robo@example.fr>", post.address))
