"""The flow's own steps at work: blocks that repeat."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from robo.run.told.sentences import sentence
from run.engine import Machine
from run.written import written


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Three items to be entered."""
    made = Machine(tmp_path)
    for key in "ABC":
        made.office.rows[key] = {"numero": key, "nom": f"name of {key}"}
    yield made
    made.close()


LOOK = """
    steps:
      - repeat:
          until: shows('Dossier A')
          max: 4
          every: 5s
          steps:
            - open: {address: search, look_for: A}
"""


def test_a_block_is_repeated_until_the_page_shows_it(machine: Machine) -> None:
    written(machine, LOOK)
    machine.office.under_way = [(machine.office.clock.monotonic() + 8, "A")]
    assert machine.start().state == "done"
    assert machine.office.steps_done == ["open search A"] * 3
    assert machine.office.clock.monotonic() == pytest.approx(1000 + 3 * 0.2 + 2 * 5)


def test_what_comes_about_between_two_rounds_needs_no_round_more(machine: Machine) -> None:
    written(machine, LOOK)
    machine.office.appears = {"Dossier A": machine.office.clock.monotonic() + 3}
    assert machine.start().state == "done"
    assert machine.office.steps_done == ["open search A"]


def test_a_block_fails_where_it_is_still_not_so_after_the_last_round(machine: Machine) -> None:
    written(machine, LOOK)
    ending = machine.start()
    assert (ending.state, ending.reason) == ("failed", "after 4 rounds it was still not so: shows('Dossier A')")
    assert len(machine.office.steps_done) == 4


def test_names_of_one_round_are_known_to_the_question_and_to_the_next_round(machine: Machine) -> None:
    written(
        machine,
        """
        steps:
          - set: {count: 0}
          - repeat:
              until: count == 3 and last == 'note 2'
              steps: [{set: {last: "note {{ count }}", count: =count + 1}}]
          - note: "{{ last }}, {{ count }}"
        """,
    )
    assert machine.start().state == "done"
    assert machine.office.steps_done == ["note note 2, 3"]


def test_a_warning_is_told_as_one(machine: Machine) -> None:
    written(machine, "steps: [{log: plain}, {log: {text: look, level: warning}}]")
    machine.start()
    assert [sentence(event) for event in machine.events("step.log")] == ["plain", "Warning: look"]


# ---- a flow as a part of another

ENTER = """
    inputs: {numero: text, nom: {type: text, required: false}}
    steps:
      - open: {address: form}
      - fill: {number: =inputs.numero, name: =inputs.nom}
      - submit:
          read: {reference: "#r"}
          already_done:
            steps:
              - open: {address: search, look_for: =inputs.numero}
              - read: {read: {reference: "#r"}}
            found: Dossier {{ inputs.numero }}
            absent: Aucun dossier
      - note: entered as {{ reference }}
    outputs: {reference: =reference, label: "No {{ inputs.numero }}"}
"""
ITEMS = """
    steps:
      - name: dossiers
        for_each_row:
          of: OFFICE
          key: row.numero
          steps:
            - run: {flow: common/enter, with: {numero: =row.numero, nom: =row.nom}}
              save: entry
            - move: {file: =row.numero}
            - send_mail: {to: =row.numero, reference: =entry.reference}
            - note: "{{ entry.label }}"
          write_back: {Reference: =entry.reference}
"""


def test_a_flow_gives_its_outputs_and_its_changes_are_those_of_the_item(machine: Machine) -> None:
    written(machine, ITEMS, {"common/enter": ENTER})
    assert machine.start().state == "done"
    assert machine.office.entered == {"A": 1, "B": 1, "C": 1}
    assert machine.office.cells["B"] == {"Reference": "REF-B"}
    assert "note No C" in machine.office.steps_done
    made = machine.ledger().changes("A", "receipt")
    assert [one.step for one in made] == ["run/submit", "move", "send_mail"]
    assert [one.address for one in made] == ["1/each/1/run/3", "1/each/2", "1/each/3"]


def test_stopped_at_any_instant_of_a_flow_within_it_each_item_is_entered_once(tmp_path: Path) -> None:
    stopped = 0
    for supervised in (True, False):
        ticks = 1
        while True:
            machine = Machine(tmp_path)
            machine.office.rows["A"] = {"numero": "A", "nom": "Ada"}
            written(machine, ITEMS, {"common/enter": ENTER})
            machine.stops = [(ticks, supervised)]
            machine.start()
            machine.settle_down()
            assert machine.item("A").state == "done"
            assert machine.office.cells["A"] == {"Reference": "REF-A"}
            machine.close()
            if not machine.stopped:
                break
            stopped, ticks = stopped + 1, ticks + 1
    assert stopped > 60


def test_a_session_that_expires_at_any_instant_of_a_flow_loses_nothing_of_it(tmp_path: Path) -> None:
    enter = ENTER.replace(
        "- note: entered", "- open: {address: search, look_for: =inputs.numero}\n      - note: entered"
    )
    expired = ticks = 0
    while ticks < 60:
        ticks += 1
        machine = Machine(tmp_path)
        machine.office.rows["A"] = {"numero": "A", "nom": "Ada"}
        written(machine, ITEMS.replace("steps:", "steps:\n      - login: main", 1), {"common/enter": enter})
        machine.visits = {ticks: partial(setattr, machine.office, "signed_out", 1)}
        assert machine.start().state == "done"
        machine.check()
        assert (machine.item("A").state, machine.office.cells["A"]) == ("done", {"Reference": "REF-A"})
        expired += machine.office.steps_done.count("login") > 1
        machine.close()
    assert expired > 15


def test_a_refusal_within_a_flow_spoils_the_item_whatever_the_caller_does_about_it(machine: Machine) -> None:
    machine.office.rows = {"A": {"numero": "A", "nom": "Ada"}}
    machine.office.fates = ["refused"]
    caller = """
    steps:
      - name: dossiers
        for_each_row:
          of: OFFICE
          key: row.numero
          steps:
            - run: {flow: common/enter, with: {numero: =row.numero, nom: =row.nom}}
              on_error: [{note: "{{ error.message }}"}]
    """
    written(machine, caller, {"common/enter": ENTER})
    machine.start()
    assert machine.item("A").state == "refused"
    assert machine.office.steps_done[-1] == "note number unknown"


def test_a_doubt_within_a_flow_is_settled_by_a_person_with_what_the_answer_showed(machine: Machine) -> None:
    machine.office.search_down = True
    machine.office.rows = {"A": {"numero": "A", "nom": "Ada"}}
    machine.office.fates = ["unanswered"]
    written(machine, ITEMS, {"common/enter": ENTER})
    machine.start()
    (question,) = machine.asked()
    assert question.step == "run/submit"
    assert machine.answer(question)
    machine.resume()
    assert machine.item("A").state == "done"
    assert (machine.office.entered["A"], machine.office.sent["A"]) == (1, 1)


def test_the_ledger_of_a_loop_belongs_to_the_file_in_which_it_is_written(machine: Machine) -> None:
    loop = """
    inputs: {of: text}
    steps:
      - for_each_row: {of: =inputs.of, key: row.numero, steps: [{move: {file: =row.numero}}]}
    outputs: {done: =rows.done}
    """
    caller = """
    steps:
      - run: {flow: filing, with: {of: OFFICE}}
        save: filing
      - note: "{{ filing.done }} filed"
    """
    written(machine, caller, {"filing": loop})
    machine.start()
    machine.start()
    assert len(machine.ledger("production/filing/row").items("done")) == 3
    assert machine.office.filed == {"A": 1, "B": 1, "C": 1}
    assert "note 3 filed" in machine.office.steps_done


def test_a_value_that_does_not_fit_refuses_the_item_in_the_words_of_the_input(machine: Machine) -> None:
    called = "inputs: {day: date}\nsteps: [{move: {file: '{{ inputs.day }}'}}]"
    written(
        machine,
        """
        steps:
          - name: dossiers
            for_each_row:
              {of: OFFICE, key: row.numero, steps: [{run: {flow: filing, with: {day: =row.nom}}}]}
        """,
        {"filing": called},
    )
    machine.start()
    item = machine.item("A")
    assert item.state == "refused"
    assert item.reason == 'filing: the input "day" (day): "name of A" is no date: write 31/12/2026'


def test_names_of_caller_and_called_never_meet(machine: Machine) -> None:
    called = """
    inputs: {x: integer}
    vars: {y: =inputs.x * 2}
    steps: [{set: {total: =vars.y + 1}}, {log: "{{ total }}"}]
    outputs: {total: =total, lost: =never}
    """
    called = called.replace("=never", "=later").replace("steps: [", "steps: [{if: inputs.x > 9, set: {later: 1}}, ")
    written(
        machine,
        """
        vars: {y: 100}
        steps:
          - set: {total: 1}
          - run: {flow: sum, with: {x: =total + 4}}
            save: sum
          - note: "{{ total }} {{ sum.total }} {{ vars.y }} {{ sum.lost|default('none') }}"
        """,
        {"sum": called},
    )
    assert machine.start().state == "done"
    assert machine.office.steps_done == ["note 1 11 100 none"]


def test_a_sign_in_that_a_flow_made_is_made_again_when_the_session_has_expired(machine: Machine) -> None:
    machine.office.signed_out = 1
    written(
        machine,
        """
        steps:
          - run: {flow: common/sign, with: {who: robot}}
          - open: {address: form}
        """,
        {"common/sign": "inputs: {who: text}\nsteps: [{login: =inputs.who}]"},
    )
    assert machine.start().state == "done"
    assert machine.office.steps_done == ["login", "open form", "login", "login", "open form"]


# ---- loops through lists


def test_a_list_with_a_key_keeps_a_ledger_and_calls_its_things_by_their_name(machine: Machine) -> None:
    loop = "steps: [{name: dossiers, for_each: {in: [X, Y, X], as: nom, key: nom, steps: [{move: {file: =nom}}]}}]"
    written(machine, loop)
    machine.start()
    assert machine.office.filed == {"Y": 1}
    assert [one.data["reason"] for one in machine.events("row.refused")] == ["the key X stands in lines 1, 3"] * 2
    written(machine, loop.replace("[X, Y, X]", "[Y, Z]"))
    machine.start()
    assert machine.office.filed == {"Y": 1, "Z": 1}


def test_inner_loops_leave_the_names_of_the_outer_ones(machine: Machine) -> None:
    written(
        machine,
        """
        steps:
          - for_each:
              in: [a, b]
              steps:
                - for_each: {in: [1, 2], steps: [note: "{{ item }}"]}
                - note: "{{ item }} at {{ position }}"
        """,
    )
    machine.start()
    notes = [one.removeprefix("note ") for one in machine.office.steps_done]
    assert notes == ["1", "2", "a at 1", "1", "2", "b at 2"]
