"""The command: what it leaves behind, and that its plan is what the run then does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from dry.conftest import FLOW, REGISTER, Desk


def by_key(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["key"]: item for item in plan["items"]}


def test_a_dry_run_touches_nothing_but_its_own_folder(desk: Desk) -> None:
    before = desk.files()
    plan = desk.plan("register")
    assert desk.files() == before
    assert [path.name for path in (desk.root / "runs").iterdir()] == [plan["run"]]
    assert json.loads((Path(plan["folder"]) / "plan.json").read_text("utf-8"))["items"] == plan["items"]

    desk.robo("run", "register")
    before, ledger = desk.files(), (desk.rows("item"), desk.rows("change"), desk.rows("run"))
    again = desk.plan("register", "-i", "most=6")
    assert (desk.files(), (desk.rows("item"), desk.rows("change"), desk.rows("run"))) == (before, ledger)
    states = {key: item["state"] for key, item in by_key(again).items()}
    assert states["2026-0101"] == "already_done"
    assert states["2026-0103"] == "refused"
    assert states["2026-0105"] == states["2026-0106"] == "planned"


def test_the_plan_is_what_the_run_then_does(desk: Desk) -> None:
    plan = desk.plan("register")
    assert (plan["exit"], plan["counts"]["planned"], plan["counts"]["refused"]) == (1, 3, 1)
    desk.robo("run", "register")
    made = {row[0]: row[1:] for row in desk.rows("change", "key, step, summary, preview, facts, state")}
    for key, item in by_key(plan).items():
        if item["state"] == "planned":
            (planned,) = item["changes"]
            step, summary, preview, facts, state = made.pop(key)
            told = json.loads(facts)
            assert (planned["step"], planned["summary"], state) == (step, summary, "receipt")
            assert planned["preview"] == json.loads(preview)
            assert [list(cell.values()) for cell in planned["cells"]] == told["cells"]
            assert [[one["to"], one["from"]] for one in planned["files"]] == [
                [to["$path"], source["$path"]] for to, source in told["files"]
            ]
            (document,) = planned["documents"]
            assert [document["name"], document["sha256"]] == [told["documents"][0][0], told["documents"][0][2]]
            assert (Path(plan["folder"]) / document["file"]).read_text("utf-8").startswith("To ")
    assert made == {}
    cells = {(cell["key"], cell["place"], cell["column"]) for cell in plan["cells"]}
    assert {key for key, _place, _column in cells} == {"2026-0101", "2026-0102", "2026-0104"}
    assert ("2026-0101", "demandes.xlsx, Demandes!L2", "Référence") in cells or len(cells) == 6
    assert all(cell["after"] == {"not_known_yet": True} for cell in plan["cells"] if cell["column"] == "Référence")


def test_only_so_many_rows_are_rehearsed(desk: Desk) -> None:
    plan = desk.plan("register", "--rows", "2")
    assert [item["key"] for item in plan["items"]] == ["2026-0101", "2026-0102"]
    assert any("--rows 2" in said for said in plan["attention"])


def test_what_to_look_at_first_is_said_once(desk: Desk) -> None:
    desk.write("flows/register.yaml", FLOW.replace(", name: =row.nom", ", name: ''"))
    said = desk.plan("register")["attention"]
    assert "2026-0103: not allowed" in said
    assert "2026-0101, 2026-0102, 2026-0104: nobody is named" in said
    assert "letter to : 3 times, for 2026-0101, 2026-0102, 2026-0104" in said


def test_a_step_is_left_out_of_a_dry_run(desk: Desk) -> None:
    desk.write(
        "flows/register.yaml", FLOW.replace("          save: rank", "          save: rank\n          dry_run: skip")
    )
    plan = desk.plan("register")
    item = by_key(plan)["2026-0101"]
    assert (item["state"], item["changes"]) == ("already_done", [])
    assert item["notes"] == ["register.enter was not rehearsed: the flow leaves it out of a dry run"]


def test_it_goes_on_beside_a_run(desk: Desk) -> None:
    """What is being sent just now is neither settled nor taken for lost; the run knows nothing of it."""
    wait = '    while not (file.parent / "go").exists():\n        time.sleep(0.05)\n    with file.open'
    slow = REGISTER.replace("    with file.open", wait).replace("from pathlib", "import time\nfrom pathlib")
    desk.write("robots/register.py", slow)
    running = desk.start("run", "register", "-i", "most=1", "--json")
    try:
        while not (desk.root / ".robo" / "robo.db").exists() or not desk.rows("change", "key", live=True):
            time.sleep(0.1)
        items = by_key(desk.plan("register"))
    finally:
        desk.write("go", "")
        out, _errors = running.communicate(timeout=90)
    assert (items["2026-0101"]["state"], items["2026-0102"]["state"]) == ("waits", "planned")
    assert items["2026-0101"]["reason"] == "it is being sent just now, or its run was interrupted"
    assert json.loads(out)["counts"] == {"done": 1}
    assert (desk.root / "register.txt").read_text() == "2026-0101\n"


def test_a_store_that_a_killed_run_left_is_only_read(desk: Desk) -> None:
    desk.robo("run", "register", "-i", "most=2")
    database = desk.root / ".robo" / "robo.db"
    left = f"""
import os, sqlite3
store = sqlite3.connect({str(database)!r}, isolation_level=None)
store.execute("UPDATE item SET state = 'given_up' WHERE key = '2026-0101'")
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", left], check=True)
    log = database.with_name("robo.db-wal")
    before = (database.read_bytes(), log.read_bytes())
    plan = desk.plan("register")
    assert by_key(plan)["2026-0101"]["state"] == "skipped"
    assert (database.read_bytes(), log.read_bytes()) == before


def test_a_question_comes_before_any_rehearsal(desk: Desk) -> None:
    desk.robo("run", "register", "-i", "most=2")
    for name in ("robo.db", "robo.db-wal", "robo.db-shm"):
        (desk.root / ".robo" / name).unlink(missing_ok=True)
    plan = desk.plan("register")
    assert (plan["state"], plan["exit"], plan["items"]) == ("waits", 4, [])
    assert "robo ledger adopt production/register/row" in plan["attention"][0]


def test_nothing_is_left_in_the_folder_for_temporary_files(desk: Desk, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    os.environ["TMPDIR"] = str(scratch)
    try:
        desk.plan("register", "--rows", "1")
    finally:
        del os.environ["TMPDIR"]
    assert list(scratch.iterdir()) == []
