"""The log of a run, told afterwards and while it goes on."""

from __future__ import annotations

import json

from cli.conftest import Desk, until


def test_it_tells_what_run_log_holds_and_programs_get_events(desk: Desk) -> None:
    run = desk.json("run", "register", "-i", "most=3")
    kept = (desk.root / "runs" / run["run"] / "run.log").read_text("utf-8")
    assert desk.robo("logs").stdout == kept
    lines = [json.loads(line) for line in desk.robo("logs", run["run"], "--json").stdout.splitlines()]
    assert [line["kind"] for line in lines[:-1]][:1] == ["run.began"]
    assert lines[-1] == {"run": run["run"], "flow": run["flow"], "state": "done", "exit": 0}


def test_who_follows_hears_it_live_until_the_run_ends(desk: Desk) -> None:
    desk.write("slow", "")
    desk.write("robots/register.py", (desk.root / "robots/register.py").read_text().replace("sleep(60)", "sleep(3)"))
    running = desk.start("run", "register", "-i", "most=1")
    until(lambda: desk.register == ["2026-0101"])
    follower = desk.start("logs", "--follow")
    assert follower.stdout is not None
    while "about to" not in follower.stdout.readline():
        pass
    assert running.poll() is None
    rest, _err = follower.communicate(timeout=60)
    running.communicate(timeout=60)
    assert "The run has ended, done" in rest
    assert follower.returncode == 0
