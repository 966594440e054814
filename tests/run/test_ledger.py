"""What the ledger of a loop says and does, seen through whole runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from robo.flow.model import Retry
from robo.kit.text import join_key
from run.engine import LATE, LEDGER, Machine, each, entering, flow, step

GOLDEN = Path(__file__).with_name("keys.golden.json")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Three items to be entered."""
    made = Machine(tmp_path)
    for key in "ABC":
        made.office.rows[key] = {"numero": key, "nom": f"name of {key}"}
    made.flow = flow(each(entering(), made.office))
    yield made
    made.close()


def loop(machine: Machine, *steps: Any, **options: Any) -> None:
    """The flow is this loop from now on."""
    machine.flow = flow(each(steps or entering(), machine.office, **options))


def form(*after: Any) -> tuple[Any, ...]:
    return (step("open", {"address": "form"}), step("fill", {"number": "=row.numero"}), *after)


SUBMIT = step("submit", {"read": {"reference": "#r"}})


# ---- rows


def test_a_repeated_key_refuses_all_its_rows_with_their_lines(machine: Machine) -> None:
    machine.office.listed = [{"numero": n, "nom": ""} for n in ("A", "B", " A", None)]
    machine.start()
    reasons = {event.data["position"]: event.data["reason"] for event in machine.events("row.refused")}
    assert reasons == {
        2: "the key A stands in lines 2, 4",
        4: "the key A stands in lines 2, 4",
        5: "the key is empty",
    }
    assert machine.states() == {"B": "done"}


def test_what_where_leaves_out_is_no_item(machine: Machine) -> None:
    loop(machine, where="row.numero != 'B'")
    machine.start()
    assert machine.states() == {"A": "done", "C": "done"}


def test_limit_counts_what_this_run_has_begun(machine: Machine) -> None:
    loop(machine, limit=2)
    machine.start()
    assert set(machine.states()) == {"A", "B"}
    machine.resume()
    assert set(machine.states()) == {"A", "B"}
    machine.start()
    assert set(machine.states()) == {"A", "B", "C"}


def test_a_done_item_whose_row_changed_is_reported_once_and_not_entered(machine: Machine) -> None:
    machine.start()
    machine.office.rows["A"]["nom"] = "another name"
    machine.start()
    machine.start()
    assert machine.office.entered["A"] == 1
    assert [event.key for event in machine.events("item.waits")] == ["A"]
    (question,) = machine.asked()
    assert machine.answer(question, "done")
    machine.start()
    assert machine.asked() == []


def test_a_changed_row_that_was_put_back_needs_no_answer(machine: Machine) -> None:
    machine.start()
    machine.office.rows["A"]["nom"] = "another name"
    machine.start()
    machine.office.rows["A"]["nom"] = "name of A"
    machine.start()
    assert machine.asked() == []


def test_a_refused_row_is_tried_again_only_when_it_changed(machine: Machine) -> None:
    machine.office.fates = ["refused"]
    machine.start()
    machine.start()
    assert machine.states()["A"] == "refused"
    machine.office.rows["A"]["nom"] = "corrected"
    machine.start()
    assert machine.states()["A"] == "done"


def test_an_item_half_done_goes_on_with_todays_row_unless_what_it_used_has_changed(machine: Machine) -> None:
    for row in machine.office.rows.values():
        row["note"] = "first"
    loop(machine, *entering()[:3], step("note", {"text": "=row.note"}), *entering()[3:])
    machine.die_at("receipted")
    machine.start()
    machine.office.rows["A"]["note"] = "second"
    machine.resume()
    assert machine.states()["A"] == "done"
    assert "note second" in machine.office.steps_done


def test_an_item_half_done_asks_when_a_column_it_used_has_changed(machine: Machine) -> None:
    machine.die_at("before it is filed")
    machine.start()
    machine.office.rows["A"]["nom"] = "another name"
    machine.resume()
    (question,) = machine.asked()
    assert (question.key, question.why) == ("A", "row")
    assert machine.answer(question, "again")
    machine.resume()
    assert machine.states()["A"] == "done"
    assert machine.office.entered["A"] == 1


def test_what_is_no_longer_listed_is_reported_unless_something_of_it_was_done(machine: Machine) -> None:
    machine.office.broken.add("A")
    machine.office.mails = ["lost"]
    machine.start()
    machine.office.rows.clear()
    machine.office.broken.clear()
    machine.start()
    assert [event.key for event in machine.events("item.gone")] == ["A"]
    assert machine.office.entered["A"] == 0
    (question,) = machine.asked()
    assert machine.answer(question, "again")
    machine.start()
    assert machine.states()["B"] == "done"


# ---- failures and doubts


def test_a_third_failure_waits_for_a_person(machine: Machine) -> None:
    machine.office.broken.add("A")
    for _run in range(5):
        machine.start()
    assert (machine.item("A").failures, machine.item("A").waits) == (3, "failures")
    (question,) = machine.asked()
    machine.office.broken.clear()
    assert machine.answer(question, "again")
    machine.start()
    assert machine.states()["A"] == "done"


def test_a_site_that_lets_nobody_in_says_nothing_about_the_item(machine: Machine) -> None:
    machine.flow = flow(step("login"), each(entering(), machine.office))
    machine.office.signed_out = 1000
    for _run in range(4):
        assert machine.start().state == "failed"
    assert machine.item("A").failures == 0


def test_an_expired_session_is_signed_in_again_and_the_item_goes_through(machine: Machine) -> None:
    steps = form(SUBMIT)[1:]
    loop_step = each(steps, machine.office, prepare=(step("open", {"address": "form"}),))
    machine.flow = flow(step("login"), loop_step)
    machine.office.rows = {"A": machine.office.rows["A"]}
    machine.office.signed_out = 1
    machine.start()
    assert machine.states() == {"A": "done"}
    assert machine.office.steps_done.count("login") == 2


def test_more_than_max_errors_end_the_loop(machine: Machine) -> None:
    machine.office.fates = ["refused", "refused"]
    loop(machine, max_errors=1)
    ending = machine.start()
    assert (ending.state, ending.reason) == ("failed", "more than 1 errors")
    assert set(machine.states()) == {"A", "B"}


def test_on_error_stop_ends_at_the_first_failure(machine: Machine) -> None:
    machine.office.fates = ["refused"]
    loop(machine, on_error="stop")
    assert machine.start().state == "failed"
    assert machine.states() == {"A": "refused"}


def test_the_first_doubt_of_a_loop_without_receipt_stops_it(machine: Machine) -> None:
    machine.office.fates = ["unanswered"] * 3
    loop(machine, *form(SUBMIT))
    machine.start()
    assert machine.states() == {"A": "in_doubt"}
    assert machine.events("loop.stopped")


def test_a_loop_that_stopped_at_its_first_doubt_goes_on_once_a_person_has_decided(machine: Machine) -> None:
    machine.office.fates, machine.office.search_down = ["lost"], True
    machine.start()
    machine.office.clock.wait(LATE)
    (question,) = machine.asked()
    assert machine.answer(question, "again")
    machine.resume()
    assert machine.states() == dict.fromkeys("ABC", "done")


def test_three_doubts_in_a_row_stop_the_loop(machine: Machine) -> None:
    for key in "DEF":
        machine.office.rows[key] = {"numero": key, "nom": ""}
    machine.office.fates = ["prompt"] + ["unanswered"] * 5
    loop(machine, *form(SUBMIT))
    machine.start()
    assert machine.states() == {"A": "done", "B": "in_doubt", "C": "in_doubt", "D": "in_doubt"}


def test_a_site_that_queues_is_never_believed_that_something_is_not_there(machine: Machine) -> None:
    machine.late = None
    machine.office.fates = ["lost"]
    machine.start()
    (question,) = machine.asked()
    machine.office.clock.wait(10 * LATE)
    assert not machine.answer(question, "again")
    assert machine.states() == {"A": "in_doubt"}


def test_a_ledger_that_is_new_over_filled_rows_asks_first(machine: Machine) -> None:
    machine.office.rows["B"]["Reference"] = "REF-B"
    loop(machine, write_back={"Reference": "=reference"})
    ending = machine.start()
    assert ending.state == "waits"
    assert "1 rows already have their Reference" in ending.reason
    assert machine.office.entered.total() == 0


def test_a_ledger_that_is_new_while_another_has_lost_its_loop_asks_first(machine: Machine) -> None:
    machine.lost = ("production/old/dossiers",)
    assert machine.start().state == "waits"
    machine.ledger().open("entry", "dossiers")
    assert machine.start().state == "done"


def test_results_are_written_back_once_the_item_is_done(machine: Machine) -> None:
    loop(machine, write_back={"Reference": "=reference"})
    machine.stop_at = "before the rows are written"
    machine.start()
    machine.start()
    assert machine.office.cells == {key: {"Reference": f"REF-{key}"} for key in "ABC"}


# ---- what the steps say


def test_skip_leaves_an_item_for_another_day(machine: Machine) -> None:
    loop(machine, step("skip", {"reason": "not yet"}, condition="row.numero == 'B'"), *entering())
    machine.start()
    assert machine.states() == {"A": "done", "B": "skipped", "C": "done"}
    loop(machine)
    machine.start()
    assert machine.states()["B"] == "done"


def test_stop_ends_the_run_in_the_words_of_the_flow(machine: Machine) -> None:
    loop(machine, *entering(), step("stop", {"reason": "enough", "as": "failed"}))
    ending = machine.start()
    assert (ending.state, ending.reason) == ("failed", "enough")
    assert machine.states() == {"A": "done"}


def test_an_else_branch_is_taken_up_again_behind_its_last_receipt(machine: Machine) -> None:
    other = (SUBMIT, step("move", {"file": "=row.numero"}))
    choice = step("group", condition="row.numero == 'Z'", body=(step("note", {"text": "z"}),), otherwise=form(*other))
    loop(machine, choice)
    machine.stop_at = "receipted"
    machine.start()
    assert machine.states() == dict.fromkeys("ABC", "done")
    assert machine.office.filed == dict.fromkeys("ABC", 1)


def test_a_look_is_retried_from_the_beginning_of_its_segment(machine: Machine) -> None:
    failing = step("fail_once", {"mark": "=row.numero"}, retry=Retry(2, 1.0))
    loop(machine, *form(failing, SUBMIT))
    machine.start()
    assert machine.states() == dict.fromkeys("ABC", "done")


def test_a_refused_change_spoils_its_item_whatever_on_error_says(machine: Machine) -> None:
    machine.office.fates = ["refused"]
    tolerant = step("submit", {"read": {"reference": "#r"}}, on_error="continue")
    loop(machine, *form(tolerant, step("move", {"file": "=row.numero"})))
    machine.start()
    assert machine.states()["A"] == "refused"
    assert machine.office.filed["A"] == 1


def test_a_refusal_forgotten_by_a_stop_is_not_taken_for_done(machine: Machine) -> None:
    machine.office.fates = ["refused"] * 9
    tolerant = step("submit", {"read": {"reference": "#r"}}, on_error="continue")
    loop(machine, *form(tolerant, step("move", {"file": "=row.numero"})))
    machine.stop_at = "after it is filed"
    machine.start()
    machine.resume()
    assert machine.states()["A"] == "refused"
    assert machine.office.filed["A"] == 1


def test_on_error_steps_see_the_error(machine: Machine) -> None:
    machine.office.broken.add("A")
    fill = step(
        "fill", {"number": "=row.numero"}, on_error=(step("note", {"text": "=error.message"}), step("skip", {}))
    )
    loop(machine, step("open", {"address": "form"}), fill, SUBMIT)
    machine.start()
    assert machine.states()["A"] == "skipped"
    assert "note the field is disabled" in machine.office.steps_done


def test_set_keeps_what_it_reckoned_across_a_stop(machine: Machine) -> None:
    reckoned = step("set", {"twice": "=row.numero ~ row.numero"})
    loop(machine, reckoned, *form(SUBMIT, step("note", {"text": "=twice"}), step("move", {"file": "=row.numero"})))
    machine.stop_at = "receipted"
    machine.start()
    assert "note AA" in machine.office.steps_done


def test_an_edit_that_moves_a_step_does_not_make_it_again(machine: Machine) -> None:
    machine.office.fates, machine.office.search_down = ["unanswered"], True
    machine.start()
    machine.office.search_down = False
    loop(machine, step("note", {"text": "new"}), *entering())
    machine.start()
    (question,) = machine.asked()
    assert (question.key, question.why) == ("A", "steps")
    assert machine.answer(question, "again")
    machine.start()
    assert machine.states() == dict.fromkeys("ABC", "done")
    machine.check()


def test_what_a_run_does_outside_of_its_loops_is_done_once_for_the_run(machine: Machine) -> None:
    machine.flow = flow(step("move", {"file": "='report of ' ~ run.id"}), step("note", {"text": "x"}))
    machine.stop_at = "after it is filed"
    machine.start()
    machine.resume()
    machine.start()
    assert machine.office.filed == {"report of r1": 1, "report of r2": 1}


def test_a_run_that_was_given_up_says_so(machine: Machine) -> None:
    machine.flow = flow(step("send_mail", {"to": "A", "reference": "REF-A"}))
    machine.office.mails = ["lost"]
    assert machine.start().state == "waits"
    (question,) = machine.asked("run/r1")
    assert machine.answer(question, "give-up")
    assert machine.resume().state == "failed"


# ---- keys


VALUES: list[list[Any]] = [
    ["4711"], [" 4711 "], [4711], [Decimal("4711.00")], [4711.0], [Decimal("0.10")], [1e15], [0.1],
    [Decimal("-0")], [Decimal("1E+3")], [True], [False], ["09100"], ["Cafe\u0301"], ["Caf\u00e9"], ["1\u00a0234"],
    ["1\u202f234"], ["a\u200bb"], [date(2026, 5, 3)], [datetime(2026, 5, 3)], [datetime(2026, 5, 3, 8, 30)],
    [time(8, 30)], [None], [""], ["a", "b"], ["a|b", ""], ["a|b", "c"], ["a", "b|c"], ["a\\", "b"], ["a", None],
    [1, date(2026, 5, 3), "x"],
]  # fmt: skip


def test_keys_are_what_they_always_were() -> None:
    """A key that changes is a row entered twice: nothing in this file is ever edited, lines are only added."""
    made = [[repr(parts), join_key(parts)] for parts in VALUES]
    assert made == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_a_ledger_is_named_after_environment_flow_and_loop(machine: Machine) -> None:
    machine.start()
    assert machine.store.all("SELECT name FROM ledger") == [(LEDGER,)]
