"""The truth after a soak: what the offices hold, what the bench saw, and what the store says of every run."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from kill.processes import Process
from service.workshop import HELD, HOLDS, OFFICES, Workshop


@dataclass
class Books:
    """Figures, and in `wrong` everything that should not be, in words; empty if all is well."""

    runs: int = 0
    items: int = 0
    asked: int = 0
    twice: int = 0
    lost: int = 0
    orphans: int = 0
    fires: int = 0
    at_once: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"runs {self.runs}, items {self.items}, asked {self.asked}, twice {self.twice}, lost {self.lost}, "
            f"orphans {self.orphans}"
        )


def books(shop: Workshop, cancelled: set[str], orphans: list[Process]) -> Books:
    """Compare them. cancelled: the runs that somebody asked to end, whose pieces need not be made."""
    found = Books(orphans=len(orphans))
    found.wrong += [f"a minute later there is still {one.pid} {one.command[:150]}" for one in orphans]
    _runs(shop, cancelled, found)
    _keys(shop, cancelled, found)
    _rows(shop, found)
    _fires(shop, found)
    _limits(shop, found)
    return found


def _runs(shop: Workshop, cancelled: set[str], found: Books) -> None:
    for run, state, reason in shop.asked("SELECT id, state, coalesce(reason, '') FROM run"):
        found.runs += 1
        if state in ("queued", "admitted", "running", "interrupted"):
            found.lost += 1
            found.wrong.append(f"{run} has not ended: {state} {reason}")
        elif state == "waits":
            found.asked += 1
            found.wrong.append(f"{run} waits: {reason}")
        elif state != "done" and not (state == "stopped" and run in cancelled):
            found.wrong.append(f"{run} is {state}: {reason}")


def _keys(shop: Workshop, cancelled: set[str], found: Books) -> None:
    """Each key is one run and its piece made once, whoever asked how often."""
    runs, pieces = defaultdict(set), {}
    for file in sorted(shop.root.glob("asked-*.txt")):
        for line in file.read_text().splitlines():
            key, kind, piece, run = line.split(" ")
            runs[key].add(run)
            pieces[kind, piece] = run
    made = Counter((kind, piece) for _at, _process, what, kind, piece in shop.bench if what == "made")
    for key, known in runs.items():
        if len(known) > 1:
            found.twice += 1
            found.wrong.append(f"{key} is more than one run: {known}")
    for one, run in pieces.items():
        found.items += bool(made[one])
        found.twice += made[one] > 1
        if made[one] > 1:
            found.wrong.append(f"{one} was made {made[one]} times")
        if not made[one] and run not in cancelled:
            found.lost += 1
            found.wrong.append(f"{one} was never made, by {run}")


def _rows(shop: Workshop, found: Books) -> None:
    for office in OFFICES:
        entered = shop.entered(office)
        found.items += len(entered)
        for number in shop.rows[office]:
            if entered[number] > 1:
                found.twice += 1
                found.wrong.append(f"{number} was entered {entered[number]} times")
            if not entered[number]:
                found.lost += 1
                found.wrong.append(f"{number} was never entered")
    open_ = shop.asked(
        "SELECT key, state, coalesce(reason, '') FROM item WHERE state = 'in_doubt' OR waits IS NOT NULL"
    )
    found.asked += len(open_)
    found.wrong += [f"{key} is asked about: {state} {reason}" for key, state, reason in open_]


def _fires(shop: Workshop, found: Books) -> None:
    """Each minute of each clock has one run, and so has each run after which another flow comes."""
    made = Counter(piece for _at, _process, what, _kind, piece in shop.bench if what == "made")
    runs = Counter(run for (run,) in shop.asked("SELECT run FROM submission WHERE source = 'schedule'"))
    fires = shop.asked("SELECT trigger, slot, due_at, what, coalesce(run, '') FROM fire ORDER BY trigger, due_at")
    due: dict[str, list[datetime]] = defaultdict(list)
    for trigger, slot, at, what, run in fires:
        found.fires += 1
        due[trigger].append(datetime.fromisoformat(at))
        found.items += bool(made[run])
        found.twice += made[run] > 1 or runs[run] > 1
        if what != "run" or made[run] != 1 or runs[run] != 1:
            found.wrong.append(f"{trigger}, {slot}: {what} {run}, {runs[run]} runs, made {made[run]} times")
    for run in runs.keys() - {fire[-1] for fire in fires}:
        found.wrong.append(f"{run} was due at no time")
    for trigger, since in shop.asked("SELECT name, since FROM trigger_known WHERE flow LIKE 'clock-%'"):
        times = due[trigger]
        gaps = [b - a for a, b in pairwise(times)]
        if any(gap != timedelta(minutes=1) for gap in gaps) or times[:1] > [
            datetime.fromisoformat(since) + timedelta(minutes=1)
        ]:
            found.lost += 1
            found.wrong.append(f"{trigger}, known since {since}, was due at {times}")
    followed = {slot for trigger, slot, *_ in fires if trigger.partition(":")[0].endswith("behind")}
    for run in {run for (run,) in shop.asked("SELECT id FROM run WHERE flow LIKE '%/fast.yaml' AND state = 'done'")}:
        if run not in followed:
            found.lost += 1
            found.wrong.append(f"nothing came after {run}")


def _limits(shop: Workshop, found: Books) -> None:
    """How many had a share of each resource at once. One that was killed had it until its last sign of life."""
    spans: dict[tuple[str, str, str], list[float]] = {}
    for at, process, _what, kind, piece in shop.bench:
        spans.setdefault((process, kind, piece), [at, at])[1] = at
    for resource, most in HELD.items():
        turns = []
        for (_process, kind, _piece), (begun, ended) in spans.items():
            if resource in HOLDS.get(kind, ()):
                turns += [(begun, 1), (ended, -1)]
        now = highest = 0
        for _at, one in sorted(turns):
            now += one
            highest = max(highest, now)
        found.at_once[resource] = highest
        if highest > most:
            found.wrong.append(f"{resource}: {highest} at once, of {most} at most")
