"""Many runs with kills at random instants, one after another or side by side, and the figures of them all."""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from kill.desk import GONE, Desk, Told
from kill.processes import ROLES, Process, Role, below, kill, left_after
from robo.practice.office import Faults, Office, self_signed

RESUMES = 2
"""So often a run may be resumed."""
YIELDS = 5.0
"""Seconds in which a lane whose browser or driver died ends by itself, with all that is below it."""


@dataclass(frozen=True)
class Scenario:
    """An office with its faults."""

    name: str
    faults: Faults = field(default_factory=Faults)
    tls: bool = False


FAST = Scenario("fast")
SLOW = Scenario("slow", Faults(late=3.0))
LOSING = Scenario("losing answers", Faults(lose=0.15))
LOSING_TLS = Scenario("losing answers over TLS", Faults(lose=0.15), tls=True)
SCENARIOS = (FAST, SLOW, LOSING, LOSING_TLS)


@dataclass
class Figures:
    """What came of some runs. wrong: everything that should not be, in words; empty if all is well."""

    runs: int = 0
    kills: Counter[Role] = field(default_factory=Counter)
    rows: int = 0
    twice: int = 0
    lost: int = 0
    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Count these as well."""
        self.runs += other.runs
        self.kills += other.kills
        self.rows += other.rows
        self.twice += other.twice
        self.lost += other.lost
        self.asked += other.asked
        self.wrong += other.wrong

    def __str__(self) -> str:
        return f"kills {self.kills.total()}, rows {self.rows}, twice {self.twice}, lost {self.lost}, asked {self.asked}"


def campaign(
    scenarios: Sequence[Scenario],
    kills: int,
    *,
    seed: int,
    at_once: int = 2,
    slack: float = 1.0,
    told: Callable[[str], None] = lambda said: None,
) -> Figures:
    """Run each scenario in turn until there were that many kills; `at_once` runs go side by side.

    slack: by how much longer than on a quiet machine what was kept alive may take to be gone. told: hears how each run
    went.
    """
    figures, lock, turns = Figures(), threading.Lock(), iter(range(10_000))

    def work() -> None:
        while True:
            with lock:
                if figures.kills.total() >= kills:
                    return
                turn = next(turns)
            began = time.monotonic()
            scenario = scenarios[turn % len(scenarios)]
            found = one_run(scenario, random.Random(f"{seed}/{turn}"), slack=slack)
            with lock:
                figures.add(found)
                told(f"{turn} {scenario.name}: {found}, {time.monotonic() - began:.0f} s {'; '.join(found.wrong)}")

    with ThreadPoolExecutor(at_once) as workers:
        for done in [workers.submit(work) for _worker in range(at_once)]:
            done.result()
    return figures


def one_run(scenario: Scenario, chance: random.Random, *, rows: int = 7, slack: float = 1.0) -> Figures:
    """One workbook entered in spite of kills, each of another kind of process, at instants drawn from `chance`."""
    folder = Path(tempfile.mkdtemp(prefix="robo-kill-"))
    try:
        tls = self_signed(folder) if scenario.tls else None
        with Office(faults=scenario.faults, tls=tls) as office:
            desk = Desk(folder / "desk", office, rows=rows)
            try:
                figures = _Run(desk, chance, slack).go()
            finally:
                desk.end()
        figures.wrong = [f"{scenario.name}: {what} [{folder}]" for what in figures.wrong]
    except BaseException as error:
        error.add_note(f"{scenario.name}, kept in {folder}")
        raise
    if not figures.wrong:
        shutil.rmtree(folder)
    return figures


class _Run:
    """One run being killed again and again."""

    def __init__(self, desk: Desk, chance: random.Random, slack: float) -> None:
        self._desk, self._chance, self._slack = desk, chance, slack
        self._figures = Figures(runs=1)
        self._resumes = 0

    def go(self) -> Figures:
        """Until its end, which nobody disturbs any more."""
        desk = self._desk
        roles = [role for role in ROLES for _turn in range(RESUMES if role == "supervisor" else 1)]
        self._chance.shuffle(roles)
        desk.start()
        for role in roles:
            self._await_instant()
            if not desk.running:
                break
            self._strike(role)
        self._judge(self._end())
        return self._figures

    def _await_instant(self) -> None:
        """Some requests later, and then some milliseconds; or in the midst of starting."""
        desk, chance = self._desk, self._chance
        if chance.random() < 0.15:
            _sleep_while(desk, chance.uniform(0.0, 1.5))
            return
        until = len(desk.office.log) + chance.randint(1, 8)
        patience = time.monotonic() + 20
        while desk.running and len(desk.office.log) < until and time.monotonic() < patience:
            time.sleep(0.002)
        _sleep_while(desk, chance.uniform(0.0, 0.25))

    def _strike(self, role: Role) -> None:
        """Kill it; whatever it kept alive is gone a little later."""
        desk = self._desk
        if role == "supervisor":
            began = desk.began
            left = desk.kill_supervisor()
            self._struck(role, left, GONE)
            self._resumes += began
            desk.start()
            return
        victim = _await_one(desk, role)
        if victim is None:
            return
        lane = next((one for one in desk.processes() if one.role == "lane"), None)
        watched = [lane, *below(lane.pid)] if lane else []
        if kill(victim):
            seconds = self._slack * (GONE if role == "lane" else YIELDS)
            self._struck(role, left_after(watched, None, seconds), seconds)

    def _struck(self, role: Role, left: list[Process], seconds: float) -> None:
        self._figures.kills[role] += 1
        if left:
            named = ", ".join(f"{one.pid} {one.command[:120]}" for one in left)
            self._figures.wrong.append(f"{seconds:g} s after the {role} was killed there is still {named}")

    def _end(self) -> Told:
        """Until nothing is left to do: a row whose robot was killed three times has failed until the next run."""
        told = self._desk.wait()
        while (told.code not in (0, 1) or told.failed) and self._resumes < RESUMES + 1:
            self._resumes += 1
            self._desk.start()
            told = self._desk.wait()
        return told

    def _judge(self, told: Told) -> None:
        figures, books = self._figures, self._desk.books()
        figures.rows, figures.twice, figures.lost = books.rows, len(books.twice), len(books.lost)
        figures.asked = len(told.waiting)
        wrong = figures.wrong
        # 1: the office refused a row, which is told.
        if told.code != 1:
            wrong.append(f"ended with {told.code} after {self._resumes} resumes: {told.said} {told.errors[-2000:]}")
        wrong += [f"{key} was asked about" for key in told.waiting]
        wrong += [f"{number} was entered twice" for number in books.twice]
        wrong += [f"{number} was never entered" for number in books.lost]
        wrong += [f"the reference of {number} is not in the workbook" for number in books.missing]


def _await_one(desk: Desk, role: Role) -> Process | None:
    """The process of that kind, as soon as there is one."""
    patience = time.monotonic() + 10
    while desk.running and time.monotonic() < patience:
        found = next((one for one in desk.processes() if one.role == role), None)
        if found:
            return found
        time.sleep(0.01)
    return None


def _sleep_while(desk: Desk, seconds: float) -> None:
    until = time.monotonic() + seconds
    while desk.running and time.monotonic() < until:
        time.sleep(0.005)


__all__ = ["SCENARIOS", "Figures", "Scenario", "campaign"]
