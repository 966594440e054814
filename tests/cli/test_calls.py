"""A flow that runs another, through the command: what it gives, and that a resumed run keeps what it began with."""

from __future__ import annotations

import json
import signal

from openpyxl import load_workbook

from cli.conftest import FLOW, Desk, until

CALLER = """\
robo: 1
inputs: {most: {type: integer, default: 2}}
steps:
  - run: {flow: register, with: {most: =inputs.most}}
    save: register
outputs: {entered: =register.entered, day: "=date('2026-03-31')", share: =register.entered / 4}
"""
CALLED = FLOW.replace("save: rank", "save: rank\n          on_error: stop") + "outputs: {entered: =rows.done}\n"


def test_a_run_gives_what_the_flow_says_to_programs_people_and_its_folder(desk: Desk) -> None:
    desk.write("flows/register.yaml", CALLED)
    desk.write("flows/caller.yaml", CALLER)
    told = desk.json("run", "caller")
    assert told["outputs"] == {"entered": 2, "day": "2026-03-31", "share": "0.5"}
    assert json.loads((desk.root / told["folder"] / "outputs.json").read_text("utf-8")) == told["outputs"]
    assert "  entered: 2\n" in desk.robo("show").stdout
    assert desk.json("run", "register", "--input", "most=2")["already"] == 2


def test_a_resumed_run_goes_on_with_the_flows_as_they_were(desk: Desk) -> None:
    desk.write("flows/register.yaml", CALLED)
    desk.write("flows/caller.yaml", CALLER)
    desk.write("slow", "")
    running = desk.start("run", "caller")
    until(lambda: len(desk.register) == 1)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    (desk.root / "slow").unlink()
    (desk.root / "flows/register.yaml").unlink()
    (question,) = desk.json("resume")["waits"]
    assert question["ledger"] == "production/register/row"
    run = desk.json("show")["run"]
    decided = desk.robo("decide", run, "2026-0101", "done", "--number", "1", "--give", "rank=1")
    assert decided.returncode == 0, decided.stderr
    told = desk.json("resume")
    assert (told["state"], told["outputs"]["entered"]) == ("done", 2)
    assert desk.register == ["2026-0101", "2026-0102"]


def test_a_changed_row_of_a_flow_that_is_run_is_decided_about(desk: Desk) -> None:
    logged = '        - log: "{{ row.nom }}"\n        - register.enter'
    desk.write("flows/register.yaml", CALLED.replace("        - register.enter", logged))
    desk.write("flows/caller.yaml", CALLER)
    desk.robo("run", "caller")
    book = load_workbook(desk.root / "demandes.xlsx")
    book.worksheets[0]["C2"] = "Autre"
    book.save(desk.root / "demandes.xlsx")
    answer = desk.json("run", "caller")
    assert [(one["key"], one["why"]) for one in answer["waits"]] == [("2026-0101", "changed")]
    decided = desk.robo("decide", answer["run"], "2026-0101", "done")
    assert decided.returncode == 0, decided.stderr
    assert desk.json("run", "caller")["waits"] == []
    assert len(desk.register) == 2
