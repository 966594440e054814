"""The page on writing a robot, carried out: its code, in a workspace, with the real command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docs.pages import Page
from robo.practice.workbooks import write_applications

PAGE = Page("docs/write-a-robot.md")
SHORT, WITH_SETTLE = PAGE.blocks("python")
(FLOW,) = PAGE.blocks("yaml")
NOTES = ["note-2026-0101.txt", "note-2026-0102.txt", "note-2026-0103.txt"]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    (tmp_path / "robots").mkdir()
    (tmp_path / "robo.toml").write_text('[workspace]\nlanguage = "en"\n', encoding="utf-8")
    (tmp_path / "flows" / "notes.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "robots" / "notes.py").write_text(SHORT, encoding="utf-8")
    write_applications(tmp_path / "demandes.xlsx")
    return tmp_path


def robo(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "robo", *arguments]
    return subprocess.run(
        command, cwd=workspace, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120
    )


def journal(workspace: Path) -> list[dict[str, Any]]:
    (file,) = workspace.glob("runs/*/journal.jsonl")
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_it_is_ten_lines() -> None:
    assert len([line for line in SHORT.splitlines() if line.strip()]) == 10


def test_the_action_is_known_with_its_parameters(workspace: Path) -> None:
    told = robo(workspace, "actions", "notes.write").stdout
    assert "Write a note into a file of its own." in told
    assert "changes something, once" in told
    assert "to (required" in told
    assert "text (required" in told


def test_it_is_rehearsed_without_a_note(workspace: Path) -> None:
    told = json.loads(robo(workspace, "dry-run", "notes", "--json").stdout)
    assert [change["summary"] for item in told["items"] for change in item["changes"]] == [f"write {n}" for n in NOTES]
    assert told["items"][0]["changes"][0]["preview"].keys() == {"text"}
    assert not list(workspace.glob("note-*"))


@pytest.mark.parametrize(
    ("right", "wrong", "fault", "mend"),
    [
        ("text:", "txt:", '"txt" is not known here', 'Did you mean "text"?'),
        ("      key: row.numero\n", "", "`key` is missing", "key: row.numero"),
    ],
)
def test_a_mistake_is_found_before_the_run(workspace: Path, right: str, wrong: str, fault: str, mend: str) -> None:
    (workspace / "flows" / "notes.yaml").write_text(FLOW.replace(right, wrong), encoding="utf-8")
    checked = robo(workspace, "check", "notes")
    assert checked.returncode == 2
    assert fault in checked.stdout
    assert mend in checked.stdout


def test_it_runs_and_the_journal_has_intent_and_receipt(workspace: Path) -> None:
    ran = robo(workspace, "run", "notes")
    assert ran.returncode == 0, ran.stderr
    assert (workspace / NOTES[0]).read_text("utf-8") == "Abadie, Toulouse"
    assert sorted(file.name for file in workspace.glob("note-*")) == NOTES
    events = [event for event in journal(workspace) if event.get("key") == "2026-0101"]
    kinds = [event["kind"] for event in events]
    assert kinds == ["item.begun", "change.intended", "change.made", "item.ended"]
    assert events[1]["summary"] == f"write {NOTES[0]}"
    assert events[1]["preview"] == {"text": "Abadie, Toulouse"}
    assert events[2]["step"] == "notes.write"
    assert events[2]["gives"] == str(workspace / NOTES[0])


@pytest.mark.skipif(sys.platform != "linux", reason="the death of a process is seen on Linux alone")
def test_a_robot_killed_after_the_deed_looks_for_itself(workspace: Path) -> None:
    """The process dies once between the file and its receipt; the next one asks `settle` and writes nothing twice."""
    deed = "    draft.replace(to)\n"
    assert deed in WITH_SETTLE
    dying = deed + f"    if to.name == {NOTES[1]!r}:\n        os.kill(os.getpid(), 9)\n"
    (workspace / "robots" / "notes.py").write_text(WITH_SETTLE.replace(deed, dying), encoding="utf-8")
    # Doubts of a flow without site are left alone for a minute; here a second will do.
    (workspace / "robo.toml").write_text('[sites.here]\naddress = "http://127.0.0.1:9"\nlate = "1s"\n', "utf-8")
    (workspace / "flows" / "notes.yaml").write_text(FLOW + "settings: {site: here}\n", encoding="utf-8")
    ran = robo(workspace, "run", "notes")
    assert ran.returncode == 0, ran.stderr
    assert sorted(file.name for file in workspace.glob("note-*")) == NOTES
    made = {event["key"]: event["by"] for event in journal(workspace) if event["kind"] == "change.made"}
    assert made == {"2026-0101": "answer", "2026-0102": "settle", "2026-0103": "answer"}
