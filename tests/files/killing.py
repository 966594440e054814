"""A folder filed from one file system to another while the command is killed at random instants."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from files.desk import ROBO, Desk
from kill.processes import below, kill
from robo.files.contents import holds
from robo.workbook import Rows

FLOW = """\
robo: 1
steps:
  - for_each_file:
      in: in
      key: file.sha256
      steps:
        - move: {file: =file.path, to: "out/{{ file.stem|first }}/piece{{ file.suffix }}"}
          save: filed
        - append_row:
            workbook: out/register.xlsx
            key: Content
            values: {Content: =file.sha256, Came as: =file.name, Filed as: =filed}
"""


REGISTER = "register.xlsx"


@dataclass
class Figures:
    """What came of it. wrong: everything that should not be, in words; empty if all is well."""

    files: int
    kills: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"files {self.files}, kills {self.kills}, wrong {len(self.wrong)}"


def campaign(
    files: int, kills: int, *, seed: int, told: Callable[[str], None] = lambda said: None, largest: int = 24_000_000
) -> Figures:
    """File that many, killed that often on the way; then look at every byte. largest: bytes of a file."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="robo-files-"))
    memory = Path(tempfile.mkdtemp(prefix="robo-files-", dir="/dev/shm")) if Path("/dev/shm").is_dir() else folder
    try:
        desk = Desk.make(folder, FLOW, memory / "out")
        contents = _incoming(desk, files, chance, largest)
        figures = Figures(files)
        while figures.kills < kills and _filed(desk) < files:
            _killed(desk, chance, files // (kills + 1))
            figures.kills += 1
            told(f"{figures.kills} killed, {_filed(desk)} filed")
        code = _to_the_end(desk)
        if code:
            figures.wrong.append(f"ended with {code}")
        figures.wrong += [*_faults(desk, contents), *_unregistered(desk, contents)]
    finally:
        shutil.rmtree(memory, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def _incoming(desk: Desk, count: int, chance: random.Random, largest: int) -> Counter[str]:
    """Files of all sizes, of few first letters, so that most of them want a name that is taken."""
    contents: Counter[str] = Counter()
    for number in range(count):
        content = chance.randbytes(chance.choice([1, 5_000, largest]))
        if hashlib.sha256(content).hexdigest() in contents:
            content = str(number).encode()
        desk.file(f"{chance.choice('abc')}{number:03}.pdf", content)
        contents[hashlib.sha256(content).hexdigest()] += 1
    return contents


def _killed(desk: Desk, chance: random.Random, steps: int) -> None:
    """Start the command, or go on with it, and end all its processes at once while a further file is being made."""
    process = subprocess.Popen(
        [*ROBO, *_words(desk)], cwd=desk.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    due = _begun(desk) + chance.randint(1, max(1, steps))
    patience = time.monotonic() + 60
    while process.poll() is None and _begun(desk) < due and time.monotonic() < patience:
        time.sleep(0.0002)
    time.sleep(chance.uniform(0.0, 0.02) if chance.random() < 0.5 else chance.uniform(0.0, 0.002))
    lanes = below(process.pid)
    for one in lanes:
        with suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGSTOP)
    process.kill()
    process.wait()
    for one in lanes:
        kill(one)


def _words(desk: Desk) -> tuple[str, ...]:
    """A run that was begun is taken up; where there is none yet, one is begun."""
    return ("resume",) if list(desk.root.glob("runs/*/journal.jsonl")) else ("run", "filing")


def _to_the_end(desk: Desk) -> int:
    """Undisturbed: what was interrupted again and again fails in its run, and is done by the next."""
    code, _told, _said = desk.robo(*_words(desk))
    return code if code == 0 else desk.robo("run", "filing")[0]


def _begun(desk: Desk) -> int:
    """How many files there are, finished or not."""
    return sum(len(files) for _folder, _folders, files in os.walk(desk.out))


def _filed(desk: Desk) -> int:
    return sum(not one.name.startswith(".") for one in desk.out.rglob("*.pdf"))


def _faults(desk: Desk, contents: Counter[str]) -> list[str]:
    """What is lost, half, twice or left over, in words."""
    files = [one for one in desk.out.rglob("*") if one.is_file() and one != desk.out / REGISTER]
    filed = Counter(hashlib.sha256(one.read_bytes()).hexdigest() for one in files)
    lost = contents - filed
    more = filed - contents
    waiting = [one.name for one in (desk.root / "in").iterdir()]
    return [
        *(f"{digest[:8]} is lost" for digest in lost),
        *(f"{digest[:8]} is there {count} times too often, or half" for digest, count in more.items()),
        *(f"{name} was left where it was" for name in waiting),
    ]


def _unregistered(desk: Desk, contents: Counter[str]) -> list[str]:
    """What the register says that is not so, in words: each file has one row, which says where it is."""
    rows = [entry.values for entry in Rows(desk.out / REGISTER).entries()]
    registered = Counter(str(row["Content"]) for row in rows)
    elsewhere = [row for row in rows if not holds(Path(str(row["Filed as"])), str(row["Content"]))]
    return [
        *(f"{digest[:8]} has {registered[digest]} rows" for digest in contents if registered[digest] != 1),
        *(f"{row['Came as']} is not where the register says" for row in elsewhere),
    ]
