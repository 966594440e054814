"""Very many runs at once: `python -m service.many [RUNS]` with tests/ on the path; last come the figures.

So many processes ask with one key, which is one run; then as many ask with a key each, of a flow of which two may run
at once, by priority.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from service.workshop import Workshop

AT_ONCE = 12
"""So many commands at once: the machine has only so many processors."""
PATIENCE = 900.0


@dataclass
class Many:
    """What came of it."""

    asked: int = 0
    runs: int = 0
    at_once: int = 0
    out_of_order: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"asked {self.asked}, runs {self.runs}, at once {self.at_once}, out of order {self.out_of_order}"


def many(count: int) -> Many:
    """All of it, in a workshop of its own; its folder is kept where something was wrong."""
    folder = Path(tempfile.mkdtemp(prefix="robo-many-"))
    shop = Workshop(folder / "w")
    shop.open()
    shop.stop_clocks()
    found = Many()
    try:
        _with_one_key(shop, count, found)
        _with_many(shop, count, found)
    finally:
        shop.close()
    if found.wrong:
        found.wrong.append(f"all is kept in {folder}")
    else:
        shutil.rmtree(folder)
    return found


def _with_one_key(shop: Workshop, count: int, found: Many) -> None:
    _all_of(shop, [("trigger", "piece", "-i", "piece=one", "--key", "one")] * count)
    found.asked += count
    made = len(shop.asked("SELECT id FROM run"))
    if made != 1:
        found.wrong.append(f"one key made {made} runs")
    folders = len(list((shop.root / "runs").iterdir()))
    if folders != 1:
        found.wrong.append(f"one key left {folders} folders")


def _with_many(shop: Workshop, count: int, found: Many) -> None:
    _all_of(shop, [("pause", "piece")])
    chance = random.Random(count)
    for_each = [
        ("-i", f"piece=p{number}", "--key", f"k{number}", "--priority", str(chance.randint(0, 9)))
        for number in range(count)
    ]
    _all_of(shop, [("trigger", "piece", *words) for words in for_each])
    found.asked += count
    shop.serve()
    _all_of(shop, [("unpause", "piece")])
    until = time.monotonic() + PATIENCE
    while shop.open_runs() and time.monotonic() < until:
        time.sleep(0.2)
    _judge(shop, count, found)


def _judge(shop: Workshop, count: int, found: Many) -> None:
    runs = shop.asked("SELECT id, state FROM run")
    found.runs = len(runs)
    found.wrong += [f"{run} is {state}" for run, state in runs if state != "done"]
    if len(runs) != count + 1:
        found.wrong.append(f"{count + 1} runs were asked for, {len(runs)} are there")
    now = 0
    for _at, _process, what, _kind, _piece in shop.bench:
        now += {"begun": 1, "made": -1}.get(what, 0)
        found.at_once = max(found.at_once, now)
    if found.at_once > 2:
        found.wrong.append(f"{found.at_once} at once")
    began = [
        (-priority, number)
        for priority, number in shop.asked(
            "SELECT submission.priority, submission.number FROM journal JOIN submission USING (run) "
            "WHERE kind = 'run.began' ORDER BY journal.rowid"
        )
    ]
    # Two have their turn at once, and may begin in either order: one more urgent may still be about to begin.
    found.out_of_order = sum(sum(other < one for other in began[place + 1 :]) > 1 for place, one in enumerate(began))
    if found.out_of_order:
        found.wrong.append(f"{found.out_of_order} began out of order")


def _all_of(shop: Workshop, commands: Sequence[tuple[str, ...]]) -> None:
    waiting = list(reversed(commands))
    running: list[subprocess.Popen[bytes]] = []
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            running.append(shop.command("-m", "robo", *waiting.pop()))
        running = [one for one in running if one.poll() is None]
        time.sleep(0.01)


def main() -> int:
    """Exit code 1 if anything was wrong."""
    found = many(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    for what in found.wrong:
        print(what)  # noqa: T201
    print(found)  # noqa: T201
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
