"""The shipped flows, rehearsed and then run: files, a register, mails; and the office, with a real browser."""

from __future__ import annotations

import email.policy
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from dry.conftest import Desk
from dry.held import differing, made, planned, written_back
from kill.desk import Desk as Entering
from robo.practice.invoices import ARRIVALS, write_invoices
from robo.practice.office import PASSWORD, Office
from robo.practice.post import Post
from robo.practice.workbooks import REFUSED_NUMBERS, SUMMONS, write_summons
from robo.practice.workspace import lay_out, robo_toml


@pytest.fixture
def workspace(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "workspace")


def test_files_are_planned_where_they_then_lie(workspace: Desk) -> None:
    lay_out(workspace.root, robo_toml("http://127.0.0.1:9", folders=True), ["classement"])
    write_invoices(workspace.root / "arrivee")
    before = workspace.files()
    plan = workspace.plan("classement")
    assert workspace.files() == before
    root = workspace.root.resolve()
    filed = [file["to"] for item in plan["items"] for change in item["changes"] for file in change["files"]]
    promised = {str(root / "classement" / arrival.filed) for arrival in ARRIVALS if arrival.filed}
    assert {path for path in filed if path.startswith(str(root / "classement")) and path.endswith(".pdf")} == promised

    workspace.robo("run", "classement")
    done = made(workspace.root / ".robo" / "robo.db")
    assert differing(without_bytes(planned(plan)), without_bytes(done)) == []
    assert {change["action"] for change in done.values()} == {"move", "append_row"}


def without_bytes(changes: dict[tuple[str, str], dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Where a new workbook's bytes are drafted is each lane's own affair."""
    return {
        key: {**change, "files": [file for file in change["files"] if not file["to"].endswith(".xlsx")]}
        for key, change in changes.items()
    }


def test_mails_are_planned_as_they_then_leave(workspace: Desk) -> None:
    with Post() as post:
        lay_out(
            workspace.root, robo_toml("http://127.0.0.1:9", late=1, post=(post.address, post.mailbox)), ["convocations"]
        )
        write_summons(workspace.root / SUMMONS)
        before = workspace.files()
        plan = workspace.plan("convocations")
        assert (workspace.files(), post.mails) == (before, [])
        assert any(said.startswith("mail to oceane.fabre@example.fr: 2 times") for said in plan["attention"])
        letters = [
            (Path(plan["folder"]) / one["file"]).read_bytes()
            for change in planned(plan).values()
            for one in change["documents"]
        ]
        workspace.robo("run", "convocations")
        done = made(workspace.root / ".robo" / "robo.db")
        assert differing(undated(planned(plan)), undated(done)) == []
        assert sorted(map(readable, letters)) == sorted(readable(mail.message.as_bytes()) for mail in post.mails)
    known = {key: values["Message"] for key, values in written_back(workspace.root / ".robo" / "robo.db").items()}
    assert {cell["key"]: cell["after"] for cell in plan["cells"] if cell["column"] == "Message"} == known


def undated(changes: dict[tuple[str, str], dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """A mail holds the hour at which it was rendered."""
    return {
        key: {**change, "documents": [(one["name"], one["media_type"]) for one in change["documents"]]}
        for key, change in changes.items()
    }


def readable(letter: bytes) -> tuple[str, ...]:
    message = message_from_bytes(letter, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    said = body.get_content().replace("\r\n", "\n").strip()
    return (*(str(message[name]) for name in ("Message-ID", "From", "To", "Subject")), said)


def test_the_office_sees_a_sign_in_and_then_what_was_planned(tmp_path: Path) -> None:
    with Office() as office, Post(user="bureau", password=PASSWORD) as post:
        entering = Entering(tmp_path / "workspace", office, rows=5, post=post)
        desk = Desk(entering.folder, {"ROBO_SECRET_BUREAU": "demonstration"})
        before = desk.files()
        plan = desk.plan("demandes")
        assert desk.files() == before
        assert [one.path for one in office.log if one.method != "GET"] == ["/connexion"]
        assert (office.records, post.connections) == ([], 0)
        assert [(one["verdict"], one["why"]) for one in plan["requests"]] == [("passed", "sign-in")]
        assert plan["counts"]["planned"] == 5
        pictures = [Path(plan["folder"]) / item["evidence"]["jpg"] for item in plan["items"]]
        assert all(picture.read_bytes().startswith(b"\xff\xd8") for picture in pictures)

        desk.robo("run", "demandes")
        done = made(desk.root / ".robo" / "robo.db")
        foreseen = {key: change for key, change in planned(plan).items() if key[0] not in REFUSED_NUMBERS}
        assert differing(undated(foreseen), undated(done)) == []
        assert {step for _key, step in done} == {"submit", "move", "send_mail"}
        given = written_back(desk.root / ".robo" / "robo.db")
        cells = {cell["key"]: cell["place"] for cell in plan["cells"] if cell["column"] == "Référence"}
        assert given.keys() == cells.keys() - set(REFUSED_NUMBERS)
        assert {record.number for record in office.records} == set(given)
