"""The report of a run: there after each start, true, and never a reason for a run to end otherwise."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from report.conftest import LOST, REFUSED, Desk, words


def test_what_waits_stands_first_with_commands_that_settle_it(desk: Desk) -> None:
    page = words(desk.report)
    assert page.headings[0].startswith("What waits for you")
    assert any("--rows-from" in command for command in page.commands)
    giving_up = next(command for command in page.commands if "give-up" in command)
    assert shlex.split(giving_up)[:4] == ["robo", "decide", desk.folder.name, LOST]
    settled = desk.robo(*shlex.split(giving_up)[1:])
    assert settled.returncode == 0, settled.stderr
    desk.robo("show")
    after = words(desk.report)
    assert giving_up not in after.commands
    assert "given up" in next(row for row in after.rows if LOST in row)
    assert "how it ended is not known" not in after.text


def test_each_item_has_its_row_with_its_reason_or_its_receipt(desk: Desk) -> None:
    rows = {key: row for row in words(desk.report).rows for key in ("2026-0116", "2026-0117", REFUSED) if key in row}
    assert "done" in rows["2026-0116"]
    assert "DOS-2026-00001" in rows["2026-0116"]
    assert "plafond de 100 000 €" in rows[REFUSED]
    assert desk.report.read_text("utf-8").count("data:image/jpeg") == 1


def test_it_says_what_was_asked_and_the_time_given_back(desk: Desk) -> None:
    text = words(desk.report).text
    for said in ("Ce que le courrier a apporté", "Classeur des demandes", "8 min given back", "production"):
        assert said in text


def test_what_is_kept_secret_is_not_in_it(desk: Desk) -> None:
    person = "Garrigues"  # the refused applicant
    assert person in desk.report.read_text("utf-8")
    desk.report.unlink()
    desk.robo("show", ROBO_SECRET_NAME=person)
    assert person not in desk.report.read_text("utf-8")
    desk.report.unlink()


def test_show_opens_it(desk: Desk, tmp_path: Path) -> None:
    opener = tmp_path / "opener"
    opener.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\npathlib.Path({str(tmp_path)!r}, 'seen').write_text(sys.argv[1])\n"
    )
    opener.chmod(0o755)
    assert desk.robo("show", "--open", BROWSER=f"{opener} %s").returncode == 0
    assert (tmp_path / "seen").read_text() == desk.report.as_uri()


def test_that_it_cannot_be_written_is_said_and_changes_nothing(desk: Desk) -> None:
    desk.report.unlink(missing_ok=True)
    desk.report.mkdir()
    shown = desk.robo("show")
    desk.report.rmdir()
    assert shown.returncode == 0
    assert "the report could not be written" in shown.stderr
