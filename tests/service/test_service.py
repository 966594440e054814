"""The service: what is asked for is done, once, in turn, whatever is killed meanwhile."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from service.conftest import PIECE, Shop, until


def test_what_is_asked_for_is_done_and_answers_as_a_run_does(shop: Shop) -> None:
    shop.serve()
    done = shop.json("trigger", "piece", "-i", "piece=a", "--wait")
    assert (done["state"], done["exit"], shop.bench) == ("done", 0, ["begin a", "end a"])
    assert (Path(done["folder"]) / "report.html").exists()
    shop.write("flows/wrong.yaml", "robo: 1\nsteps:\n  - stop: {reason: no more, as: failed}\n")
    wrong = shop.json("trigger", "wrong", "--wait")
    assert (wrong["state"], wrong["reason"], wrong["exit"]) == ("failed", "no more", 1)


def test_without_a_service_it_waits_for_one(shop: Shop) -> None:
    asked = shop.robo("trigger", "piece", "-i", "piece=a")
    assert (asked.returncode, "No service is at work" in asked.stdout) == (0, True)
    shop.serve()
    until(lambda: shop.bench == ["begin a", "end a"])


def test_what_it_is_given_is_typed_and_a_file_from_elsewhere_is_kept_with_it(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shop.write("flows/given.yaml", GIVEN)
    paper = tmp_path_factory.mktemp("elsewhere") / "paper.txt"
    paper.write_text("to be kept")
    wrong = shop.robo("trigger", "given", "-i", f"paper={paper}", "-i", "amount=1.234,5")
    assert (wrong.returncode, "amount" in wrong.stderr) == (2, True)
    run = shop.json("trigger", "given", "-i", f"paper={paper}", "-i", "amount=1 234,50", "--key", "k")["run"]
    paper.unlink()
    shop.serve()
    until(lambda: shop.state(run) == "done")
    outputs = json.loads((shop.root / "runs" / run / "outputs.json").read_text("utf-8"))
    assert outputs == {"said": "to be kept", "twice": "2469.00"}


def test_a_second_service_is_refused(shop: Shop) -> None:
    first = shop.serve()
    second = shop.robo("serve")
    assert (second.returncode, f"process {first.pid}" in second.stderr) == (1, True)


def test_one_key_is_one_run(shop: Shop) -> None:
    asked = [shop.start("trigger", "piece", "-i", "piece=a", "--key", "k", "--json") for _number in range(6)]
    told = [json.loads(process.communicate(timeout=60)[0]) for process in asked]
    assert len({one["run"] for one in told}) == 1
    assert [one["new"] for one in told].count(True) == 1
    assert len(list((shop.root / "runs").iterdir())) == 1
    shop.write("flows/other.yaml", "robo: 1\nsteps:\n  - log: other\n")
    assert "was used for another flow" in shop.robo("trigger", "other", "--key", "k").stderr


def test_never_more_at_once_than_the_limit_and_the_urgent_first(shop: Shop) -> None:
    shop.json("pause", "piece")
    for piece, priority in (("low", "1"), ("middle", "5"), ("high", "9")):
        for number in range(2):
            words = ("-i", f"piece={piece}{number}", "-i", "seconds=0.2", "--priority", priority)
            shop.json("trigger", "piece", *words)
    shop.serve("--slots", "6")
    time.sleep(0.3)
    assert shop.bench == []
    shop.json("unpause", "piece")
    until(lambda: len(shop.bench) == 12)
    at_once = most = 0
    for line in shop.bench:
        at_once += 1 if line.startswith("begin") else -1
        most = max(most, at_once)
    assert most <= 2
    begun = [line.removeprefix("begin ").rstrip("01") for line in shop.bench if line.startswith("begin")]
    assert begun == ["high", "high", "middle", "middle", "low", "low"]


def test_killed_it_goes_on_where_it_was(shop: Shop) -> None:
    shop.write("flows/pieces.yaml", PIECES)
    service = shop.serve()
    run = shop.json("trigger", "pieces")["run"]
    until(lambda: "end p0" in shop.bench)
    service.kill()
    service.wait()
    shop.serve()
    until(lambda: shop.state(run) not in ("queued", "admitted", "running"))
    worked = [line.removeprefix("begin ") for line in shop.bench if line.startswith("begin")]
    in_doubt = {question["key"] for question in shop.json("show", run)["waits"]}
    assert len(worked) == len(set(worked))
    assert {*worked, *in_doubt} == {"p0", "p1", "p2", "p3"}


def test_cancelled_it_ends_within_seconds_with_all_that_belongs_to_it(shop: Shop) -> None:
    shop.serve()
    run = shop.json("trigger", "piece", "-i", "piece=a", "-i", "seconds=600")["run"]
    until(lambda: shop.bench == ["begin a"])
    began = time.monotonic()
    told = shop.json("cancel", run)
    assert (told["state"], "cancelled by" in told["reason"]) == ("stopped", True)
    assert time.monotonic() - began < 5
    until(lambda: not marked(shop.root), 5)


def test_a_run_of_ones_own_keeps_to_the_same_locks(shop: Shop) -> None:
    shop.write("flows/till.yaml", PIECE.replace("limit: 2", "locks: [till]"))
    shop.serve()
    shop.write("held", "")
    served = shop.json("trigger", "till", "-i", "piece=a")["run"]
    until(lambda: shop.bench == ["begin a"])
    refused = shop.robo("run", "till", "-i", "piece=b")
    assert (refused.returncode, f"lock till is taken by run {served}" in refused.stderr) == (1, True)
    (shop.root / "held").unlink()
    until(lambda: shop.state(served) == "done")
    shop.write("held", "")
    own = shop.start("run", "till", "-i", "piece=c")
    until(lambda: "begin c" in shop.bench)
    waits = shop.json("trigger", "till", "-i", "piece=d")["run"]
    assert "lock till is taken by run" in shop.robo("runs").stdout
    (shop.root / "held").unlink()
    own.communicate(timeout=60)
    until(lambda: shop.state(waits) == "done")
    assert shop.bench == ["begin a", "end a", "begin c", "end c", "begin d", "end d"]


def test_a_run_that_takes_too_long_is_ended_and_one_that_failed_is_taken_up_again(shop: Shop) -> None:
    shop.write("flows/slow.yaml", PIECE_FOR_EVER)
    shop.write("flows/frail.yaml", FRAIL)
    shop.serve()
    slow, frail = (shop.start("trigger", flow, "--wait", "--json") for flow in ("slow", "frail"))
    ended = json.loads(slow.communicate(timeout=60)[0])
    assert (ended["state"], "took longer than" in ended["reason"]) == ("failed", True)
    ended = json.loads(frail.communicate(timeout=60)[0])
    assert ended["state"] == "done"
    assert (shop.root / "tries.txt").read_text() == "xx"


def test_a_deadline_that_has_passed_lets_nothing_begin(shop: Shop) -> None:
    shop.json("pause", "piece")
    run = shop.json("trigger", "piece", "-i", "piece=a")["run"]
    with closing(sqlite3.connect(shop.root / ".robo" / "robo.db")) as store, store:
        store.execute("UPDATE submission SET until = 1")
    shop.serve()
    until(lambda: shop.state(run) == "failed")
    assert "not begun" in shop.log


def test_a_rehearsal_that_is_asked_for_changes_nothing_and_says_where_its_plan_is(shop: Shop) -> None:
    shop.serve()
    done = shop.json("trigger", "piece", "-i", "piece=a", "--dry-run", "--wait")
    assert (done["state"], shop.bench) == ("done", [])
    assert "plan.html" in done["reason"]


def marked(root: Path) -> list[str]:
    """The processes that work in that folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
                here = os.readlink(entry / "cwd") == str(root)
            except OSError:
                continue
            if here and b"robo.run.lane" in command:
                found.append(entry.name)
    return found


GIVEN = """\
robo: 1
inputs: {paper: file, amount: decimal}
steps:
  - bench.text_of: {file: =inputs.paper}
    save: said
outputs: {said: =said, twice: =inputs.amount * 2}
"""
PIECES = """\
robo: 1
vars:
  pieces: [p0, p1, p2, p3]
steps:
  - for_each:
      in: =vars.pieces
      as: piece
      key: piece
      steps:
        - bench.work: {file: bench.txt, piece: =piece, seconds: "0.5"}
"""
PIECE_FOR_EVER = """\
robo: 1
settings: {timeout: 1s}
steps:
  - bench.ponder: "600"
"""
FRAIL = """\
robo: 1
settings:
  retry: {times: 2, wait: 0.1s}
steps:
  - bench.fail_until: {file: tries.txt, times: 2}
"""


ASKS = """\
robo: 1
name: Sure
settings: {limit: 1, second_person: SECOND, retry: {times: 2, wait: 1s}}
steps:
  - approve: {title: Work it, wait: WAIT}
  - bench.work: {file: bench.txt, piece: a}
"""


def asking(shop: Shop, second: str = "no") -> str:
    """A run that waits for somebody, while another one of its flow may work."""
    shop.write("flows/sure.yaml", ASKS.replace("WAIT", "3d").replace("SECOND", second))
    run = str(shop.json("trigger", "sure")["run"])
    until(lambda: shop.state(run) == "waits")
    return run


def test_a_run_that_waits_for_a_person_holds_nothing_and_goes_on_when_somebody_answers(shop: Shop) -> None:
    shop.serve("--slots", "1")
    first, second = asking(shop), asking(shop)
    assert shop.bench == []
    assert f"The service goes on with run {first}" in shop.robo("approve", first).stdout
    until(lambda: shop.state(first) == "done")
    assert shop.bench == ["begin a", "end a"]
    shop.robo("approve", second, "--refuse")
    until(lambda: shop.state(second) == "failed")
    assert next(one["attempt"] for one in shop.json("runs")["runs"] if one["run"] == second) == 2
    assert shop.bench == ["begin a", "end a"]


def test_a_run_that_nobody_answers_in_time_fails_by_itself(shop: Shop) -> None:
    shop.serve()
    shop.write("flows/sure.yaml", ASKS.replace("WAIT", "1s").replace("SECOND", "no"))
    run = str(shop.json("trigger", "sure")["run"])
    until(lambda: shop.state(run) == "failed")
    assert "nobody answered within 1 second" in shop.robo("show", run).stdout


def test_who_has_asked_for_the_run_does_not_approve_it_where_a_second_person_is_wanted(shop: Shop) -> None:
    shop.serve()
    run = asking(shop, second="yes")
    assert "needs a second person" in shop.robo("approve", run).stderr
    shop.robo("cancel", run)
    assert "is asked no more" in shop.robo("approve", run).stderr
