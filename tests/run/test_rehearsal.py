"""A dry run of the engine: what it plans is what a run then does; what it cannot know it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from robo.flow.model import Step
from run.engine import LEDGER, Machine, each, entering, flow, looked_up, step
from run.test_once_property import HISTORIES, History, edit, new_machine
from run.written import written

PLANNED: list[int] = []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return new_machine(tmp_path)


@given(HISTORIES)
@settings(max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_happened_before_the_plan_is_what_a_run_does(
    tmp_path_factory: pytest.TempPathFactory, history: History
) -> None:
    machine = new_machine(tmp_path_factory.getbasetemp())
    halfway(machine, history)
    before = machine.tables()
    plan = machine.rehearse()
    assert machine.tables() == before
    machine.start()
    asked = {q.key for q in machine.asked()} | {one["key"] for one in plan["items"] if one["state"] == "waits"}
    made = [
        (event.key, event.step, event.data["summary"])
        for event in machine.events("change.intended")
        if event.run == machine.run and event.ledger == LEDGER and event.key not in asked
    ]
    planned = [
        # What rests on what another change will tell cannot say more yet.
        (item["key"], change["step"], f"mail {item['key']}" if change["action"] == "send_mail" else change["summary"])
        for item in plan["items"]
        for change in item["changes"]
        if item["key"] not in asked
    ]
    assert sorted(planned) == sorted(made), plan["items"]
    PLANNED.append(len(planned))
    machine.close()


def test_there_was_something_to_plan() -> None:
    """The histories above are worth something only if they left something to do."""
    if not PLANNED:
        pytest.skip("the histories were not played in this process")
    assert sum(PLANNED) > 60, f"only {sum(PLANNED)} changes in {len(PLANNED)} plans"


def halfway(machine: Machine, history: History) -> None:
    """The history as it goes until somebody rehearses: from then on nothing goes wrong any more."""
    office = machine.office
    office.fates, office.mails = list(history.fates), list(history.mails)
    office.deadly.update(history.deadly)
    machine.stops = list(history.stops)[:3]
    machine.start()
    for between in history.between[:2]:
        office.clock.wait(between.delay)
        edit(machine, between)
        machine.start() if between.new_run else machine.resume()
    machine.stops.clear()
    office.fates.clear()
    office.mails.clear()
    office.deadly.clear()


def test_what_is_not_known_yet_is_shown_and_not_looked_for(machine: Machine) -> None:
    written(
        machine,
        """
        name: Entry
        steps:
          - for_each_row:
              of: OFFICE
              key: row.numero
              steps:
                - open: form
                - fill: {number: =row.numero}
                - submit: {read: {reference: "#r"}}
                - note: "Number {{ reference }}"
                  save: noted
                - open: search
                - read: {read: {again: "#r"}}
                  if: reference == 'REF-A'
                - move: {file: "{{ reference }}.pdf"}
                - move: {file: =reference}
        """,
    )
    plan = machine.rehearse()
    first = next(item for item in plan["items"] if item["key"] == "A")
    assert [change["summary"] for change in first["changes"]] == [
        "enter A",
        "file ‹not known yet›.pdf",
        "move: what it would do cannot be seen yet",
    ]
    assert first["changes"][2]["preview"] == {"file": {"not_known_yet": True}}
    assert first["notes"] == [
        "note was not rehearsed: it rests on what is not known yet",
        "“reference == 'REF-A'” rests on what is not known yet: it was taken to be so",
    ]
    assert machine.office.steps_done.count("open search") == 3
    assert not machine.office.filed + machine.office.entered + machine.office.sent


def test_what_is_made_of_the_unknown_is_unknown_too(machine: Machine) -> None:
    stamps = (step("stamp", {"text": "for {{ row.numero }}"}), step("stamp", {"text": "under {{ reference }}"}))
    machine.flow = flow(each((*entering()[:3], *stamps), machine.office))
    _entered, known, unknown = machine.rehearse()["items"][0]["changes"]
    assert known["gives"] == {"text": "for A", "number": "5"}
    assert unknown["gives"] == {"text": "under ‹not known yet›", "number": {"not_known_yet": True}}


def test_what_a_page_does_not_show_since_it_was_only_planned_fails_nothing(machine: Machine) -> None:
    more: tuple[Step, ...] = (
        step("open", {"address": "search", "look_for": "=row.numero"}),
        step("fill", {"number": "=row.numero"}),  # this fails: what is there now is no form
        step("submit", {"read": {"second": "#r"}}),
    )
    machine.flow = flow(each((*entering()[:3], *more), machine.office))
    machine.office.looks_deadly["A"] = 1  # another lane goes on behind what this one has planned
    plan = machine.rehearse()
    assert {item["state"] for item in plan["items"]} == {"planned"}
    assert [change["step"] for change in plan["items"][0]["changes"]] == ["submit", "submit.2"]
    assert "this is not the form (what comes before was only planned)" in plan["items"][0]["notes"][0]


def test_what_fails_before_any_change_would_fail(machine: Machine) -> None:
    machine.office.broken.add("B")
    machine.office.deadly["C"] = 99
    plan = machine.rehearse()
    found = {item["key"]: (item["state"], item["reason"]) for item in plan["items"]}
    assert found["A"] == ("planned", "")
    assert found["B"] == ("failed", "the field is disabled")
    assert found["C"] == ("failed", "begun 3 times without an ending")


def test_what_is_in_doubt_is_not_looked_up(machine: Machine) -> None:
    machine.start()
    machine.office.rows["D"] = {"numero": "D", "nom": "name of D"}
    machine.office.fates[:] = ["lost"]
    machine.late = None
    machine.start()
    looked = [one for one in machine.office.steps_done if one.startswith("open search")]
    plan = machine.rehearse()
    assert {item["key"]: item["state"] for item in plan["items"]}["D"] == "waits"
    assert [one for one in machine.office.steps_done if one.startswith("open search")] == looked


def test_a_robot_that_goes_on_after_its_yield_is_named(machine: Machine) -> None:
    machine.flow = flow(each((step("stubborn", {"file": "=row.numero"}),), machine.office))
    plan = machine.rehearse()
    assert {item["state"] for item in plan["items"]} == {"failed"}
    assert "stubborn goes on after its `yield` although it was told to end there" in plan["items"][0]["reason"]


def test_work_that_people_also_do_by_hand_is_found(machine: Machine) -> None:
    asked = looked_up("always")
    machine.flow = flow(each(entering(), machine.office, already_done=asked))
    machine.office.entered["B"] += 1
    plan = machine.rehearse()
    steps = {item["key"]: [change["step"] for change in item["changes"]] for item in plan["items"]}
    assert steps == {"A": ["submit", "move", "send_mail"], "B": ["move", "send_mail"], "C": steps["A"]}
    assert plan["items"][1]["notes"] == ["submit: found in the application"]


def test_an_older_store_knows_its_changes(machine: Machine) -> None:
    machine.start()
    machine.store.all("UPDATE change SET facts = NULL")
    (made, *_more) = machine.ledger().changes("A", "receipt")
    assert (made.change.summary, made.action, made.documents) == ("enter A", "", ())
    assert {item["state"] for item in machine.rehearse()["items"]} == {"already_done"}
