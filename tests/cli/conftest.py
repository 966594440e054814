"""A workspace with a robot of its own, which keeps a register as a text file, and the real command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from robo.practice.workbooks import write_applications

REGISTER = '''\
"""The register of the desk."""
import time
from pathlib import Path

from robo import Change, Changing, Refused, action


@action
def enter(file: Path, number: str) -> Changing[int]:
    """Write a number at the end of the register.

    number: the number of the application
    """
    if number == "2026-0103" and not (file.parent / "allowed").exists():
        raise Refused("not allowed")
    yield Change(f"enter {number}", same_as=(number,), preview={"Number": number})
    with file.open("a") as register:
        register.write(number + "\\n")
    if (file.parent / "slow").exists():
        time.sleep(60)
    return len(file.read_text().splitlines())
'''

FLOW = """\
robo: 1
name: Register
inputs:
  book: {type: file, default: demandes.xlsx}
  most: {type: integer, default: 4}
steps:
  - for_each_row:
      in: =inputs.book
      key: row.numero
      where: position < inputs.most + 2
      steps:
        - register.enter: {file: register.txt, number: =row.numero}
          save: rank
      write_back: {Référence: =rank}
"""


@dataclass(frozen=True)
class Desk:
    """A workspace in a folder, and the command in it."""

    root: Path

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "robo", *words, "--lang", "en"],
            cwd=self.root,
            env={**os.environ, "ROBO_LANGUAGE": "en"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def robo(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        process = self.start(*words)
        out, err = process.communicate(typed, timeout=90)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def json(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.robo(*words, "--json").stdout)
        return found

    @property
    def register(self) -> list[str]:
        file = self.root / "register.txt"
        return file.read_text().split() if file.exists() else []


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.write("robo.toml", '[sites.far]\naddress = "http://127.0.0.1:9"\nlate = "2s"\n')
    made.write("robots/register.py", REGISTER)
    made.write("flows/register.yaml", FLOW)
    write_applications(tmp_path / "demandes.xlsx")
    return made


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "in vain"
        time.sleep(0.05)
