"""What may go wrong beside a service: it goes on, and nothing is begun, lost or kept that should not be."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from io import StringIO
from pathlib import Path

import pytest

from robo.cli.desk import Desk
from robo.flow.workspace import Workspace
from robo.kit.shelf import Shelf
from robo.run.admission.holding import lock_file, own_name
from robo.run.admission.reaping import end_the_dead
from robo.run.storage.store import Store
from robo.run.system.locks import Lock
from robo_scheduler.work.delivery import LocalDelivery, Order
from robo_scheduler.work.log import Log
from robo_scheduler.work.notice import Notices
from robo_scheduler.work.service import Service
from robo_scheduler.work.slots import Slots
from service.conftest import Shop, until

EATER = '''\
"""Takes memory."""
import time

from robo import action


@action
def eat(megabytes: int) -> None:
    """Take so much memory, and keep it.

    megabytes: so much
    """
    kept = b"x" * (megabytes << 20)
    time.sleep(600)
    del kept
'''


@pytest.fixture
def workspace(shop: Shop) -> Workspace:
    return Desk(shop.root, True, "en").workspace()


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    made = Store(workspace.database)
    yield made
    made.close()


def test_a_run_whose_lane_still_lives_is_not_let_begin_again(workspace: Workspace, store: Store) -> None:
    left_running(store, "r")
    lane = Lock(lock_file(workspace, own_name("r")))
    assert lane.try_take("its lane")
    assert end_the_dead(store, workspace) == []
    lane.release()
    assert end_the_dead(store, workspace) == ["r"]
    assert state(store, "r") == "admitted"


def test_a_cancelled_run_whose_process_died_does_not_begin_again(workspace: Workspace, store: Store) -> None:
    left_running(store, "r", cancelled_by="anne")
    assert end_the_dead(store, workspace) == []
    assert store.all("SELECT state, reason FROM run") == [("stopped", "cancelled by anne")]


def test_a_robot_that_hangs_before_its_run_begins_does_not_keep_the_slot(shop: Shop) -> None:
    run = shop.json("trigger", "piece", "-i", "piece=a")["run"]
    shop.write("robots/hang.py", "import time\ntime.sleep(600)\n")
    slots = Slots(shop.root, 1, lambda order: None, begun=1.0)
    slots.start(Order(run, 1, "production", "en"))
    finished: list[tuple[str, str]] = []
    ends = time.monotonic() + 30
    while not finished and time.monotonic() < ends:
        finished += [(one.state, one.reason) for one in slots.poll(0.1)]
    assert finished == [("died", "it has not begun within 1 s")]
    assert slots.free == 1


def nobody(workspace: Workspace, store: Store) -> Notices:
    """No address is named in this workspace."""
    return Notices(workspace, Shelf(), store)


def test_what_else_is_below_the_process_is_left_alone(shop: Shop) -> None:
    own = subprocess.Popen(["sleep", "600"])
    slots = Slots(shop.root, 1, lambda order: None)
    run = shop.json("trigger", "piece", "-i", "piece=a")["run"]
    slots.start(Order(run, 1, "production", "en"))
    ends = time.monotonic() + 30
    while not slots.poll(0.1) and time.monotonic() < ends:
        pass
    slots.end()
    assert own.poll() is None
    own.kill()
    own.wait()


def test_a_run_whose_process_dies_again_and_again_has_failed(
    shop: Shop, workspace: Workspace, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shop.json("trigger", "piece", "-i", "piece=a")["run"]
    shop.write("robots/dies.py", "import os\nos._exit(9)\n")
    monkeypatch.setattr("robo_scheduler.work.service.AGAIN", 0.1)
    said = StringIO()
    service = Service(workspace, store, LocalDelivery(store), Log(to=said), nobody(workspace, store), 1)
    began = time.monotonic()
    service.run(lambda: 2 if state(store, run) == "failed" or time.monotonic() > began + 60 else 0)
    assert state(store, run) == "failed"
    assert said.getvalue().count("its process has died") == 5
    assert time.monotonic() - began > 1.5


def test_what_the_disk_refuses_is_tried_again(shop: Shop, workspace: Workspace, store: Store) -> None:
    run = shop.json("trigger", "piece", "-i", "piece=a")["run"]
    said = StringIO()
    service = Service(workspace, store, Refusing(store), Log(to=said), nobody(workspace, store), 1)
    ends = time.monotonic() + 30
    service.run(lambda: 2 if state(store, run) == "done" or time.monotonic() > ends else 0)
    assert state(store, run) == "done"
    assert said.getvalue().count("database or disk is full") == 1


def test_a_clock_set_back_makes_nobody_wait_longer(
    workspace: Workspace, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_running(store, "r")
    store.all("UPDATE run SET state = 'queued'")
    store.all("UPDATE submission SET due = :due", due=time.time() + 60)
    service = Service(workspace, store, LocalDelivery(store), Log(to=StringIO()), nobody(workspace, store), 1)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 3600)
    turns = iter([0, 2])
    service.run(lambda: next(turns, 2))
    ((due,),) = store.all("SELECT due FROM submission")
    assert 0 < due - time.time() < 61


def test_a_run_that_takes_too_much_memory_is_ended(shop: Shop) -> None:
    shop.write("robo.toml", '[service]\nmemory = "150 MB"\n')
    shop.write("robots/eater.py", EATER)
    shop.write("flows/eat.yaml", "robo: 1\nsteps:\n  - eater.eat: 300\n")
    shop.serve()
    ended = shop.json("trigger", "eat", "--wait")
    assert (ended["state"], "GB of memory" in ended["reason"]) == ("failed", True)


def test_who_no_longer_waits_for_a_run_does_not_end_it(shop: Shop) -> None:
    shop.serve()
    asking = shop.start("trigger", "piece", "-i", "piece=a", "-i", "seconds=1", "--wait")
    until(lambda: shop.bench == ["begin a"])
    asking.send_signal(signal.SIGINT)
    assert "it goes on" in asking.communicate(timeout=30)[0]
    assert asking.returncode == 130
    until(lambda: shop.bench == ["begin a", "end a"])


def test_of_a_paused_flow_not_even_what_was_about_to_begin_begins(shop: Shop) -> None:
    shop.serve("--slots", "1")
    for piece in ("a", "b"):
        shop.json("trigger", "piece", "-i", f"piece={piece}", "-i", "seconds=1")
    until(lambda: shop.bench == ["begin a"])
    shop.json("pause", "piece")
    until(lambda: "done" in shop.log)
    time.sleep(0.5)
    assert shop.bench == ["begin a", "end a"]
    shop.json("unpause", "piece")
    until(lambda: shop.bench[2:] == ["begin b", "end b"])


class Refusing(LocalDelivery):
    """The one of this machine, whose disk is full at first."""

    times = 2

    def next(self, free: int, begun: Collection[str]) -> list[Order]:
        if self.times:
            self.times -= 1
            raise sqlite3.OperationalError("database or disk is full")
        return super().next(free, begun)


def left_running(store: Store, run: str, cancelled_by: str | None = None) -> None:
    """A run that was asked for, whose supervisor has died."""
    told = "from robo.run.system.machine import Identity; print(Identity.mine().text())"
    holder = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.strip()
    store.all(
        "INSERT INTO run VALUES (:run, 'f', 'e', 'running', NULL, 1, '{}', '2026-01-01', NULL, :folder, :holder)",
        run=run, folder=str(Path("/nowhere") / run), holder=holder,
    )  # fmt: skip
    store.all(
        "INSERT INTO submission (run, flow, source, by, at, cancelled_by) VALUES (:run, 'e/f', '', '', '', :by)",
        run=run, by=cancelled_by,
    )  # fmt: skip


def state(store: Store, run: str) -> str:
    row = store.one("SELECT state FROM run WHERE id = :run", run=run)
    return str(row[0]) if row else ""
