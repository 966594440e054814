"""The end of a run: `on_error` and `finally`, each once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from run.engine import Machine
from run.written import written


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    for key in "AB":
        made.office.rows[key] = {"numero": key, "nom": f"name of {key}"}
    yield made
    made.close()


ENDS = """
    on_error:
      - note: "failed at {{ error.step }}: {{ error.message }} {{ error.screenshot }}"
      - move: {file: failure}
    finally:
      - note: "{{ rows.done }} done, {{ rows.failed }} failed, {{ before|default('nothing') }}"
      - move: {file: end}
"""
GOOD = "steps: [{for_each_row: {of: OFFICE, key: row.numero, steps: [move: {file: =row.numero}]}}, set: {before: all}]"
BAD = "steps: [{set: {before: all}}, {group: [{open: {address: form}}, {fill: {number: X}}]}]"


def flow(machine: Machine, steps: str) -> None:
    written(machine, f"{steps}\n" + ENDS.replace("\n    ", "\n"))


def notes(machine: Machine) -> list[str]:
    return [one for one in machine.office.steps_done if one.startswith("note")]


def test_finally_alone_is_done_after_a_good_end(machine: Machine) -> None:
    flow(machine, GOOD)
    assert machine.start().state == "done"
    assert notes(machine) == ["note 2 done, 0 failed, all"]
    assert machine.office.filed == {"A": 1, "B": 1, "end": 1}


def test_on_error_sees_the_failure_and_finally_follows(machine: Machine) -> None:
    machine.office.broken = {"X"}
    flow(machine, BAD)
    ending = machine.start()
    assert (ending.state, ending.reason) == ("failed", "the field is disabled")
    assert notes(machine)[0] == "note failed at 2/group/2: the field is disabled ./evidence/0001.jpg"
    assert machine.office.filed == {"failure": 1, "end": 1}


def test_each_is_done_once_for_the_run_also_when_it_is_resumed(machine: Machine) -> None:
    machine.office.broken = {"X"}
    flow(machine, BAD)
    machine.start()
    machine.office.broken = set()
    assert machine.resume().state == "done"
    assert machine.office.filed == {"failure": 1, "end": 1}


def test_a_run_that_is_suspended_has_not_ended(machine: Machine) -> None:
    flow(machine, GOOD)
    machine.asked_to_stop = True
    assert machine.start().state == "stopped"
    assert machine.office.filed == {}
    machine.asked_to_stop = False
    assert machine.resume().state == "done"
    assert machine.office.filed == {"A": 1, "B": 1, "end": 1}


@pytest.mark.parametrize("steps", [GOOD, BAD])
def test_stopped_at_any_instant_everything_is_done_once(tmp_path: Path, steps: str) -> None:
    stopped = ticks = 0
    while stopped == ticks:
        ticks += 1
        machine = Machine(tmp_path)
        machine.office.rows["A"] = {"numero": "A", "nom": ""}
        machine.office.broken = {"X"}
        flow(machine, steps)
        machine.stops = [(ticks, True)]
        ending = machine.start()
        assert ending.state == ("done" if steps == GOOD else "failed")
        expected = {"A", "end"} if steps == GOOD else {"failure", "end"}
        assert machine.office.filed == dict.fromkeys(expected, 1)
        stopped += machine.stopped
        machine.close()
    assert stopped > 20


def test_what_goes_wrong_at_the_end_makes_a_good_run_fail_and_is_told(machine: Machine) -> None:
    written(machine, "steps: [log: x]\nfinally: [{open: {address: form}}, {fill: {number: X}}]")
    machine.office.broken = {"X"}
    ending = machine.start()
    assert (ending.state, ending.reason) == ("failed", "finally: the field is disabled")


@pytest.mark.parametrize(("wanted", "pieces"), [("never", 0), ("on_error", 1), ("each_row", 2), ("always", 5)])
def test_pictures_are_kept_of_failures_of_each_item_or_of_each_step(machine: Machine, wanted: str, pieces: int) -> None:
    machine.office.broken = {"B"}
    steps = "steps: [{open: {address: form}}, {fill: {number: =row.numero}}]"
    written(
        machine,
        f"settings: {{screenshots: {wanted}}}\n"
        f"steps: [{{for_each_row: {{of: OFFICE, key: row.numero, on_error: stop, {steps}}}}}]",
    )
    machine.start()
    assert len(machine.events("evidence")) == pieces
