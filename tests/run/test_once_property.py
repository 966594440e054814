"""Each item once, none lost, whatever ends at whatever instant, whatever the office and the person do meanwhile."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from robo.flow.model import Flow, Step
from run.engine import Machine, each, entering, flow, step
from run.office import Violation


@dataclass(frozen=True)
class Between:
    """What happens between two starts. edit: of the list or, before a new run, of the flow."""

    new_run: bool
    delay: float
    jump: float
    edit: str | None
    person: str | None


@dataclass(frozen=True)
class History:
    """All that goes wrong; see `Machine` and `Office` for the words. visits: (tick, what the person does then)."""

    stops: list[tuple[int, bool]]
    between: list[Between]
    fates: list[str]
    mails: list[str]
    deadly: dict[str, int]
    looks_deadly: dict[str, int]
    visits: dict[int, str]
    signed_out: int
    search_down: bool


KEYS = st.sampled_from("ABC")
HISTORIES = st.builds(
    History,
    stops=st.lists(st.tuples(st.integers(1, 14) | st.integers(1, 50), st.booleans()), min_size=8, max_size=20),
    between=st.lists(
        st.builds(
            Between,
            new_run=st.booleans(),
            delay=st.sampled_from([0.0, 1.0, 30.0, 58.0, 61.0, 4000.0]),
            jump=st.sampled_from([0.0, 0.0, 1.0, -24.0]),
            edit=st.sampled_from([None, None, "rename", "delete", "add", "back", "flow", "flow back"]),
            person=st.sampled_from([None, "answers", "looks", "acts"]),
        ),
        max_size=4,
    ),
    fates=st.lists(
        st.sampled_from(
            ["prompt", "slow2", "slow30", "slow59.9", "unanswered", "lost", "lost", "refused", "nothing left"]
        ),
        max_size=7,
    ),
    mails=st.lists(st.sampled_from(["prompt", "unanswered", "lost"]), max_size=4),
    deadly=st.dictionaries(KEYS, st.sampled_from([1, 2, 3, 99]), max_size=1),
    looks_deadly=st.dictionaries(KEYS, st.sampled_from([1, 99]), max_size=1),
    visits=st.dictionaries(st.integers(1, 400), st.sampled_from(["answers", "looks", "acts"]), max_size=6),
    signed_out=st.sampled_from([0, 0, 0, 1, 2]),
    search_down=st.sampled_from([False, False, False, True]),
)
STOPS: list[int] = []


@given(HISTORIES)
@settings(max_examples=200, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_happens_each_item_is_entered_filed_and_mailed_once(
    tmp_path_factory: pytest.TempPathFactory, history: History
) -> None:
    machine = new_machine(tmp_path_factory.getbasetemp())
    play(machine, history)
    STOPS.append(machine.stopped)
    event(f"stops: {machine.stopped}")
    machine.close()


def test_a_stop_at_each_instant_and_at_any_two(tmp_path: Path) -> None:
    """Three items of three changes: stopped at every instant there is, then at a sample of all pairs."""
    calm = new_machine(tmp_path)
    calm.start()
    instants = calm.ticks
    chosen = random.Random(1)
    pairs = chosen.sample(list(itertools.product(range(1, instants + 1), range(1, 50))), 60)
    for stops in [[one] for one in range(1, instants + 1)] + [list(pair) for pair in pairs]:
        machine = new_machine(tmp_path)
        machine.stops = [(ticks, chosen.random() < 0.5) for ticks in stops]
        machine.start()
        machine.check()
        machine.settle_down()
        assert machine.states() == dict.fromkeys("ABC", "done")
        machine.close()


def new_machine(folder: Path) -> Machine:
    """Three items to be entered."""
    machine = Machine(folder)
    for key in "ABC":
        machine.office.rows[key] = {"numero": key, "nom": f"name of {key}"}
    machine.flow = whole(machine)
    return machine


def whole(machine: Machine, *more: Step) -> Flow:
    """Signs in, enters the items, files a report of the run."""
    items = each((*more, *entering()), machine.office, write_back={"Reference": "=reference"})
    return flow(step("login"), items, step("move", {"file": "='report of ' ~ run.id"}))


def play(machine: Machine, history: History) -> None:
    """The history, the law checked after each start; then everything comes to rest."""
    go_on(machine, history, begin(machine, history))


def begin(machine: Machine, history: History) -> Person:
    """The first start; returns who was there meanwhile."""
    office = machine.office
    office.fates, office.mails = list(history.fates), list(history.mails)
    office.deadly.update(history.deadly)
    office.looks_deadly.update(history.looks_deadly)
    office.signed_out, office.search_down = history.signed_out, history.search_down
    machine.stops = list(history.stops)
    person = Person(machine)
    machine.visits |= {tick: person.does(what) for tick, what in history.visits.items()}
    machine.start()
    machine.check()
    return person


def go_on(machine: Machine, history: History, person: Person) -> None:
    """What comes after it, until everything is at rest."""
    office = machine.office
    for between in history.between:
        office.clock.wait(between.delay)
        office.clock.jump(timedelta(hours=between.jump))
        if between.person:
            person.does(between.person)()
        edit(machine, between)
        machine.start() if between.new_run else machine.resume()
        machine.check()
    left = len(machine.stops) + 1
    while machine.stops and len(machine.stops) < left:
        left = len(machine.stops)
        machine.resume()
        machine.check()
    machine.settle_down()
    for item in machine.ledger().items("refused"):
        if office.entered[item.key]:
            raise Violation(f"lost: {item.key} was entered and is called refused")


def edit(machine: Machine, between: Between) -> None:
    """Somebody changes the list or the flow."""
    rows = machine.office.rows
    match between.edit:
        case "rename":
            rows["A"] = {"numero": "A", "nom": rows.get("A", {}).get("nom", "") + "!"}
        case "delete":
            rows.pop("B", None)
        case "add":
            rows["D"] = {"numero": "D", "nom": "name of D"}
        case "back":
            rows["B"] = {"numero": "B", "nom": "name of B"}
        case "flow" if between.new_run:
            machine.flow = whole(machine, step("note", {"text": "=row.nom"}))
        case "flow back" if between.new_run:
            machine.flow = whole(machine)


class Person:
    """Tells the truth, though sometimes about what was seen a while ago."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._seen: list[Callable[[], bool]] = []

    def does(self, what: str) -> Callable[[], None]:
        """answers: looks and says so. looks: and says nothing yet. acts: says what was seen when looking."""
        return {"answers": self._answers, "looks": self._looks, "acts": self._acts}[what]

    def _answers(self) -> None:
        for question in self._machine.asked():
            self._machine.answer(question)

    def _looks(self) -> None:
        machine = self._machine
        now = machine.office.clock.monotonic()
        for question in machine.asked():
            self._seen.append(partial(machine.answer, question, machine.truth(question), looked=now))

    def _acts(self) -> None:
        for say in self._seen:
            say()
        self._seen.clear()


def test_over_a_thousand_stops_were_survived() -> None:
    """The histories above are worth something only if they did stop."""
    if not STOPS:
        pytest.skip("the histories were not played in this process")
    assert sum(STOPS) > 1000, f"only {sum(STOPS)} stops in {len(STOPS)} histories"
