"""The measure of things: the same entries by a script as somebody would write it by hand, without any of Robo.

`python bare.py ADDRESS WORKBOOK` enters all rows; `python bare.py ADDRESS` opens one page and ends.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright


def main() -> None:
    """Print how many references were read."""
    address, workbook = sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["ROBO_BROWSER"], args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        page = browser.new_page(locale="fr-FR", viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/connexion")
        if workbook:
            sign_in(page)
            references = [enter(page, address, row) for row in read(workbook)]
            print(len(references))
        browser.close()


def read(workbook: Path) -> list[dict[str, Any]]:
    """The rows, by the names in the first one."""
    from openpyxl import load_workbook

    names, *rows = load_workbook(workbook, read_only=True)["Demandes"].iter_rows(values_only=True)
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


def sign_in(page: Page) -> None:
    """As the practice office wants it."""
    page.get_by_label("Identifiant").fill("robot-31")
    page.get_by_label("Mot de passe").fill("demonstration")
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_text("Bienvenue").wait_for()


def enter(page: Page, address: str, row: dict[str, Any]) -> str:
    """One row; returns the reference that the office gave it."""
    page.goto(f"{address}/demandes/nouvelle")
    page.get_by_label("Numéro de demande").fill(row["Numéro"])
    page.get_by_label(row["Civilité"], exact=True).check()
    page.get_by_label("Nom", exact=True).fill(row["Nom"])
    page.get_by_label("Prénom").fill(row["Prénom"])
    page.get_by_label("Date de naissance").fill(f"{row['Date de naissance']:%Y-%m-%d}")
    page.get_by_label("Code postal").fill(str(row["Code postal"]))
    page.get_by_label("Commune").fill(row["Commune"])
    page.get_by_label("Type de demandeur").select_option(row["Type"])
    page.get_by_label("Montant demandé (€)").fill(str(row["Montant"]).replace(".", ","))
    page.get_by_label("Dossier urgent").set_checked(row["Urgent"] == "oui")
    page.get_by_label("Observations").fill(row["Observations"] or "")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text(f"Demande {row['Numéro']}").first.wait_for()
    return page.locator("#reference").inner_text()


if __name__ == "__main__":
    main()
