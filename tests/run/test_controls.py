"""The flow's own steps at work: blocks that repeat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
          - repeat: {until: count == 3 and last == 'note 2', steps: [{set: {last: "note {{ count }}", count: =count + 1}}]}
          - note: "{{ last }}, {{ count }}"
        """,
    )
    assert machine.start().state == "done"
    assert machine.office.steps_done == ["note note 2, 3"]
