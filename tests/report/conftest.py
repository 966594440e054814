"""A run against the practice office that has one of everything, a dry run's plan, and a browser to look at pages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from robo.browser.chromium import executable
from robo.browser.driver import driver
from robo.flow.vault import Vault
from robo.practice.office import PASSWORD, USER, Faults, Office
from robo.practice.workbooks import write_applications

LOST, REFUSED = "2026-0119", "2026-0118"
"""The application whose answer gets lost, and the one that the office refuses."""

TOML = """
[sites.bureau]
address = "{address}"
signed_out = "Veuillez vous identifier"
[accounts.bureau]
site = "bureau"
open = "/connexion"
user = {{label = "Identifiant", value = "{user}"}}
password = {{label = "Mot de passe"}}
button = "Se connecter"
expect = "Bienvenue"
"""

FLOW = """\
robo: 1
name: Saisie des demandes
about: Ce que le courrier a apporté
gain: {minutes_per_item: 4, item: demande, measured_on: 12 demandes}
inputs:
  classeur: {type: file, default: demandes.xlsx, label: Classeur des demandes}
settings: {site: bureau}
steps:
  - login: bureau
  - for_each_row:
      in: =inputs.classeur
      key: row.numero
      columns: {Code postal: text, Montant: decimal}
      where: position >= 17 and position <= 20
      steps:
        - open: /demandes/nouvelle
        - fill: {Numéro de demande: =row.numero, Civilité: =row.civilite, Nom: =row.nom, Prénom: =row.prenom,
                 Date de naissance: =row.date_de_naissance, Code postal: =row.code_postal, Commune: =row.commune,
                 Type de demandeur: =row.type, Montant demandé (€): =row.montant}
        - submit: {button: Enregistrer, expect: "Demande {{ row.numero }}", refuse: Demande refusée,
                   read: {reference: "#reference"}}
      write_back: {Référence: =reference}
"""


@dataclass(frozen=True)
class Desk:
    """A workspace, and the command in it."""

    root: Path

    def robo(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "robo", *words, "--lang", "en"]
        surroundings = {**os.environ, **environment}
        return subprocess.run(
            command, cwd=self.root, env=surroundings, capture_output=True, encoding="utf-8", check=False, timeout=120
        )

    @property
    def folder(self) -> Path:
        (found,) = (self.root / "runs").iterdir()
        return found

    @property
    def report(self) -> Path:
        return self.folder / "report.html"


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """After its first run: two entered, one refused, one in doubt."""
    root = tmp_path_factory.mktemp("workspace")
    with Office(faults=Faults(lose=1.0, only=(LOST,))) as office:
        (root / "flows").mkdir()
        (root / "robo.toml").write_text(TOML.format(address=office.address, user=USER), encoding="utf-8")
        (root / "flows" / "demandes.yaml").write_text(FLOW, encoding="utf-8")
        write_applications(root / "demandes.xlsx")
        Vault(root / ".robo").set("bureau", PASSWORD)
        made = Desk(root)
        ended = made.robo("run", "demandes")
    assert ended.returncode == 4, ended.stdout + ended.stderr
    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One of its own; its driver is that of the process, since there may be no second one."""
    opened = driver().chromium.launch(executable_path=executable(), args=["--no-sandbox"])
    yield opened
    opened.close()


@dataclass
class Words(HTMLParser):
    """A page as text, its headings in order, and its commands."""

    text: str = ""
    headings: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._into: list[tuple[str, list[str], int]] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = self._hidden or tag in ("style", "script")
        command = tag == "code" and ("class", "command") in attrs
        into = {"h2": self.headings, "tr": self.rows}.get(tag, self.commands if command else None)
        if into is not None:
            self._into.append((tag, into, len(into)))
            into.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self._hidden = False
        if self._into and self._into[-1][0] == tag:
            self._into.pop()

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text += data
        for _tag, texts, place in self._into:
            texts[place] += data


def words(page: Path) -> Words:
    """The page, read."""
    found = Words()
    found.feed(re.sub(r"data:[^\"]+", "", page.read_text("utf-8")))
    return found


def plan(count: int) -> dict[str, Any]:
    """A plan with so many items, one of which would be refused, and one refused request."""
    items = [
        {
            "ledger": "production/demandes/row", "key": f"D{number:05}", "position": number + 1, "state": "planned",
            "source": "demandes.xlsx", "reason": "", "notes": [],
            "changes": [{
                "step": "2/each/3", "action": "submit", "summary": "press “Enregistrer”",
                "preview": {"Nom": f"Dupont {number}", "Montant": "1250.50", "Urgent": True, "Date": "2026-02-01"},
                "cells": [], "files": [{"from": "/a/in.pdf", "to": "/a/done/in.pdf"}],
                "documents": [{"name": "lettre.eml", "media_type": "message/rfc822", "file": "documents/lettre.eml"}],
                "gives": {"reference": {"not_known_yet": True}}, "remarks": ["“Prénom” is empty"],
            }],
        }
        for number in range(1, count + 1)
    ]  # fmt: skip
    items[-1] |= {"state": "refused", "reason": "no such postal code", "changes": []}
    return {
        "run": "2026-01-01-090000-demandes-dry", "flow": "demandes", "name": "Saisie des demandes", "dry": True,
        "state": "done", "reason": "", "environment": "production", "began_at": "2026-01-01T09:00:00",
        "ended_at": "2026-01-01T09:01:00", "rows": None, "items": items, "outside": [],
        "cells": [{"ledger": "production/demandes/row", "key": "D00001", "place": "demandes.xlsx, A!J2",
                   "column": "Référence", "before": None, "after": {"not_known_yet": True}}],
        "requests": [{"verdict": "refused", "method": "POST", "address": "http://office/recherche", "why": "unlisted",
                      "fields": {"numero": "D1"}, "line": 'harmless = ["POST /recherche"]', "step": "2/each/1",
                      "key": "D00001"}],
        "attention": ["two items would write to the same person"], "counts": {}, "next": "robo run demandes",
    }  # fmt: skip


@pytest.fixture
def planned(tmp_path: Path) -> Path:
    """The folder of a dry run of three items."""
    (tmp_path / "plan.json").write_text(json.dumps(plan(3)), encoding="utf-8")
    return tmp_path
