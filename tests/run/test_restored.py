"""A store that came back from a backup: whatever was done since is found, and nothing of it is done again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robo.run.backup.making import snapshot_of
from robo.run.backup.marks import mark
from robo.run.steps import unsure
from robo.run.told.people import lift
from run.engine import LEDGER, Machine, each, flow, looked_up, step
from run.office import Violation
from run.test_once_property import HISTORIES, History, begin, go_on, new_machine


def backed_up_at(machine: Machine, tick: int) -> Callable[[], None]:
    """Have a backup made at that tick; returns what restores it, as `robo restore` would."""
    machine.store.all(
        "INSERT INTO run VALUES ('r1', 'entry', 'production', 'running', NULL, 1, '{}', '', NULL, :folder, NULL)",
        folder=str(machine.place),
    )
    copy = machine.place / "backup.db"
    machine.visits[tick] = partial(snapshot_of, machine.place / "robo.db", copy)

    def restore() -> None:
        if not copy.exists():
            return
        machine.store.close()
        for old in machine.place.glob("robo.db*"):
            old.unlink()
        copy.rename(machine.place / "robo.db")
        mark(machine.place / "robo.db", "a backup", machine.place, machine.place, datetime.now())
        machine.store = machine.connect()

    return restore


def test_whenever_it_was_backed_up_nothing_is_done_twice_after_the_restore(tmp_path: Path) -> None:
    calm = new_machine(tmp_path)
    calm.start()
    chosen = random.Random(1)
    for tick in range(1, calm.ticks, 4):
        machine = new_machine(tmp_path)
        machine.office.rows["D"] = {"numero": "D", "nom": "name of D"}
        restore = backed_up_at(machine, tick)
        machine.start()
        restore()
        machine.office.rows["E"] = {"numero": "E", "nom": "name of E"}
        if chosen.random() < 0.5:
            machine.resume()
        else:
            machine.start()
        machine.check()
        machine.settle_down()
        assert machine.states() == dict.fromkeys("ABCDE", "done"), tick
        machine.close()


@given(HISTORIES, st.integers(1, 400))
@settings(max_examples=30, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_happens_before_and_after_a_restore_nothing_is_done_twice(
    tmp_path_factory: pytest.TempPathFactory, history: History, tick: int
) -> None:
    machine = new_machine(tmp_path_factory.getbasetemp())
    restore = backed_up_at(machine, tick)
    person = begin(machine, history)
    restore()
    go_on(machine, history, person)
    machine.close()


def test_without_looking_first_they_would_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsure, "is_unsure", lambda *about: False)
    machine = new_machine(tmp_path)
    restore = backed_up_at(machine, 100)
    machine.start()
    restore()
    machine.start()
    with pytest.raises(Violation, match="twice"):
        machine.check()
    machine.close()


def restored(machine: Machine, tick: int = 30) -> None:
    """A run in the middle of which a backup is made, and the restore of that."""
    restore = backed_up_at(machine, tick)
    machine.start()
    restore()


def only_entering(machine: Machine, **options: object) -> None:
    """The flow only enters, in a form that is filled from the row."""
    submit = step("submit", {"read": {"reference": "#r"}})
    form = (step("open", {"address": "form"}), step("fill", {"number": "=row.numero"}))
    machine.flow = flow(each((*form, submit), machine.office, **options))


def test_what_is_found_is_done_with_what_the_application_shows(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    only_entering(machine, already_done=looked_up(), write_back={"Reference": "=reference"})
    restored(machine)
    machine.office.steps_done.clear()
    machine.start()
    assert machine.states() == dict.fromkeys("ABC", "done")
    assert machine.office.cells["C"] == {"Reference": "REF-C"}
    assert not [one for one in machine.office.steps_done if one.startswith("fill")]
    found = {event.key for event in machine.events("change.made") if event.data["by"] == "restored"}
    assert "C" in found
    machine.close()


def test_what_had_failed_before_the_backup_is_looked_up_like_all_else(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    only_entering(machine, already_done=looked_up())
    machine.office.fates = ["nothing left"]
    machine.start()
    assert machine.states()["A"] == "failed"
    restore = backed_up_at(machine, machine.ticks + 1)
    machine.start()
    restore()
    machine.start()
    assert (machine.states()["A"], machine.office.entered["A"]) == ("done", 1)
    machine.close()


def test_what_was_sent_just_before_the_restore_is_waited_for(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    only_entering(machine, already_done=looked_up())
    restore = backed_up_at(machine, 1)
    machine.office.fates = ["slow30"]
    machine.die_at("after the press")
    machine.start()
    restore()
    machine.start()
    assert dict(machine.office.entered) == dict.fromkeys("ABC", 1)
    assert not machine.events("change.in_doubt")
    machine.close()


def test_nobody_is_asked_about_the_mail_of_a_row_that_was_never_entered(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    restored(machine)
    machine.office.rows["E"] = {"numero": "E", "nom": ""}
    machine.start()
    assert machine.states()["E"] == "done"
    machine.close()


def test_a_loop_that_cannot_look_waits_until_a_person_lifts_it(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    only_entering(machine)
    restored(machine)
    machine.office.entered.clear()  # what was entered since is gone there too
    ending = machine.start()
    assert ending.state == "waits"
    assert f"robo ledger lift {LEDGER}" in machine.events("run.waits")[0].data["mend"]
    assert not machine.office.entered
    lift(machine.ledger(), machine.store)
    assert machine.start().state == "done"
    assert machine.office.entered["C"] == 1
    machine.close()


def test_a_ledger_that_was_begun_and_lost_since_is_looked_up_too(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    only_entering(machine, already_done=looked_up())
    restored(machine, tick=1)
    machine.start()
    assert dict(machine.office.entered) == dict.fromkeys("ABC", 1)
    machine.close()


def test_where_the_application_does_not_tell_nothing_is_entered_and_one_question_is_asked(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    only_entering(machine, already_done=looked_up())
    for number in range(10):
        machine.office.rows[f"M{number}"] = {"numero": f"M{number}", "nom": ""}
    restored(machine, tick=1)
    before = machine.office.entered.copy()
    machine.office.search_down = True
    machine.start()
    assert machine.office.entered == before
    assert len(machine.asked()) == 1
    lift(machine.ledger(), machine.store)
    assert machine.asked() == []
    machine.close()


def test_a_dry_run_after_a_restore_foresees_what_is_found(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    only_entering(machine, already_done=looked_up())
    restored(machine, tick=1)
    machine.office.rows["E"] = {"numero": "E", "nom": ""}
    counts = machine.rehearse()["counts"]
    assert counts.items() >= {"planned": 1, "already_done": 3}.items()
    machine.close()


def test_what_a_schedule_may_have_done_since_outside_of_loops_is_asked_about(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    machine.flow = flow(step("stamp", {"text": "the daily report"}))
    restored(machine, tick=1)
    machine.store.all("INSERT INTO fire VALUES ('t', 's', '2026-05-02T06:00:00+00:00', '', 'run', 'r2')")
    assert machine.start().state == "waits"
    assert machine.office.steps_done.count("stamp the daily report") == 1
    (question,) = machine.asked("run/r2")
    assert machine.answer(question, "again")
    assert machine.resume().state == "done"
    assert machine.start().state == "done"
    assert machine.office.steps_done.count("stamp the daily report") == 3
    machine.close()
