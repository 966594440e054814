"""A workspace whose flow files a folder, and an action carried out by hand as the engine does it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from robo.kit.change import Change, Intent, Settled

ROBO = (sys.executable, "-m", "robo")
LONG_AGO = 1_700_000_000
"""A time of change for files that nobody is writing any more."""


def begun(doing: Generator[Change, None, Path]) -> Change:
    """What a change says before it is made."""
    return next(doing)


def ended(doing: Generator[Change, None, Path]) -> Path:
    """What it gives once it is made; of a change that had nothing left to do, what it gives at once."""
    try:
        next(doing)
    except StopIteration as end:
        return Path(end.value)
    raise AssertionError("it announced a second change")


def made(doing: Generator[Change, None, Path]) -> Path:
    """Carry it out."""
    begun(doing)
    return ended(doing)


def settled(settle: Callable[[Intent], Settled[Any]], change: Change) -> Settled[Any]:
    """What the action itself finds out about an intent without receipt."""
    return settle(Intent("move", 1, datetime(2026, 11, 25), change))


@dataclass(frozen=True)
class Desk:
    """A workspace in a folder, with the folder `out` wherever it is to be."""

    root: Path
    out: Path

    @classmethod
    def make(cls, root: Path, flow: str, out: Path | None = None) -> Desk:
        desk = cls(root, out or root / "out")
        for folder in (root / "flows", root / "in", desk.out):
            folder.mkdir(parents=True, exist_ok=True)
        (root / "robo.toml").write_text(
            f'[workspace]\nlanguage = "en"\n[folders]\nin = "in"\nout = "{desk.out}"\n', encoding="utf-8"
        )
        (root / "flows" / "filing.yaml").write_text(flow, encoding="utf-8")
        return desk

    def file(self, name: str, content: bytes) -> Path:
        """A file that has come in a while ago."""
        import os

        path = self.root / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (LONG_AGO, LONG_AGO))
        return path

    def filed(self) -> dict[str, bytes]:
        """Path below `out` to content."""
        return {one.relative_to(self.out).as_posix(): one.read_bytes() for one in self.out.rglob("*") if one.is_file()}

    def robo(self, *words: str) -> tuple[int, dict[str, Any], str]:
        """(exit code, what it told programs, what it told people)."""
        done = subprocess.run(
            [*ROBO, *words, "--json"], cwd=self.root, capture_output=True, text=True, check=False, timeout=120
        )
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}, done.stderr
