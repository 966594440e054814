"""The shipped flow that summons people by mail, carried out as it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.conftest import Desk
from practice.make_workbooks import summons, workbook
from robo.practice.post import MailFaults, Post
from robo.practice.workbooks import (
    SHARED_ADDRESS,
    SUMMONS,
    UNADDRESSED,
    UNKNOWN_ADDRESS,
    write_summons,
)
from robo.practice.workspace import lay_out, robo_toml
from robo.workbook import Rows


@pytest.fixture
def desk(tmp_path: Path, post: Post) -> Desk:
    lay_out(tmp_path, robo_toml("http://127.0.0.1:9", late=1, post=(post.address, post.mailbox)), ["convocations"])
    write_summons(tmp_path / SUMMONS)
    post.set_faults(MailFaults(refuse=frozenset({UNKNOWN_ADDRESS})))
    return Desk(tmp_path)


def test_everybody_with_an_address_is_summoned_once(desk: Desk, post: Post) -> None:
    ran = desk.json("run", "convocations")
    assert (ran["counts"], ran["exit"]) == ({"done": 10, "refused": 2}, 1)
    reasons = {one["key"]: one["reason"] for one in ran["refused"]}
    assert reasons[UNADDRESSED] == "`to` is empty: nobody would get the mail"
    assert reasons["C-008"] == f"{UNKNOWN_ADDRESS}: 550 5.1.1 no such mailbox here"
    rows = {row["Numéro"]: row for row in (entry.values for entry in Rows(desk.root / SUMMONS).entries())}
    assert {row["Message"] for key, row in rows.items() if key not in reasons} == {one.message_id for one in post.mails}
    assert len({one.message_id for one in post.mails}) == len(post.sent) == 10
    first, second = (rows[key] for key in SHARED_ADDRESS)
    assert first["Courriel"] == second["Courriel"]
    assert first["Message"] != second["Message"]
    said = post.mails[0].message.get_body(("plain",))
    assert said is not None
    text = said.get_content().replace("\r\n", "\n")
    assert text.startswith("Madame Hélène Abadie,\n\nvous êtes attendu(e) le mardi 01 décembre 2026 à 09:00, salle")
    assert "automate" in text
    assert desk.robo("run", "convocations").returncode in (0, 1)
    assert len(post.mails) == 10


def test_a_rehearsal_speaks_to_nobody_and_foresees_what_then_leaves(desk: Desk, post: Post) -> None:
    assert desk.robo("dry-run", "convocations").returncode == 1
    assert post.connections == 0
    (file,) = desk.root.glob("runs/*/plan.json")
    plan = json.loads(file.read_text("utf-8"))
    foreseen = {change["gives"]["message_id"]: change for item in plan["items"] for change in item["changes"]}
    assert len(foreseen) == 11
    assert any(SHARED_ADDRESS[0] in said and SHARED_ADDRESS[1] in said for said in plan["attention"])
    desk.robo("run", "convocations")
    assert len(post.mails) == 10
    for mail in post.mails:
        (document,) = foreseen[mail.message_id]["documents"]
        assert undated((file.parent / document["file"]).read_bytes()) == undated(mail.content)


def undated(content: bytes) -> bytes:
    """The mail without the line that says when it was written."""
    return re.sub(rb"\r\nDate: [^\r]*", b"", content)


def test_the_package_carries_what_its_maker_makes(tmp_path: Path) -> None:
    workbook(summons(), tmp_path / "made.xlsx", "Convocations")
    made, carried = Rows(tmp_path / "made.xlsx"), Rows(write_summons(tmp_path / SUMMONS))
    assert [entry.values for entry in made.entries()] == [entry.values for entry in carried.entries()]
