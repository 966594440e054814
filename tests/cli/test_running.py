"""Running, stopping at any instant, going on, and what a person decides, all through the command."""

from __future__ import annotations

import json
import os
import signal
import time

from cli.conftest import FLOW, Desk, until
from robo.run.system.machine import below


def test_a_run_tells_programs_what_became_of_each_item(desk: Desk) -> None:
    found = desk.robo("run", "register", "--json", "-i", "most=4")
    told = json.loads(found.stdout)
    assert told["counts"] == {"done": 3, "refused": 1}
    assert told["refused"] == [{"key": "2026-0103", "state": "refused", "reason": "not allowed"}]
    assert (told["state"], told["waits"], told["exit"], found.returncode) == ("done", [], 1, 1)
    assert "2026-0101: done" in found.stderr


def test_a_refused_item_is_done_after_retry(desk: Desk) -> None:
    desk.robo("run", "register", "-i", "most=3")
    desk.write("allowed", "")
    found = desk.robo("retry", "2026-0103", "--now")
    assert found.returncode == 0
    assert desk.register == ["2026-0101", "2026-0102", "2026-0103"]


def test_after_a_kill_nothing_is_entered_twice_and_the_doubt_is_settled_by_a_person(desk: Desk) -> None:
    desk.write("slow", "")
    desk.write("flows/register.yaml", FLOW.replace("\nsteps:", "\nsettings: {site: far}\nsteps:"))
    process = desk.start("run", "register", "-i", "most=2")
    until(lambda: desk.register == ["2026-0101"])
    process.kill()
    process.communicate()
    (desk.root / "slow").unlink()
    assert "was interrupted" in desk.robo("show").stdout

    resumed = desk.json("resume")
    (question,) = resumed["waits"]
    assert (resumed["exit"], question["key"], desk.register) == (4, "2026-0101", ["2026-0101", "2026-0102"])

    shown = desk.robo("show").stdout
    assert f"robo decide {resumed['run']} 2026-0101 done|again|give-up --number 1" in shown
    blind = desk.robo("decide", resumed["run"], "2026-0101", "again")
    assert (blind.returncode, "say which sending you looked at" in blind.stderr) == (1, True)
    missing = desk.robo("decide", resumed["run"], "2026-0101", "done", "--number", "1")
    assert "--give rank=..." in missing.stderr

    def taken() -> bool:  # too early for as long as what was sent may still arrive
        again = desk.robo("decide", resumed["run"], "2026-0101", "again", "--number", "1")
        assert again.returncode == 0 or "too early" in again.stderr, again.stdout + again.stderr
        return again.returncode == 0

    until(taken)
    assert desk.robo("resume").returncode == 0
    assert desk.register == ["2026-0101", "2026-0102", "2026-0101"]


def test_a_resume_waits_for_the_lane_that_a_killed_run_has_left_behind(desk: Desk) -> None:
    desk.write("slow", "")
    process = desk.start("run", "register", "-i", "most=2")
    until(lambda: desk.register == ["2026-0101"])
    (lane,) = [one.pid for one in below(process.pid) if one.parent == process.pid]
    os.kill(lane, signal.SIGSTOP)
    process.kill()
    process.wait()
    (desk.root / "slow").unlink()
    resumed = desk.start("resume", "--json")
    time.sleep(3.0)
    os.kill(lane, signal.SIGCONT)
    out, err = resumed.communicate(timeout=60)
    process.communicate()
    assert "is being worked on" not in err
    assert (json.loads(out)["exit"], desk.register) == (4, ["2026-0101", "2026-0102"])


def test_an_interrupt_ends_after_the_current_item(desk: Desk) -> None:
    desk.write("slow", "")
    desk.write("robots/register.py", (desk.root / "robots/register.py").read_text().replace("sleep(60)", "sleep(2)"))
    process = desk.start("run", "register", "--json", "-i", "most=2")
    until(lambda: desk.register == ["2026-0101"])
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, json.loads(out)["counts"]) == (130, {"done": 1})
    assert "Stopping after the current item" in err
    assert desk.robo("resume").returncode == 0
    assert desk.register == ["2026-0101", "2026-0102"]


def test_old_work_is_adopted_and_a_renamed_flow_keeps_its_ledger(desk: Desk) -> None:
    desk.robo("run", "register", "-i", "most=2")
    (desk.root / ".robo" / "robo.db").unlink()
    (desk.root / "flows" / "register.yaml").rename(desk.root / "flows" / "new.yaml")
    asked = desk.robo("run", "new", "-i", "most=2")
    assert asked.returncode == 4
    assert "robo ledger adopt production/new/row" in asked.stdout
    assert desk.json("ledger", "adopt", "production/new/row")["adopted"] == ["2026-0101", "2026-0102"]

    (desk.root / "flows" / "new.yaml").rename(desk.root / "flows" / "newer.yaml")
    assert desk.robo("run", "newer").returncode == 4
    assert desk.robo("ledger", "rename", "production/new/row", "production/newer/row").returncode == 0
    desk.write("allowed", "")
    assert desk.robo("run", "newer", "-i", "most=3").returncode == 0
    assert desk.register == ["2026-0101", "2026-0102", "2026-0103"]
