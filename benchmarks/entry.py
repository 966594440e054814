"""Robo against a script written by hand: rows per second on the same workbook, and the time of a whole short process.

`python -m benchmarks.entry [--rows N] [--rounds N] [--starts N]`. The two take turns, each round on an office without
entries; a ratio compares the two of one round, so that a machine that is busy for a while slows both.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

from robo.browser.chromium import executable
from robo.practice.office import Office
from robo.practice.workspace import lay_out, robo_toml

BARE = Path(__file__).with_name("bare.py")
LEAST_ROWS = 0.95
MOST_START = 1.2

_ENTER = """\
robo: 1
name: Saisie des demandes
settings: {site: bureau}
steps:
  - login: bureau
  - for_each_row:
      in: demandes.xlsx
      sheet: Demandes
      key: row.numero
      steps:
        - open: /demandes/nouvelle
        - fill: {Numéro de demande: =row.numero, Civilité: =row.civilite, Nom: =row.nom, Prénom: =row.prenom}
        - fill: {Date de naissance: =row.date_de_naissance, Code postal: =row.code_postal, Commune: =row.commune}
        - fill: {Type de demandeur: =row.type, Montant demandé (€): =row.montant, Dossier urgent: =row.urgent}
        - fill: {Observations: =row.observations}
        - submit: {button: Enregistrer, expect: "Demande {{ row.numero }}", refuse: Demande refusée, read: {reference: "#reference"}}
      write_back: {Référence: =reference, Saisi le: =now()}
"""  # noqa: E501

_OPEN = """\
robo: 1
name: Ouvrir une page
settings: {site: bureau}
steps:
  - open: /connexion
"""


class Bench:
    """An office, and a folder in which each process starts afresh."""

    def __init__(self, office: Office, folder: Path) -> None:
        self._office, self._folder = office, folder
        self._environment = {**os.environ, "ROBO_BROWSER": str(executable())}

    def rate_of_robo(self, rows: int) -> float:
        """Rows per second of `robo run`."""
        self._workspace(rows)
        return self._rate([sys.executable, "-m", "robo", "run", "entrer"], rows)

    def rate_of_bare(self, rows: int) -> float:
        """Rows per second of the script."""
        self._workspace(rows)
        return self._rate([sys.executable, str(BARE), self._office.address, "demandes.xlsx"], rows)

    def start_of_robo(self) -> float:
        """Seconds of `robo run` on a flow that opens one page."""
        self._workspace(0)
        return self._seconds([sys.executable, "-m", "robo", "run", "ouvrir"])

    def start_of_bare(self) -> float:
        """Seconds of the script that opens one page."""
        self._workspace(0)
        return self._seconds([sys.executable, str(BARE), self._office.address])

    def _rate(self, command: Sequence[str], rows: int) -> float:
        """Between the first entry and the last, as the office saw them: neither start nor end counts."""
        self._office.reset()
        self._seconds(command)
        records = self._office.records
        if [record.number for record in records] != [_number(row) for row in range(rows)]:
            raise SystemExit(f"{command}: {len(records)} of {rows} rows were entered")
        return (rows - 1) / (records[-1].committed_at - records[0].committed_at)

    def _seconds(self, command: Sequence[str]) -> float:
        began = time.perf_counter()
        done = subprocess.run(
            command, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - began
        if done.returncode:
            raise SystemExit(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return seconds

    def _workspace(self, rows: int) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        # The page that is opened to measure a start is the one that asks to sign in.
        told = robo_toml(self._office.address).splitlines(keepends=True)
        lay_out(self._folder, "".join(line for line in told if not line.startswith("signed_out")))
        (self._folder / "flows" / "entrer.yaml").write_text(_ENTER)
        (self._folder / "flows" / "ouvrir.yaml").write_text(_OPEN)
        if rows:
            _fill(self._folder / "demandes.xlsx", rows)


def _number(row: int) -> str:
    return f"2026-{row + 1:05d}"


def _fill(path: Path, rows: int) -> None:
    """A workbook of that many applications, none of which the office refuses."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Demandes"
    names = "Numéro Civilité Nom Prénom Date_de_naissance Code_postal Commune Type Montant Urgent Observations"
    sheet.append([name.replace("_", " ") for name in f"{names} Référence Saisi_le".split()])
    for row in range(rows):
        who = ("Madame", "Monsieur")[row % 2], f"Nom {row}", f"Prénom {row}", date(1950, 1, 1) + timedelta(97 * row)
        what = ("Particulier", "Association")[row % 2], 150 + row / 4, ("oui", "non")[row % 2], "À revoir" * (row % 3)
        sheet.append([_number(row), *who, "31000", "Toulouse", *what])
    workbook.save(path)


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile; of one value alone that value."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    lower, middle, upper = statistics.quantiles(values, n=4, method="inclusive")
    return lower, middle, upper


def line(name: str, values: Sequence[float], unit: str = "") -> str:
    """One row of the table."""
    lower, middle, upper = quartiles(values)
    return f"{name:<28}{middle:>9.3f}{lower:>11.3f}{upper:>9.3f}  {unit}".rstrip()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--starts", type=int, default=10)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="robo-bench-"))
    try:
        with Office() as office:
            bench = Bench(office, folder / "workspace")
            bench.start_of_bare(), bench.start_of_robo()  # fills the caches of the machine
            starts = [(bench.start_of_robo(), bench.start_of_bare()) for _round in range(asked.starts)]
            rates = [(bench.rate_of_robo(asked.rows), bench.rate_of_bare(asked.rows)) for _round in range(asked.rounds)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{asked.rows} rows, {asked.rounds} rounds, {asked.starts} starts; {os.cpu_count()} processors")
    print(f"{'':<28}{'median':>9}{'quartiles':>11}")
    if rates:
        print(line("robo run", [robo for robo, _bare in rates], "rows/s"))
        print(line("script by hand", [bare for _robo, bare in rates], "rows/s"))
        print(line("ratio of rows", [robo / bare for robo, bare in rates], f"(at least {LEAST_ROWS})"))
    if starts:
        print(line("start-up of robo run", [robo for robo, _bare in starts], "s"))
        print(line("start-up of the script", [bare for _robo, bare in starts], "s"))
        print(line("ratio of start-up", [robo / bare for robo, bare in starts], f"(at most {MOST_START})"))


if __name__ == "__main__":
    main()
