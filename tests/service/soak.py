"""The service at length: `python -m service.soak [MINUTES] [SEED]` with tests/ on the path; last come the figures.

Runs are asked for by several processes, enter rows into practice offices with a real browser and work pieces on a
bench; meanwhile the service, its runs and their browsers are killed, runs are cancelled, and the store is locked for a
while. Then what is left is let end, and judged.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kill.processes import Process, kill
from service.books import Books, books
from service.workshop import HOLDS, LATE, OFFICES, Workshop

VICTIMS = ("runner", "lane", "driver", "browser")
END = 240.0
"""Seconds in which all that was asked for has ended, once nothing is killed any more."""
CALM = 4.0
"""Seconds in which nothing has begun, after which nothing will: what follows other runs was asked for by then."""
GONE = 60.0
"""Seconds after the end of the service in which the last of its processes is gone."""


@dataclass(frozen=True)
class Load:
    """How much is asked, and how much is done to it.

    seconds: of kills. rate: pieces a second. batches: seconds between two workbooks. rows: of each of them.
    most: so many runs may wait before nothing more is asked for a while. strikes: seconds between two kills, at least
    and at most. locked: seconds for which the store is locked.
    """

    seconds: float
    rate: float = 0.7
    batches: float = 10.0
    rows: int = 4
    most: int = 30
    strikes: tuple[float, float] = (2.5, 7.0)
    locked: float = 35.0
    askers: int = 2


@dataclass
class Soaked:
    """What came of it."""

    books: Books
    kills: Counter[str] = field(default_factory=Counter)
    cancelled: int = 0


class Soak:
    """One workshop, and what is done to it."""

    def __init__(self, workshop: Workshop, load: Load, seed: int, told: Callable[[str], None]) -> None:
        self._shop, self._load, self._told = workshop, load, told
        self._chance = random.Random(seed)
        self._seed = seed
        self._kills: Counter[str] = Counter()
        self._cancelled: set[str] = set()
        self._commands: list[subprocess.Popen[bytes]] = []
        self._given: list[tuple[str, str]] = []

    def run(self) -> Soaked:
        """Disturb, let end, judge."""
        self._shop.serve()
        try:
            self._ask()
            self._disturb()
            self._shop.stop_clocks()
            self._let_end()
            self._enter_again()
        finally:
            for one in self._commands:
                one.kill()
                one.wait()
        stopped = self._shop.stop_service()
        orphans = self._orphans()
        found = books(self._shop, self._cancelled, orphans)
        if stopped:
            found.wrong.append(f"the service ended with {stopped}")
        return Soaked(found, self._kills, len(self._cancelled))

    def _ask(self) -> None:
        load = self._load
        words = (str(self._shop.root), str(load.rate), str(self._seed), str(load.seconds * 0.9), str(load.most))
        for number in range(load.askers):
            with (self._shop.root / f"asked-{number}.txt").open("wb") as out:
                self._commands.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "service.asking", *words],
                        env={**self._shop.environment, "PYTHONPATH": os.pathsep.join(sys.path)},
                        stdout=out,
                    )
                )

    # ---- disturbed

    def _disturb(self) -> None:
        load, chance = self._load, self._chance
        began = time.monotonic()
        ends, batch, strike = began + load.seconds, began, began + 3.0
        offices = itertools.cycle(OFFICES)
        lock_at = began + load.seconds / 2
        while (now := time.monotonic()) < ends:
            if now >= batch and now < ends - 2:
                batch = now + load.batches
                if len(self._shop.open_runs()) < load.most:
                    self._enter(next(offices))
            if now >= lock_at:
                lock_at = ends + 1
                self._lock()
            if now >= strike:
                strike = now + chance.uniform(*load.strikes)
                self._strike()
            if not self._shop.serving:
                self._shop.serve()
            time.sleep(0.05)
        if not self._shop.serving:
            self._shop.serve()

    def _enter(self, office: str) -> None:
        file = self._shop.batch(office, self._load.rows)
        self._given.append((office, file))
        self._commands.append(self._shop.command("-m", "robo", "trigger", office, "-i", f"batch={file}", "--key", file))

    def _strike(self) -> None:
        chance = self._chance
        if chance.random() < 0.15:
            self._cancel()
        elif chance.random() < 0.6:
            self._shop.kill_service()
            self._kills["service"] += 1
            time.sleep(chance.choice((0.0, 0.0, chance.uniform(0, 1.5))))
            self._shop.serve()
        else:
            wanted = chance.choice(VICTIMS)
            victims = [one for one in self._shop.at_work() if role(one) == wanted]
            if victims and kill(chance.choice(victims)):
                self._kills[wanted] += 1

    def _cancel(self) -> None:
        pieces = [run for run in self._shop.open_runs() if any(f"-{kind}" in run for kind in HOLDS)]
        if pieces:
            run = self._chance.choice(pieces)
            self._cancelled.add(run)
            self._commands.append(self._shop.command("-m", "robo", "cancel", run))

    def _lock(self) -> None:
        """Another process writes for a long time."""
        self._told(f"the store is locked for {self._load.locked:g} s")
        self._commands.append(self._shop.command("-c", _LOCK, str(self._load.locked)))

    # ---- left alone

    def _let_end(self) -> None:
        until = time.monotonic() + END
        ended = time.monotonic()
        while time.monotonic() < until:
            if not self._shop.serving:
                self._shop.serve()
            if self._shop.open_runs() or any(one.poll() is None for one in self._commands):
                ended = time.monotonic()
            if time.monotonic() > ended + CALM:
                return
            time.sleep(0.2)

    def _enter_again(self) -> None:
        """A row whose robot was killed three times has failed until the next run, as one in doubt waits for it."""
        for _turn in range(3):
            left = [office for office in OFFICES if self._missing(office)]
            if not left:
                return
            time.sleep(LATE)
            for office, file in self._given:
                if office in left:
                    self._commands.append(self._shop.command("-m", "robo", "trigger", office, "-i", f"batch={file}"))
            self._let_end()

    def _missing(self, office: str) -> bool:
        open_ = self._shop.asked(
            f"SELECT key FROM item WHERE state NOT IN ('done', 'refused', 'skipped') AND key LIKE '%{office}%'"
        )
        return bool(open_) or set(self._shop.rows[office]) != set(self._shop.entered(office))

    def _orphans(self) -> list[Process]:
        until = time.monotonic() + GONE
        while (left := self._shop.left()) and time.monotonic() < until:
            time.sleep(0.2)
        return left


def role(process: Process) -> str:
    """What it is to a run of the service."""
    return "runner" if "robo_scheduler.work.runner" in process.command else process.role or ""


def soak(load: Load, seed: int, told: Callable[[str], None] = lambda said: None) -> Soaked:
    """Soak a workshop of its own; its folder is kept where something was wrong."""
    folder = Path(tempfile.mkdtemp(prefix="robo-soak-"))
    workshop = Workshop(folder / "w")
    workshop.open()
    try:
        found = Soak(workshop, load, seed, told).run()
    finally:
        workshop.close()
        for process in workshop.left():
            kill(process)
    if found.books.wrong:
        found.books.wrong.append(f"all is kept in {folder}")
    else:
        shutil.rmtree(folder)
    return found


def main() -> int:
    """Exit code 1 if anything was wrong."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 1_000_000
    print(f"seed {seed}, {minutes:g} minutes", flush=True)  # noqa: T201
    found = soak(Load(minutes * 60, locked=min(35.0, minutes * 12)), seed, lambda said: print(said, flush=True))  # noqa: T201
    for what in found.books.wrong:
        print(what)  # noqa: T201
    struck = ", ".join(f"{name} {count}" for name, count in sorted(found.kills.items()))
    figures = found.books
    print(f"killed: {struck}; cancelled {found.cancelled}; fires {figures.fires}")  # noqa: T201
    print(f"at most at once: {figures.at_once}")  # noqa: T201
    print(figures)  # noqa: T201
    return 1 if found.books.wrong else 0


_LOCK = """
import sqlite3, sys, time
store = sqlite3.connect(".robo/robo.db", isolation_level=None, timeout=60)
store.execute("BEGIN IMMEDIATE")
time.sleep(float(sys.argv[1]))
store.execute("ROLLBACK")
"""

if __name__ == "__main__":
    sys.exit(main())
