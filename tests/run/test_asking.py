"""A run that waits for a person: what it asks, what an answer is worth, and a stop at any instant."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from robo.kit.errors import Failed
from robo.run.answering import Verdict, give_answer, question_to_answer
from robo.run.told.sentences import sentence
from run.engine import Machine
from run.written import written

DAY = 86400.0


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.close()


BETWEEN = """
    vars: {amount: 12}
    steps:
      - move: {file: before}
      - set: {total: =vars.amount * 2}
      - approve:
          title: Pay {{ total }}
          show: {Total: =total, List: list.txt}
          wait: 3d
          form: {payday: {type: date, default: =today()}, note: {type: text, required: no}}
        save: accord
      - move: {file: "{{ 'after' if accord.approved else 'no' }} {{ accord.payday }}"}
    on_error:
      - move: {file: "error: {{ error.message }}"}
    finally:
      - move: {file: end}
"""


def between(machine: Machine) -> None:
    (machine.place / "list.txt").write_text("A\n", "utf-8")
    written(machine, BETWEEN)


def answer(machine: Machine, verdict: Verdict = "given", by: str = "anne", **given: Any) -> None:
    kind = machine.events("question.asked")[-1].data["question"]
    number = machine.events("question.asked")[-1].data["number"]
    store, clock = machine.connect(), machine.office.clock
    try:
        asked = question_to_answer(store, machine.run, kind, None, number)
        workspace = machine.course(store).workspace
        give_answer(store, workspace, asked, verdict, given, by, clock, "too much" if verdict == "refused" else "")
    finally:
        store.close()


def test_the_run_waits_and_then_goes_on_with_the_answer(machine: Machine) -> None:
    between(machine)
    ending = machine.start()
    assert (ending.state, ending.reason) == ("asks", "Pay 24")
    assert machine.resume().state == "asks"
    assert machine.office.filed == {"before": 1}
    answer(machine, payday="04/05/2026")
    assert machine.resume().state == "done"
    assert machine.office.filed == {"before": 1, "after 04/05/2026": 1, "end": 1}
    assert len(machine.events("question.asked")) == 1


def test_stopped_at_any_instant_it_is_asked_once_and_all_is_done_once(tmp_path: Path) -> None:
    stopped = ticks = 0
    while stopped == ticks:
        ticks += 1
        machine = Machine(tmp_path)
        between(machine)
        machine.stops = [(ticks, ticks % 2 == 0)]
        ending = machine.start()
        for _start in range(4):
            if ending.state == "asks":
                answer(machine)
            if ending.state != "done":
                ending = machine.resume()
        assert ending.state == "done"
        assert machine.office.filed == {"before": 1, "after 03/05/2026": 1, "end": 1}
        assert [len(machine.events(f"question.{kind}")) for kind in ("asked", "answered", "passed")] == [1, 1, 1]
        stopped += machine.stopped
        machine.close()
    assert stopped > 15


def test_an_answer_given_while_the_robot_is_at_work_is_taken_up_or_waits_for_the_next_start(tmp_path: Path) -> None:
    for ticks in range(1, 12):
        machine = Machine(tmp_path)
        between(machine)
        assert machine.start().state == "asks"
        machine.visits = {machine.ticks + ticks: partial(answer, machine)}
        if machine.resume().state == "asks":
            assert machine.resume().state == ("asks" if machine.visits else "done")
        assert machine.office.filed["before"] == 1
        assert machine.office.filed["after 03/05/2026"] == (0 if machine.visits else 1)
        machine.close()


def test_what_was_shown_and_has_changed_is_asked_again_and_the_old_answer_counts_no_more(machine: Machine) -> None:
    between(machine)
    machine.start()
    answer(machine)
    (machine.place / "list.txt").write_text("A\nB\n", "utf-8")
    assert machine.resume().state == "asks"
    assert machine.office.filed == {"before": 1}
    (said,) = map(sentence, machine.events("question.overtaken"))
    assert said.startswith("What “Pay 24” showed has changed: the answer of anne on 03/05/2026")
    with pytest.raises(Failed, match="asked anew, since what it shows has changed"):
        question_to_answer(machine.store, machine.run, "approve", None, None)
    answer(machine, by="zoe")
    assert machine.resume().state == "done"


def test_after_the_answer_stands_it_is_not_asked_again_whatever_changes(machine: Machine) -> None:
    between(machine)
    machine.start()
    answer(machine)
    machine.die_at("before it is filed")
    machine.resume()
    (machine.place / "list.txt").write_text("B\n", "utf-8")
    assert machine.resume().state == "done"
    assert machine.office.filed["after 03/05/2026"] == 1


def test_what_was_looked_up_before_the_answer_is_not_looked_up_again_behind_it(machine: Machine) -> None:
    written(machine, "steps: [login: main, note: before, approve: Go on, open: {address: form}]")
    machine.start()
    answer(machine)
    machine.office.signed_out = 1
    assert machine.resume().state == "done"
    assert machine.office.steps_done.count("note before") == 2  # on the way to the question, and to its answer
    assert machine.office.steps_done[-2:] == ["login", "open form"]


def test_no_step_of_the_flow_makes_good_what_was_refused(machine: Machine) -> None:
    written(
        machine,
        "steps: [{group: [approve: Pay], on_error: continue}, {move: {file: paid}}]",
    )
    machine.start()
    answer(machine, "refused")
    assert machine.resume().state == "failed"
    assert machine.office.filed == {}


def test_what_is_refused_ends_the_run_also_when_it_is_resumed(machine: Machine) -> None:
    between(machine)
    machine.start()
    answer(machine, "refused")
    for _again in range(2):
        ending = machine.resume()
        assert (ending.state, ending.reason) == ("failed", "refused by anne: too much")
    assert machine.office.filed == {"before": 1, "error: refused by anne: too much": 1, "end": 1}
    (machine.place / "list.txt").write_text("mended\n", "utf-8")
    assert machine.resume().state == "asks"


def test_nobody_is_waited_for_longer_than_the_flow_says(machine: Machine) -> None:
    between(machine)
    machine.start()
    machine.office.clock.wait(3 * DAY - 60)
    assert machine.resume().state == "asks"
    machine.office.clock.wait(120)
    with pytest.raises(Failed, match="was to be answered until 06/05/2026 08:16"):
        answer(machine)
    ending = machine.resume()
    assert (ending.state, ending.reason) == ("failed", "nobody answered within 3 days")


def test_a_second_answer_is_told_who_was_first(machine: Machine) -> None:
    between(machine)
    machine.start()
    answer(machine)
    with pytest.raises(Failed, match="“Pay 24” was answered by anne on 03/05/2026"):
        answer(machine, by="zoe")


@pytest.mark.parametrize(
    ("by", "said"), [("zoe", "is not for zoe to answer, but for anne, bob"), ("bob", "needs a second person")]
)
def test_only_who_may_answer_does(machine: Machine, by: str, said: str) -> None:
    written(machine, "settings: {second_person: yes}\nsteps: [approve: {title: Pay, by: [anne, bob]}]")
    machine.store.all(
        "INSERT INTO submission (run, flow, source, by, at) VALUES ('r1', 'production/entry', 'trigger', 'bob', '')"
    )
    machine.start()
    with pytest.raises(Failed, match=said):
        answer(machine, by=by)
    answer(machine, by="anne")
    assert machine.resume().state == "done"


def test_a_flow_that_is_run_asks_and_hands_on_what_was_answered(machine: Machine) -> None:
    others = {
        "sure": """
            steps:
              - ask: {title: Which shelf?, form: {shelf: {type: choice, choices: [Left, Right]}}}
                save: said
            outputs: {shelf: =said.shelf}
        """
    }
    written(
        machine,
        "steps: [{group: [{run: sure, save: asked}]}, {move: {file: =asked.shelf}}]",
        others,
    )
    assert machine.start().state == "asks"
    answer(machine, shelf="right")
    assert machine.resume().state == "done"
    assert machine.office.filed == {"Right": 1}


def test_a_question_that_is_no_longer_come_to_is_asked_no_more(machine: Machine) -> None:
    written(
        machine,
        """
        steps:
          - open: {address: form}
          - read: {read: {asked: x}}
          - approve: First
            if: asked == 'REF-one'
          - approve: Second
        """,
    )
    machine.office.reference = lambda key: "REF-one"  # type: ignore[method-assign]
    machine.start()
    machine.office.reference = lambda key: "REF-two"  # type: ignore[method-assign]
    machine.resume()
    assert question_to_answer(machine.store, machine.run, "approve", None, None).title == "Second"


def test_a_dry_run_asks_nobody_and_says_what_it_assumed(machine: Machine) -> None:
    between(machine)
    plan = machine.rehearse()
    assert [made["summary"] for made in plan["outside"]][:2] == ["file before", "file after 03/05/2026"]
    (asks,) = plan["asks"]
    assert (asks["title"], asks["entered"]["payday"]) == ("Pay 24", "2026-05-03")
    assert asks["entered"]["note"] == {"not_known_yet": True}
    assert "“Pay 24” was taken to be approved" in plan["attention"]
