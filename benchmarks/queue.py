"""What the service costs: from asked for to the first step, runs per second, and what it takes while nothing is to do.

`python -m benchmarks.queue [--runs N] [--rounds N] [--idle SECONDS] [--flows N]`. A run does nothing but note when it
does its step. Asking the service and `robo run` take turns, and the start of a process is what the latter takes from
its start to that step. The store alone is held against the same by hand: INSERT, claim, finish, three commits a run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.entry import line

from robo.cli.desk import Desk
from robo.flow.load import load_flow
from robo.run.admission.submission import Asked, submit
from robo.run.admission.turns import admit, ended, take

MOST_ABOVE, MOST_IDLE, MOST_LOAD = 0.25, 1.0, 2.0
_ROBOT = '''\
"""Notes when it works."""
import os
import time
from pathlib import Path

from robo import action


@action
def note(file: Path) -> None:
    """Write down the time.

    file: where
    """
    handle = os.open(file, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(handle, f"{time.monotonic()}\\n".encode())
    os.close(handle)
'''
_FLOW = """\
robo: 1
steps:
  - clock.note: noted.txt
"""
_SCHEDULED = """\
robo: 1
schedule:
  - every: day at {hour:02d}:{minute:02d}
steps:
  - log: nothing
"""


class Service:
    """A workspace in a new folder, and its service at work."""

    def __init__(self, folder: Path, flows: int = 0, slots: int = 4) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "flows").mkdir(parents=True)
        (folder / "robots").mkdir()
        (folder / "robo.toml").write_text("[workspace]\n")
        (folder / "robots" / "clock.py").write_text(_ROBOT)
        (folder / "flows" / "noted.yaml").write_text(_FLOW)
        for number in range(flows):
            text = _SCHEDULED.format(hour=number // 60 % 24, minute=number % 60)
            (folder / "flows" / f"scheduled-{number:04d}.yaml").write_text(text)
        self.folder = folder
        self._desk = Desk(folder, True, "en")
        self._workspace, self.store = self._desk.workspace(), self._desk.store
        self._flow = load_flow("noted", self._workspace, self._desk.shelf, self._desk.vault)
        self._slots = slots
        self.used: list[float] = []
        """CPU seconds of each `robo run`."""

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        self._log = self.folder / "service.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "robo", "--lang", "en", "serve", "--slots", str(self._slots)],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._until(lambda: "is at work" in self._log.read_text())
        self.started = time.perf_counter() - self._began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(60)
        self.store.close()

    def ask(self) -> str:
        """Ask for a run; its name."""
        return submit(self._workspace, self.store, self._flow, {}, Asked("trigger", "bench")).run

    def latency(self) -> float:
        """Seconds from the commit of what was asked to its first step."""
        before = len(self.noted)
        self.ask()
        asked = time.monotonic()
        self._until(lambda: len(self.noted) > before and not self.open)
        return self.noted[-1] - asked

    def start(self) -> float:
        """Seconds from the start of `robo run` to its first step."""
        began, used = time.monotonic(), os.times()
        self._command("run", "noted")
        now = os.times()
        self.used.append(now.children_user + now.children_system - used.children_user - used.children_system)
        return self.noted[-1] - began

    def burst(self, runs: int) -> tuple[float, float]:
        """(runs per second, CPU seconds of a run) of that many that wait."""
        self._command("pause", "noted")
        for _run in range(runs):
            self.ask()
        before, began = self.cpu, time.perf_counter()
        self._command("unpause", "noted")
        self._until(lambda: not self.open)
        seconds = time.perf_counter() - began
        time.sleep(0.5)  # until the last process was waited for
        return runs / seconds, (self.cpu - before) / runs

    def idle(self, seconds: float) -> tuple[float, float]:
        """(CPU seconds a minute, resident megabytes)."""
        time.sleep(2.0)
        before = self.cpu
        time.sleep(seconds)
        return (self.cpu - before) * 60 / seconds, self.resident

    def known(self) -> float | None:
        """Seconds from the start of the service until it knew every schedule; None where none is watched."""
        wanted = len(list((self.folder / "flows").glob("scheduled-*.yaml")))
        until = time.monotonic() + 20
        while time.monotonic() < until:
            row = self.store.one("SELECT count(*) FROM trigger_known")
            if row and row[0] >= wanted:
                return time.perf_counter() - self._began
            time.sleep(0.01)
        return None

    @property
    def open(self) -> bool:
        """Whether a run has not ended."""
        return self.store.one("SELECT 1 FROM run WHERE state IN ('queued', 'admitted', 'running')") is not None

    @property
    def noted(self) -> list[float]:
        file = self.folder / "noted.txt"
        return [float(text) for text in file.read_text().split()] if file.exists() else []

    @property
    def cpu(self) -> float:
        """Seconds of the processor, of the service and of all processes below it that have ended."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def _command(self, *words: str) -> None:
        subprocess.run([sys.executable, "-m", "robo", *words], cwd=self.folder, capture_output=True, check=True)

    def _until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + 300
        while not true():
            if time.monotonic() > end or self._process.poll() is not None:
                raise SystemExit(f"in vain\n{self._log.read_text()}")
            time.sleep(0.02)


def queue_alone(folder: Path, runs: int) -> tuple[float, float]:
    """(runs per second, CPU milliseconds of a run): asked for, admitted, begun and ended, with nothing done between."""
    service = Service(folder)
    cpu, began = time.process_time(), time.perf_counter()
    for _run in range(runs):
        name = service.ask()
        with service.store.write():
            take(service.store, name, 1, "bench")
        with service.store.write():
            ended(service.store, name, 1, "done", "", "2026-01-01")
            admit(service.store)
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    service.store.close()
    return runs / seconds, used / runs * 1000


def by_hand(folder: Path, runs: int) -> tuple[float, float]:
    """The same with the least that SQL can do."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    store = sqlite3.connect(folder / "bare.db", isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE run (id INTEGER PRIMARY KEY, state TEXT)")
    cpu, began = time.process_time(), time.perf_counter()
    for run in range(runs):
        store.execute("INSERT INTO run VALUES (?, 'queued')", (run,))
        store.execute("UPDATE run SET state = 'running' WHERE id = (SELECT id FROM run WHERE state = 'queued' LIMIT 1)")
        store.execute("UPDATE run SET state = 'done' WHERE id = ?", (run,))
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    store.close()
    return runs / seconds, used / runs * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--idle", type=float, default=30)
    parser.add_argument("--flows", type=int, default=1000)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="robo-bench-"))
    try:
        with Service(folder / "w") as service:
            service.start(), service.latency()  # fills the caches of the machine
            pairs = [(service.start(), service.latency()) for _round in range(asked.rounds)]
            rates = [service.burst(asked.runs) for _round in range(3)]
            idle, resident = service.idle(asked.idle)
        alone, bare = queue_alone(folder / "q", 500), by_hand(folder / "b", 500)
        with Service(folder / "f", asked.flows) as many:
            at_work, known = many.started, many.known()
            idle_many, resident_many = many.idle(asked.idle)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _show(pairs, rates, service.used, asked.runs)
    print(f"{'queue alone':<28}{alone[0]:>9.0f} runs/s, {alone[1]:.2f} ms CPU a run")
    print(f"{'the same by hand':<28}{bare[0]:>9.0f} runs/s, {bare[1]:.2f} ms CPU a run")
    print(f"{'idle':<28}{idle:>9.2f} s CPU a minute (at most {MOST_IDLE:g}), {resident:.0f} MB")
    told = "not watched" if known is None else f"{known:.2f} s (at most {MOST_LOAD:g})"
    print(f"{f'{asked.flows} scheduled flows':<28}{at_work:>9.2f} s until at work, all known after {told}")
    print(f"{'idle with them':<28}{idle_many:>9.2f} s CPU a minute, {resident_many:.0f} MB")


def _show(
    pairs: Sequence[tuple[float, float]], rates: Sequence[tuple[float, float]], used: Sequence[float], runs: int
) -> None:
    start = statistics.median(start for start, _latency in pairs)
    above = [latency - start for _start, latency in pairs]
    print(f"{len(pairs)} rounds, {runs} runs at once, 4 slots; {os.cpu_count()} processors")
    print(f"{'':<28}{'median':>9}{'quartiles':>11}")
    print(line("robo run to its first step", [start for start, _latency in pairs], "s"))
    print(line("asked for to first step", [latency for _start, latency in pairs], "s"))
    middle, most = percentile(above, 0.5), percentile(above, 0.95)
    print(f"{'above the start':<28}{middle:>9.3f}  p95 {most:.3f} s (at most {MOST_ABOVE:g})")
    print(line("runs", [rate for rate, _cpu in rates], "runs/s"))
    print(line("CPU of a run", [cpu for _rate, cpu in rates], "s"))
    print(line("CPU of robo run", used, "s"))


if __name__ == "__main__":
    main()
