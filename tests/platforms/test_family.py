"""Who is below whom where parents' numbers are given away again: nobody else's child is ever counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from robo.platforms.processes.family import family, left_of
from robo.platforms.processes.protocol import Process

NUMBERS = st.integers(4, 8)
"""So few that they are given away again all the time."""


@dataclass
class Machine:
    """A process table as it comes about: processes are started by others, and end."""

    table: dict[int, Process] = field(default_factory=lambda: {1: Process(1, 0, 0, False)})
    lineage: dict[int, tuple[int, ...]] = field(default_factory=lambda: {0: ()})
    """The starts of all that a process is below, by its own start, which no two have in common."""
    clock: int = 0

    def start(self, parent: int, pid: int) -> None:
        if parent not in self.table or pid in self.table:
            return
        self.clock += 1
        above = self.table[parent].started
        self.table[pid] = Process(pid, parent, self.clock, False)
        self.lineage[self.clock] = (*self.lineage[above], above)

    def end(self, pid: int) -> None:
        if pid != 1:
            self.table.pop(pid, None)


HISTORIES = st.lists(st.one_of(st.tuples(st.just(1) | NUMBERS, NUMBERS), NUMBERS), max_size=30)


def machine(history: list[tuple[int, int] | int]) -> Machine:
    made = Machine()
    for event in history:
        if isinstance(event, tuple):
            made.start(*event)
        else:
            made.end(event)
    return made


@given(HISTORIES)
def test_the_family_of_a_living_process_holds_no_strangers(history: list[tuple[int, int] | int]) -> None:
    made = machine(history)
    for process in made.table.values():
        for found in family(made.table, process.pid, process.started):
            assert process.started in made.lineage[found.started]


@given(HISTORIES)
def test_what_a_dead_process_has_left_is_seen_while_its_own_children_live(
    history: list[tuple[int, int] | int],
) -> None:
    """Seen too often it only makes people wait; a child that is not seen would be believed dead."""
    made = machine(history)
    started: Mapping[int, Process] = {process.started: process for process in made.table.values()}
    for child in made.table.values():
        parents = made.lineage[child.started][-1:]
        for born in parents:
            if born not in started:
                assert child in left_of(made.table, child.parent, born)


def test_its_number_was_given_to_another() -> None:
    mine, other = Process(5, 4, 10, False), Process(6, 5, 20, False)
    taken = Process(5, 1, 15, False)
    assert left_of({5: taken, 6: other}, 5, mine.started) == []
    assert left_of({5: mine, 6: other}, 5, mine.started) == [other, mine]
