"""Who is below whom where parents' numbers are given away again: nobody else's child is ever counted."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from robo.platforms.processes.family import family, left_of
from robo.platforms.processes.process import Process


@dataclass
class Machine:
    """A process table as it comes about: processes are started by others, and end."""

    table: dict[int, Process] = field(default_factory=lambda: {1: Process(1, 0, 0, False)})
    lineage: dict[int, tuple[int, ...]] = field(default_factory=lambda: {0: ()})
    """The starts of all that a process is below, by its own start, which no two have in common."""
    clock: int = 0

    def turn(self, parent: int, pid: int) -> None:
        """The process with that number ends; where there is none, the parent starts it."""
        if pid in self.table:
            del self.table[pid]
        elif parent in self.table:
            self.clock += 1
            above = self.table[parent].started
            self.table[pid] = Process(pid, parent, self.clock, False)
            self.lineage[self.clock] = (*self.lineage[above], above)


EVENTS = tuple(itertools.product((1, 2, 3), (2, 3)))
"""So few numbers that they are given away again all the time. Number 1 never ends."""


def machines() -> Iterator[Machine]:
    """After every history of five events."""
    for history in itertools.product(EVENTS, repeat=5):
        made = Machine()
        for parent, pid in history:
            made.turn(parent, pid)
        yield made


def test_the_family_of_a_living_process_holds_no_strangers() -> None:
    for made in machines():
        for process in made.table.values():
            for found in family(made.table, process.pid, process.started):
                assert process.started in made.lineage[found.started]


def test_what_a_dead_process_has_left_is_seen_while_its_own_children_live() -> None:
    """Seen too often it only makes people wait; a child that is not seen would be believed dead."""
    for made in machines():
        living = {process.started for process in made.table.values()}
        for child in made.table.values():
            for born in made.lineage[child.started][-1:]:
                assert born in living or child in left_of(made.table, child.parent, born)


def test_its_number_was_given_to_another() -> None:
    mine, other = Process(5, 4, 10, False), Process(6, 5, 20, False)
    taken = Process(5, 1, 15, False)
    assert left_of({5: taken, 6: other}, 5, mine.started) == []
    assert left_of({5: mine, 6: other}, 5, mine.started) == [other, mine]
