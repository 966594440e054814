"""What the guard of a dry run costs: rows looked at per second and the browser's start, with the guard against without.

`python -m benchmarks.guard [--rows N] [--rounds N]`. A row is opened, filled and looked at as `submit` does before its
press. The two take turns; a ratio compares the two of one round, so that a machine that is busy for a while slows both.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.entry import line

from robo.browser import Page, fill, login, open_, submit
from robo.kit.lane import Account, Lane, Site
from robo.kit.patience import within
from robo.kit.secrets import Secret
from robo.kit.types import Place
from robo.practice.office import PASSWORD, USER, Office

MOST_START = 1.15
LEAST_ROWS = 0.9
_ROW: Mapping[str, Any] = {
    "Civilité": "Madame",
    "Nom": "Dupont",
    "Prénom": "Anne",
    "Date de naissance": "01/02/1980",
    "Code postal": "31000",
    "Commune": "Toulouse",
    "Type de demandeur": "Association",
    "Montant demandé (€)": "1250,50",
    "Dossier urgent": "oui",
    "Observations": "À revoir",
}


def measured(office: Office, folder: Path, rows: int, dry: bool) -> tuple[float, float]:
    """(seconds until the browser has started, rows per second)."""
    site = Site("bureau", office.address)
    began = time.perf_counter()
    page = Page.open(Lane(folder, folder, folder / "scratch", site=site, sites=(site,), dry=dry))
    started = time.perf_counter() - began
    try:
        with within(30):
            login(account=_account(site), page=page)
        _rehearse(page, 0)
        began = time.perf_counter()
        for row in range(rows):
            _rehearse(page, row + 1)
        return started, rows / (time.perf_counter() - began)
    finally:
        page.close()
        shutil.rmtree(folder, ignore_errors=True)


def _rehearse(page: Page, row: int) -> None:
    with within(30):
        open_("/demandes/nouvelle", page)
        fill({"Numéro de demande": f"2026-{row:05d}", **_ROW}, page)
        saying = submit(Place(any="Enregistrer"), page)
        next(saying)
        saying.close()
        page.crossings()


def _account(site: Site) -> Account:
    user, password = Place(label="Identifiant"), Place(label="Mot de passe")
    return Account("bureau", site, "/connexion", user, USER, password, Secret(PASSWORD), "Se connecter", "Bienvenue")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="robo-bench-"))
    with Office() as office:
        measured(office, folder / "w", 1, dry=True)  # fills the caches of the machine, starts the driver
        pairs = [
            (
                measured(office, folder / "g", asked.rows, dry=True),
                measured(office, folder / "b", asked.rows, dry=False),
            )
            for _round in range(asked.rounds)
        ]
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{asked.rows} rows, {asked.rounds} rounds")
    print(f"{'':<28}{'median':>9}{'quartiles':>11}")
    print(line("start with the guard", [guarded[0] for guarded, _bare in pairs], "s"))
    print(line("start without", [bare[0] for _guarded, bare in pairs], "s"))
    starts = [guarded[0] / bare[0] for guarded, bare in pairs]
    print(line("ratio of start", starts, f"(at most {MOST_START})"))
    print(line("rows with the guard", [guarded[1] for guarded, _bare in pairs], "rows/s"))
    print(line("rows without", [bare[1] for _guarded, bare in pairs], "rows/s"))
    print(line("ratio of rows", [guarded[1] / bare[1] for guarded, bare in pairs], f"(at least {LEAST_ROWS})"))


if __name__ == "__main__":
    main()
