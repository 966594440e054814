"""Where a system shows less than Linux does, deaths are seen later or not at all, and never where there was none."""

from __future__ import annotations

import os
import sys
import time

import pytest

from robo.platforms.processes import Process, processes
from robo.platforms.processes.posix import PosixProcesses
from robo.run.system.machine import Identity, is_dead
from robo.run.system.processes import Child

LANE = """
import threading
from robo.run.system.processes import attach, leave
lane = attach(threading.Lock())
lane.report(heard=lane.receive(30))
leave(7)
"""


def test_a_lane_is_heard_to_its_end_where_the_kernel_gives_no_notice_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(processes), "death_notice", lambda _system, pid: None)
    lane = Child.start([sys.executable, "-c", LANE], environment=os.environ)
    lane.send({"number": 1})
    reports = []
    until = time.monotonic() + 30
    while lane.ended is None and time.monotonic() < until:
        reports += lane.poll(5.0)
    assert (reports, lane.ended) == ([{"heard": {"number": 1}}], 7)


def test_where_no_process_can_be_seen_no_death_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Identity.mine()
    blind = PosixProcesses()
    for told in ("process", "boot", "machine"):
        monkeypatch.setattr(type(processes), told, getattr(PosixProcesses, told))
    assert is_dead(other) is None
    assert is_dead(Identity.mine()) is None
    assert not blind.end_marked("a run", (), timeout=0.1)
    assert blind.below(os.getpid()) == []
    blind.kill(Process(os.getpid(), 1, 0, False))  # not surely that one: it lives on
