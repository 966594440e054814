"""A workspace whose robot tells when it works, the real service in it, and the real command."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

BENCH = '''\
"""A bench on which pieces are worked."""
import os
import time
from pathlib import Path

from robo import Change, Changing, action


@action
def work(file: Path, piece: str, seconds: str = "0") -> Changing[int]:
    """Work a piece, and write down when that began and ended.

    piece: its name
    """
    yield Change(f"work {piece}", same_as=(piece,), preview={"Piece": piece})
    _note(file, f"begin {piece}")
    time.sleep(float(seconds))
    while (file.parent / "held").exists():
        time.sleep(0.02)
    _note(file, f"end {piece}")
    return 1


@action
def text_of(file: Path) -> str:
    """Read a file.

    file: which
    """
    return file.read_text()


@action
def ponder(seconds: str) -> None:
    """Think.

    seconds: for so long
    """
    time.sleep(float(seconds))


@action
def fail_until(file: Path, times: int) -> None:
    """Fail so many times.

    times: how often
    """
    before = file.read_text().count("x") if file.exists() else 0
    if before < times:
        file.write_text("x" * (before + 1))
        raise OSError("not yet")


def _note(file: Path, line: str) -> None:
    handle = os.open(file, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(handle, f"{line}\\n".encode())
    os.close(handle)
'''
PIECE = """\
robo: 1
name: Piece
inputs:
  piece: text
  seconds: {type: text, default: "0"}
settings: {limit: 2}
steps:
  - bench.work: {file: bench.txt, piece: =inputs.piece, seconds: =inputs.seconds}
"""


@dataclass
class Shop:
    """A workspace in a folder, the command in it, and its service."""

    root: Path
    _services: list[subprocess.Popen[str]] = field(default_factory=list)

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "robo", *words],
            cwd=self.root,
            env={**os.environ, "ROBO_LANGUAGE": "en"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def robo(self, *words: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*words)
        out, err = process.communicate(timeout=90)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def json(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.robo(*words, "--json").stdout)
        return found

    def serve(self, *words: str) -> subprocess.Popen[str]:
        """The service, once it is at work; its log is service.log."""
        with (self.root / "service.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "robo", "serve", *words],
                cwd=self.root,
                env={**os.environ, "ROBO_LANGUAGE": "en"},
                stdin=subprocess.DEVNULL,
                stderr=log,
                encoding="utf-8",
            )
        self._services.append(process)
        before = self.log.count("is at work")
        until(lambda: self.log.count("is at work") > before or process.poll() is not None)
        return process

    @property
    def log(self) -> str:
        return (self.root / "service.log").read_text("utf-8")

    @property
    def bench(self) -> list[str]:
        file = self.root / "bench.txt"
        return file.read_text().splitlines() if file.exists() else []

    def state(self, run: str) -> str:
        with closing(sqlite3.connect(self.root / ".robo" / "robo.db")) as store:
            return str(store.execute("SELECT state FROM run WHERE id = ?", (run,)).fetchone()[0])

    def close(self) -> None:
        for process in self._services:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    made.write("robo.toml", "[workspace]\n")
    made.write("robots/bench.py", BENCH)
    made.write("flows/piece.yaml", PIECE)
    yield made
    made.close()


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for it; AssertionError where it does not come true in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "in vain"
        time.sleep(0.02)
