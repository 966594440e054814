"""A workspace with robots of its own, and the real command in it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import OperationalError, connect
from typing import Any

import pytest

from robo.practice.workbooks import write_applications

REGISTER = '''\
"""The register of the desk."""
from pathlib import Path

from robo import Cell, Change, Changing, Document, Refused, action


@action
def enter(file: Path, number: str, name: str = "") -> Changing[int]:
    """Write a number at the end of the register.

    number: the number of the application
    """
    if number == "2026-0103":
        raise Refused("not allowed")
    letter = Document(f"{number}.txt", "text/plain", f"To {name}".encode())
    cells = (Cell(f"{file.name}, {number}", "Number", None, number),)
    remarks = () if name else ("nobody is named",)
    yield Change(
        f"enter {number}", same_as=(number,), preview={"Number": number}, cells=cells, documents=(letter,),
        files={file: file}, remarks=remarks, once=(f"letter to {name[:1]}",),
    )
    with file.open("a") as register:
        register.write(number + "\\n")
    return len(file.read_text().splitlines())
'''

FLOW = """\
robo: 1
name: Register
inputs:
  most: {type: integer, default: 4}
steps:
  - for_each_row:
      in: demandes.xlsx
      key: row.numero
      where: position < inputs.most + 2
      steps:
        - register.enter: {file: register.txt, number: =row.numero, name: =row.nom}
          save: rank
      write_back: {Référence: =rank, Saisi le: =now()}
"""


@dataclass(frozen=True)
class Desk:
    """A workspace in a folder, and the command in it."""

    root: Path
    more: Mapping[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def start(self, *words: str) -> subprocess.Popen[str]:
        known = {name: value for name, value in os.environ.items() if name != "PYTHONPYCACHEPREFIX"}
        return subprocess.Popen(
            [sys.executable, "-m", "robo", *words],
            cwd=self.root,
            env={**known, "ROBO_LANGUAGE": "en", **self.more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def robo(self, *words: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*words)
        out, errors = process.communicate(timeout=90)
        return subprocess.CompletedProcess(words, process.returncode, out, errors)

    def plan(self, *words: str) -> dict[str, Any]:
        """What a dry run says to programs."""
        said = self.robo("dry-run", *words, "--json")
        found: dict[str, Any] = json.loads(said.stdout)
        assert "error" not in found, found["error"]
        return found

    def files(self) -> dict[str, str]:
        """Every file of the workspace but those of runs, by its digest."""
        return {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and "runs" not in path.parts
        }

    def rows(self, table: str, columns: str = "*", live: bool = False) -> list[tuple[Any, ...]]:
        """What the store holds. live: whether somebody works with it, so that the file alone does not tell."""
        how = "mode=ro" if live else "immutable=1"
        with closing(connect(f"file:{self.root / '.robo/robo.db'}?{how}", uri=True)) as store:
            try:
                return store.execute(f"SELECT {columns} FROM {table} ORDER BY rowid").fetchall()
            except OperationalError:
                return []  # it is being made


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.write("robo.toml", "")
    made.write("robots/register.py", REGISTER)
    made.write("flows/register.yaml", FLOW)
    write_applications(tmp_path / "demandes.xlsx")
    return made
