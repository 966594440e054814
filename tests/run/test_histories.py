"""What becomes of items whose rows have changed, gone, doubled, or were settled by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from run.engine import Machine
from run.written import written

ITEMS = """
    steps:
      - name: dossiers
        for_each_row:
          of: OFFICE
          key: row.numero
          where: row.statut != 'clos'
          steps:
            - move: {file: =row.numero}
            - send_mail: {to: =row.numero, reference: REF-A}
              save: mail
            - note: "{{ row.remarque }}"
          write_back: {Étagère: =row.numero, Courriel: =mail}
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    made.office.rows["A"] = {"numero": "A", "statut": "ouvert", "remarque": "first"}
    written(made, ITEMS)
    yield made
    made.close()


def half_done(machine: Machine) -> None:
    """The item is filed and not yet mailed."""
    machine.die_at("before the mail")
    machine.office.mails = ["lost"]
    machine.start()
    machine.resume()
    (question,) = machine.asked()
    machine.office.clock.wait(100)
    machine.office.mails = []
    assert machine.answer(question, "again")


def test_a_half_done_item_that_where_leaves_out_now_is_finished_with_todays_row(machine: Machine) -> None:
    half_done(machine)
    machine.office.rows["A"] |= {"statut": "clos", "remarque": "second"}
    machine.start()
    assert machine.item("A").state == "done"
    assert (machine.office.filed["A"], machine.office.sent["A"]) == (1, 1)
    assert "note second" in machine.office.steps_done


def test_a_half_done_item_whose_key_stands_twice_now_waits_until_it_does_not(machine: Machine) -> None:
    half_done(machine)
    row = machine.office.rows["A"]
    machine.office.listed = [row, row]
    machine.start()
    (question,) = machine.asked()
    assert (question.why, question.reason) == ("row", "the key A stands in lines 2, 3")
    assert machine.office.sent["A"] == 0
    machine.office.listed = None
    machine.start()
    assert machine.item("A").state == "done"
    assert machine.asked() == []


def test_what_never_began_and_is_left_out_is_not_gone(machine: Machine) -> None:
    machine.office.rows["B"] = {"numero": "B", "statut": "ouvert", "remarque": ""}
    machine.die_at("before it is filed")
    machine.start()
    machine.office.rows["A"]["statut"] = "clos"
    machine.start()
    assert machine.events("item.gone") == []


def test_a_column_used_after_the_last_change_counts_too(machine: Machine) -> None:
    machine.start()
    machine.office.rows["A"]["remarque"] = "another"
    machine.start()
    assert [question.reason for question in machine.asked()] == ["done already, but its row has changed: remarque"]


def test_what_a_person_says_is_done_has_its_end_and_is_written_back_as_far_as_it_is_known(machine: Machine) -> None:
    half_done(machine)
    row = machine.office.rows["A"]
    machine.office.listed = [row, row]
    machine.start()
    (question,) = machine.asked()
    assert machine.answer(question, "done")
    assert machine.item("A").ended_at
    machine.office.listed = None
    machine.start()
    assert machine.office.cells["A"] == {"Étagère": "A"}
    machine.start()
    assert len(machine.events("source.written")) == 1
