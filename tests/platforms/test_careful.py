"""Where a system shows less than Linux does, deaths are seen later or not at all, and never where there was none."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from robo.platforms.processes import Process, processes
from robo.platforms.processes.posix import PosixProcesses
from robo.run.system.machine import Identity, is_dead
from robo.run.system.processes import Child

LANE = """
import os, threading, time
from robo.run.system.processes import attach
lane = attach(threading.Lock())
helper = os.fork()
if not helper:
    time.sleep(60)
lane.report(helper=helper)
os._exit(7)
"""
"""Leaves a process behind, which holds the pipe of its reports open."""


def test_a_lane_is_seen_dead_where_the_kernel_gives_no_notice_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(processes), "death_notice", lambda _system, pid: None)
    lane = Child.start([sys.executable, "-c", LANE], environment=os.environ)
    began = time.monotonic()
    reports = []
    while lane.ended is None and time.monotonic() < began + 30:
        reports += lane.poll(20.0)
    took = time.monotonic() - began
    os.kill(reports[0]["helper"], signal.SIGKILL)
    assert lane.ended == 7
    assert took < 15


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
