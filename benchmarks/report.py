"""What a report costs: seconds of the processor and bytes, by the number of items; and a picture of a page, by itself.

`python -m benchmarks.report [--items N ...] [--pictures N]`. The run is written into a store as the engine writes it:
nine in ten items done with twelve fields, one refused with its page. The part of loading Jinja2 is told apart, since
only a command that writes a report pays it.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from robo.browser import Page
from robo.kit.change import Change
from robo.kit.lane import Lane, Site
from robo.kit.patience import within
from robo.practice.office import Office
from robo.report import write_report
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Journal
from robo.run.storage.ledger import Ledger
from robo.run.storage.store import Store
from robo.run.told.folder import RunFolder
from robo.run.told.stored import StoredRun, find_run

RUN = "2026-01-01-090000-demandes"
FIELDS = {f"Champ {number}": f"valeur {number}" for number in range(12)}
FLOW = "robo: 1\nname: Saisie\ngain: {minutes_per_item: 4}\nsteps: []\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--items", type=int, nargs="+", default=[60, 1000, 10_000])
    parser.add_argument("--pictures", type=int, default=20)
    asked = parser.parse_args()
    print(f"loading what writes it: {loading():.2f} s of the processor, once a command")
    for count in asked.items:
        with tempfile.TemporaryDirectory() as folder:
            store, run = written(Path(folder), count)
            seconds = cost(lambda store=store, run=run: write_report(store, run))  # type: ignore[misc]
            size = (run.folder / "report.html").stat().st_size
            store.close()
        each = seconds / count * 1000
        print(f"{count:6} items: {seconds:.2f} s ({each:.2f} ms an item), {size / 1e6:.2f} MB")
    if asked.pictures:
        print(f"a page kept, where something went wrong: {pictures(asked.pictures) * 1000:.0f} ms")


def written(folder: Path, count: int) -> tuple[Store, StoredRun]:
    """A run of so many items, as the engine would have written it."""
    store, clock = Store(folder / "robo.db"), SystemClock()
    kept = RunFolder.make(folder / RUN, FLOW, {})
    (kept.path / "evidence" / "0001.txt").write_text("http://bureau/demandes\nDemande refusée", encoding="utf-8")
    journal = Journal(store, RUN, clock)
    ledger = Ledger(store, "production/demandes/row", journal, clock, RUN, 1)
    now = clock.now().isoformat()
    with store.write():
        store.all(
            "INSERT INTO run VALUES "
            "(:id, 'demandes.yaml', 'production', 'done', NULL, 1, '{}', :now, :now, :folder, '')",
            id=RUN, now=now, folder=str(kept.path),
        )  # fmt: skip
        journal.note("run.began", flow="Saisie", environment="production", by="bench")
        journal.note("loop.began", ledger=ledger.name, items=count, source="demandes.xlsx")
        for number in range(1, count + 1):
            item(ledger, journal, number)
    return store, find_run(store, RUN)


def item(ledger: Ledger, journal: Journal, number: int) -> None:
    """One item from its beginning to its end."""
    key = f"D{number:05}"
    ledger.begin(key, FIELDS, number + 1, fresh=True)
    for step, action in enumerate(("open", "fill"), 1):
        journal.note("step.done", ledger=ledger.name, key=key, step=f"2/each/{step}", action=action, saved={})
    change = Change("press “Enregistrer” on http://bureau/demandes", preview=FIELDS)
    ledger.intend(key, "submit", "2/each/3", change, {}, {}, "", "bench")
    made = ledger.open_change(key)
    assert made is not None
    if number % 10:
        ledger.receipt(made, {"reference": number}, {"reference": number})
        ledger.end(key, "done")
    else:
        journal.note("evidence", ledger=ledger.name, key=key, files={"text": "0001.txt"})
        ledger.not_made(made, "refused", "refused", "Demande refusée – Montant nul")


def cost(do: Callable[[], object], rounds: int = 3) -> float:
    """Seconds of the processor, the median of some rounds."""
    told = []
    for _round in range(rounds):
        before = time.process_time()
        do()
        told.append(time.process_time() - before)
    return statistics.median(told)


def loading() -> float:
    """Seconds of the processor that a fresh process needs for the imports alone."""
    ask = "import time; b = time.process_time(); import robo.report.page, jinja2; print(time.process_time() - b)"
    told = [subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True) for _ in range(5)]
    return statistics.median(float(one.stdout) for one in told)


def pictures(count: int) -> float:
    """Seconds that keeping a page takes, the browser's work included."""
    with Office() as office, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = Site("bureau", office.address)
        page = Page.open(Lane(folder, folder, folder / "scratch", site=site, sites=(site,)))
        try:
            with within(20):
                page.tab.goto(f"{office.address}/connexion")
            told = []
            for number in range(count):
                before = time.monotonic()
                page.evidence(folder, f"{number:04}")
                told.append(time.monotonic() - before)
        finally:
            page.close()
    return statistics.median(told)


if __name__ == "__main__":
    main()
