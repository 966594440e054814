"""A lock lives exactly as long as a process that holds it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from robo.run.system.locks import Lock

HOLD = """
import sys, time
from pathlib import Path
from robo.run.system.locks import Lock
print(Lock(Path(sys.argv[1])).try_take("run 7"), flush=True)
time.sleep(60)
"""


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "ledger.lock"), Lock(tmp_path / "ledger.lock")
    assert first.try_take("run 1")
    assert not second.try_take("run 2")
    assert second.holder() == "run 1"
    first.release()
    assert second.try_take("2")
    assert first.holder() == "2"
    second.release()


def test_a_killed_holder_frees_it(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "deep" / "ledger.lock")
    with subprocess.Popen([sys.executable, "-c", HOLD, lock.path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "True\n"
        assert not lock.try_take("run 8")
        assert lock.holder() == "run 7"
        holder.kill()
        holder.wait()
        with lock:
            assert lock.try_take("run 8")


def test_a_child_that_inherited_it_keeps_it(tmp_path: Path) -> None:
    lock, other = Lock(tmp_path / "ledger.lock"), Lock(tmp_path / "ledger.lock")
    assert lock.try_take("run 7")
    with subprocess.Popen(["sleep", "60"], pass_fds=[lock.fileno()]) as child:
        lock.release()
        assert not other.try_take("run 8")
        child.kill()
        child.wait()
        assert other.try_take("run 8")
        other.release()


def test_a_process_started_without_it_does_not_hold_it(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "ledger.lock")
    assert lock.try_take("run 7")
    with subprocess.Popen(["sleep", "60"], close_fds=False) as stranger:
        time.sleep(0.1)
        lock.release()
        assert lock.try_take("run 8")
        lock.release()
        stranger.kill()


def test_the_descriptor_is_there_only_while_it_is_held(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not held"):
        Lock(tmp_path / "ledger.lock").fileno()
