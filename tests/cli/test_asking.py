"""A run that waits for a person, through the command: asked, answered, gone on with."""

from __future__ import annotations

import json
import os
import pwd
import signal
import time
from pathlib import Path

import pytest

from cli.conftest import Desk, until
from docs.pages import Page

ME = pwd.getpwuid(os.getuid()).pw_name
GATE = '''\
"""Waits until a file is there."""
import time
from pathlib import Path

from robo import action


@action
def wait(file: Path) -> None:
    """Wait for it."""
    (file.parent / "waiting").touch()
    while not file.exists():
        time.sleep(0.02)
'''
FLOW = """\
robo: 1
name: Payment
steps:
  - approve:
      title: Pay the list
      show: {Total: 12, List: list.txt}
      form: {payday: {type: date, label: Day of payment}}
    save: accord
  - register.enter: {file: register.txt, number: "{{ accord.by }} {{ accord.payday }}"}
outputs: {by: =accord.by}
"""


@pytest.fixture
def paying(desk: Desk) -> Desk:
    desk.write("flows/pay.yaml", FLOW)
    desk.write("list.txt", "A\n")
    return desk


def test_it_is_asked_answered_and_gone_on_with(paying: Desk) -> None:
    begun = paying.json("run", "pay")
    run = begun["run"]
    assert (begun["exit"], begun["state"]) == (4, "waits")
    (asks,) = begun["asks"]
    assert (asks["title"], asks["form"]) == ("Pay the list", [
        {"name": "payday", "type": "date", "label": "Day of payment", "required": True}
    ])  # fmt: skip
    command = f"robo approve {run} -i payday=..."
    assert f"-> {command}\n" in paying.robo("show", run).stdout
    assert command in paying.robo("runs").stdout
    assert command in Path(begun["report"]).read_text("utf-8")
    assert "the input “" not in (wrong := paying.robo("approve", run, "-i", "payday=soon").stderr)
    assert '"soon" is no date' in wrong
    told = paying.robo("approve", run, "-i", "payday=3/5/2026", "--remark", "as agreed").stdout
    assert f"Type robo resume {run} to go on" in told
    assert paying.register == []
    assert f"has its answer. Go on with: robo resume {run}" in paying.robo("show", run).stdout
    again = paying.robo("approve", run, "-i", "payday=4/5/2026")
    assert again.returncode == 1
    assert f"“Pay the list” was answered by {ME} on " in again.stderr
    ended = paying.json("resume", run)
    assert (ended["exit"], ended["outputs"]) == (0, {"by": ME})
    assert paying.register == [ME, "03/05/2026"]
    assert "“Pay the list” was approved by" in (Path(ended["folder"]) / "run.log").read_text("utf-8")


def test_what_is_refused_fails_at_once_with_resume(paying: Desk) -> None:
    run = paying.json("run", "pay")["run"]
    refused = paying.robo("approve", run, "--refuse", "--remark", "not yet", "--resume")
    assert refused.returncode == 1
    assert f"failed. refused by {ME}: not yet" in refused.stdout
    assert "is answered with" not in refused.stderr
    assert paying.register == []


def test_an_answer_that_comes_while_the_run_ends_is_taken_up_by_it(paying: Desk) -> None:
    paying.write("robots/gate.py", GATE)
    gated = FLOW.replace("steps:\n", "steps:\n  - gate.wait: open\n", 1)
    paying.write("flows/pay.yaml", gated)
    process = paying.start("run", "pay")
    until((paying.root / "waiting").exists)
    run = paying.json("runs")["runs"][0]["run"]
    os.kill(process.pid, signal.SIGSTOP)
    try:
        paying.write("open", "")
        until(lambda: paying.json("runs")["runs"][0]["asks"] != [])
        answered = paying.robo("approve", run, "-i", "payday=3/5/2026")
        assert "is going on, and takes the answer up by itself" in answered.stdout
    finally:
        os.kill(process.pid, signal.SIGCONT)
    out, _err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "is done" in out
    assert paying.register == [ME, "03/05/2026"]


def test_nobody_answers_in_time_and_the_next_start_asks_again(paying: Desk) -> None:
    paying.write("flows/pay.yaml", FLOW.replace("      form:", "      wait: 1s\n      form:"))
    run = paying.json("run", "pay")["run"]
    time.sleep(1.1)
    late = paying.robo("approve", run, "-i", "payday=3/5/2026")
    assert "“Pay the list” was to be answered until" in late.stderr
    assert paying.json("resume", run)["reason"] == "nobody answered within 1 second"
    assert "robo resume" in paying.robo("approve", run, "-i", "payday=3/5/2026").stderr
    assert paying.json("resume", run)["asks"][0]["number"] == 2


def test_the_page_shows_a_flow_that_waits_for_somebody(desk: Desk) -> None:
    (flow,) = [one for one in Page("docs/language.md").blocks("yaml") if "approve:" in one]
    desk.write("flows/mandats.yaml", flow)
    desk.write("lots/mai.csv", "12\n")
    desk.write("robo.toml", '[folders]\nlots = "lots"\nmandats = "mandats"\n')
    desk.root.joinpath("mandats").mkdir()
    asked = desk.json("run", "mandats", "-i", "lot=lots/mai.csv", "-i", f"responsable={ME}")
    assert asked["state"] == "waits", asked
    assert json.loads(desk.robo("approve", asked["run"], "--json").stdout)["exit"] == 0
    assert desk.json("resume", asked["run"])["exit"] == 0
    assert [file.name for file in desk.root.joinpath("mandats").iterdir()] == ["mai.csv"]
