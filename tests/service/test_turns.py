"""Whose turn it is: whatever is asked for, ends, dies and is paused, in whatever order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robo.cli.desk import Desk
from robo.flow.inputs import read_inputs
from robo.flow.load import load_flow
from robo.run.admission.claims import Claim, lay_claim, occupied
from robo.run.admission.submission import Asked, Submitted, submit
from robo.run.admission.turns import admit, ended, go_on, hold_back, put_back, take
from robo.run.storage.store import Store
from robo_scheduler.work.delivery import LocalDelivery
from service.conftest import Shop

MOST = {"flow a": 2, "flow b": 1, "site s": 3, "lock x": 1, "lock y": 1}
NEEDS = st.sets(st.sampled_from(sorted(MOST)), max_size=3)


class Queue:
    """A store in which runs are asked for, begin and end without doing anything."""

    def __init__(self, file: Path) -> None:
        self.store = Store(file)
        self.store.all("PRAGMA synchronous=OFF")
        self.fresh: set[str] = set()
        """Whom the last change has let begin."""

    def empty(self) -> None:
        for table in ("run", "submission", "claim", "paused"):
            self.store.all(f"DELETE FROM {table}")

    def ask(self, flow: str, needs: set[str], priority: int) -> None:
        with self.store.write():
            row = self.store.one("SELECT coalesce(max(number), 0) + 1 FROM submission")
            run = f"run {row[0] if row else 0}"
            self.store.all(
                "INSERT INTO run VALUES (:run, :flow, 'e', 'queued', '', 0, '', '', '', '', NULL)", run=run, flow=flow
            )
            self.store.all(
                "INSERT INTO submission (run, flow, source, by, at, priority) VALUES (:run, :flow, '', '', '', :first)",
                run=run, flow=flow, first=priority,
            )  # fmt: skip
            lay_claim(self.store, run, [Claim(need, MOST[need]) for need in sorted(needs)])
            self._admit()

    def move(self, what: str, which: int) -> None:
        """End a run that has begun, or let it begin, or give its turn back; or pause a flow."""
        with self.store.write():
            flow = "ab"[which % 2]
            if what == "pause":
                self.store.all("INSERT OR IGNORE INTO paused VALUES (:flow, '', '')", flow=flow)
                hold_back(self.store, flow)
            elif what == "unpause":
                self.store.all("DELETE FROM paused WHERE flow = :flow", flow=flow)
            begun = self.store.all(
                "SELECT id, attempt, state FROM run WHERE state IN ('admitted', 'running') ORDER BY id"
            )
            if begun:
                run, attempt, state = begun[which % len(begun)]
                if what == "begin":
                    assert take(self.store, run, attempt, "me") == (state == "admitted")
                elif what == "end":
                    ended(self.store, run, attempt, "done", "", "")
                elif what == "give back":
                    put_back(self.store, run, attempt, now=-100)
            self._admit()

    def _admit(self) -> None:
        self.fresh = {run for run, _attempt in admit(self.store)}

    def waiting(self) -> list[tuple[int, int, str]]:
        """(urgency, number, run) of all that may begin as soon as there is room for them."""
        return self.store.all(
            "SELECT -priority, number, run.id FROM run JOIN submission ON submission.run = run.id "
            "WHERE state = 'queued' AND submission.flow NOT IN (SELECT flow FROM paused)"
        )

    def rank(self, run: str) -> tuple[int, int]:
        row = self.store.one("SELECT -priority, number FROM submission WHERE run = :run", run=run)
        assert row
        return row[0], row[1]


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queue]:
    made = Queue(tmp_path_factory.mktemp("queue") / "robo.db")
    yield made
    made.store.close()


ASKED = st.tuples(st.sampled_from("ab"), NEEDS, st.integers(0, 3))
MOVED = st.tuples(st.sampled_from(("begin", "end", "end", "give back", "pause", "unpause")), st.integers(0, 20))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(ASKED | MOVED, min_size=5, max_size=40))
def test_no_limit_is_exceeded_nobody_waits_without_a_reason_and_the_urgent_come_first(
    queue: Queue, steps: list[tuple[str, set[str], int] | tuple[str, int]]
) -> None:
    queue.empty()
    for step in steps:
        queue.ask(*step) if len(step) == 3 else queue.move(*step)
        taken = occupied(queue.store)
        assert all(len(runs) <= MOST[resource] for resource, runs in taken.items())
        assert not queue.store.all(
            "SELECT 1 FROM run JOIN paused ON paused.flow = run.flow WHERE run.state = 'admitted'"
        )
        for *rank, run in queue.waiting():
            needs = [need for (need,) in queue.store.all("SELECT resource FROM claim WHERE run = :run", run=run)]
            full = [need for need in needs if len(taken.get(need, ())) >= MOST[need]]
            assert full, f"{run} waits for nothing"
            overtakers = {one for one in queue.fresh if queue.rank(one) > tuple(rank)}
            assert any(not overtakers & set(taken[need]) for need in full), f"{run} was overtaken by {overtakers}"


def test_two_hundred_that_ask_at_once_with_one_key_are_one_run(shop: Shop) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda turn: asked(shop.root, [("k", turn)] * 25), range(8)))
    runs = [one for some in made for one in some]
    assert (len(runs), len({one.run for one in runs}), sum(one.new for one in runs)) == (200, 1, 1)
    assert len(list((shop.root / "runs").iterdir())) == 1


def test_the_more_urgent_goes_first_though_the_other_was_let_begin_and_waits_for_a_slot(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "robo.db")
    queue.ask("a", {"lock x"}, priority=1)
    queue.ask("b", {"lock x"}, priority=5)
    delivery = LocalDelivery(queue.store)
    assert [order.run for order in delivery.next(1, begun=("run 1",))] == ["run 1"]
    assert [(order.run, order.attempt) for order in delivery.next(1, begun=())] == [("run 2", 1)]
    assert take(queue.store, "run 2", 1, "me")
    queue.move("end", 0)
    assert [(order.run, order.attempt) for order in delivery.next(1, begun=())] == [("run 1", 1)]


def test_what_goes_on_after_its_end_needs_what_it_needed_and_has_until_the_next_deadline(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "robo.db")
    queue.ask("a", {"lock x"}, priority=1)
    assert take(queue.store, "run 1", 1, "me")
    queue.move("end", 0)
    queue.store.all("UPDATE submission SET until = 1000")
    queue.ask("b", {"lock x"}, priority=1)
    with queue.store.write():
        assert go_on(queue.store, "run 1", now=1000 + 3 * 86400 + 5)
    assert queue.store.all("SELECT id, state FROM run") == [("run 1", "queued"), ("run 2", "admitted")]
    assert queue.store.all("SELECT until FROM submission WHERE run = 'run 1'") == [(1000 + 4 * 86400,)]


def test_two_hundred_keys_are_two_hundred_runs_never_more_than_two_at_once_in_order(shop: Shop) -> None:
    chance = random.Random(1)
    keys = [[(f"{turn}.{number}", chance.randint(0, 9)) for number in range(50)] for turn in range(4)]
    shop.robo("pause", "piece")
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda some: asked(shop.root, some), keys))
    store = Desk(shop.root, True, "en").store
    store.all("DELETE FROM paused")
    rank = dict(store.all("SELECT run, printf('%d %05d', 9 - priority, number) FROM submission"))
    began: list[str] = []
    at_work: list[str] = []
    with store.write():
        admit(store)
    while orders := LocalDelivery(store).next(6, ()):
        for order in orders:
            assert take(store, order.run, order.attempt, "me")
            began.append(rank[order.run])
            at_work.append(order.run)
        assert len(at_work) <= 2
        with store.write():
            ended(store, at_work.pop(chance.randrange(len(at_work))), 1, "done", "", "")
            admit(store)
    assert len(began) == 200
    assert began == sorted(rank.values())
    store.close()


def asked(root: Path, keys: list[tuple[str, int]]) -> list[Submitted]:
    """Ask for a piece by each of these (key, priority), as a process of its own would."""
    desk = Desk(root, True, "en")
    flow = load_flow("piece", desk.workspace(), desk.shelf, desk.vault, {"piece": "x"})
    given = read_inputs(flow, {"piece": "x"}, desk.workspace())
    wanted = [Asked("trigger", "somebody", key, priority=priority) for key, priority in keys]
    try:
        return [submit(desk.workspace(), desk.store, flow, given, one) for one in wanted]
    finally:
        desk.store.close()
