"""A mail made from a template: formatted, with the same in plain text, and never more markup than its author wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Desk
from mail.conftest import FLOW, Sender, people
from robo.flow.templates import Templates
from robo.mail.formatted import plain_text
from robo.practice.post import MailFaults, Post

LETTER = """\
Bonjour **{{ row.nom }}**,

voici votre [dossier](https://example.fr/{{ row.numero }}).
Il manque :
{% for piece in row.pieces %}
- {{ piece }}
{% endfor %}

| Objet | Date |
|---|---|
| {{ row.objet }} | demain |

Le bureau
"""


def filled(folder: Path, source: str, row: dict[str, Any], name: str = "lettre.md") -> Any:
    (folder / name).write_text(source, encoding="utf-8")
    return Templates(folder).read(name).evaluate({"row": row})


def parts(post: Post) -> dict[str, str]:
    """Kind of each part of the last mail to its text."""
    found = {}
    for part in post.mails[-1].message.walk():
        if not part.is_multipart():
            found[part.get_content_type()] = part.get_content().replace("\r\n", "\n")
    return found


def test_markdown_arrives_formatted_and_as_plain_text(sender: Sender, post: Post, tmp_path: Path) -> None:
    row = {"nom": "Zoé *Le* <Goff>", "numero": "A1", "pieces": ["RIB", "1. avis | impôt"], "objet": "Aide | été"}
    sender.send(template=filled(tmp_path, LETTER, row), text=None)
    found = parts(post)
    assert found["text/plain"] == (
        "Bonjour Zoé *Le* <Goff>,\n\nvoici votre dossier <https://example.fr/A1>.\nIl manque :\n\n"
        "- RIB\n- 1. avis | impôt\n\nObjet  Date\nAide | été  demain\n\nLe bureau\n"
    )
    assert "<strong>Zoé *Le* &lt;Goff&gt;</strong>" in found["text/html"]
    assert '<a href="https://example.fr/A1">dossier</a>.<br' in found["text/html"]
    assert "<td>Aide | été</td>" in found["text/html"]


def test_a_cell_adds_no_link_and_no_script(sender: Sender, post: Post, tmp_path: Path) -> None:
    row = {"nom": "[ici](http://mal.example) <script>x</script>\n\n# Titre\n---"}
    for name in ("a.md", "a.html"):
        sender.send(template=filled(tmp_path, "Bonjour {{ row.nom }}", row, name), text=None)
        shown = parts(post)["text/html"]
        assert not [tag for tag in ("<a ", "<script", "<h1", "<h2", "<hr") if tag in shown]
        assert "[ici](http://mal.example) <script>x</script>" in parts(post)["text/plain"]


def test_plain_text_stays_as_it_is(sender: Sender, post: Post, tmp_path: Path) -> None:
    sender.send(template=filled(tmp_path, "*{{ row.nom }}*\n  <b>\n", {"nom": "Zoé"}, "a.txt"), text=None)
    assert parts(post) == {"text/plain": "*Zoé*\n  <b>\n"}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<html><head><title>x</title><style>p{}</style></head><body><p>a</p><p>b</p></body></html>", "a\n\nb\n"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>fin", "1. a\n2. b\n\n- c\n\nfin\n"),
        ('<a href="mailto:a@b.fr">a@b.fr</a> <a href="https://b.fr">ici</a>', "a@b.fr ici <https://b.fr>\n"),
        ("<p>a&nbsp;b &lt;c&gt;<br>d</p>", "a\u00a0b <c>\nd\n"),
    ],
)
def test_plain_text_of_html(source: str, said: str) -> None:
    assert plain_text(source) == said


def test_a_resumed_run_sends_what_it_began_with(desk: Desk, post: Post) -> None:
    """The server is down for the second one; meanwhile the template is rewritten, and its file removed."""
    text = FLOW[FLOW.index("            text: |") : FLOW.index("          save:")]
    desk.write("flows/convocations.yaml", FLOW.replace(text, "            template: lettre.md\n"))
    desk.write("templates/lettre.md", "Première version, {{ row.nom }}")
    people(desk.root, ("A1", "Abadie", "a@example.fr"), ("A2", "Bénac", "b@example.fr"))
    post.set_faults(MailFaults(defer=frozenset({"b@example.fr"})))
    run = desk.json("run", "convocations")["run"]
    post.set_faults()
    (desk.root / "templates" / "lettre.md").unlink()
    resumed = desk.json("resume", run)
    assert resumed["exit"] == 0
    assert [part["text/plain"] for part in [parts(post)]] == ["Première version, Bénac\n"]
