"""A workspace with a small workbook, the office that its flow enters it into, and `robo` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect
from typing import Any

from openpyxl import load_workbook

from kill.processes import Process, below, kill, left_after, marked
from robo.practice.office import Office
from robo.practice.post import Post
from robo.practice.workbooks import REFUSED_NUMBERS, write_applications
from robo.practice.workspace import lay_out, robo_toml

ROBO = (sys.executable, "-m", "robo")
LATE = 4.0
"""Seconds that robo.toml gives the office for a commit that comes late."""
GONE = 5.0
"""Seconds after which no process of a killed run may be left."""

_FLOW = """\
robo: 1
name: Saisie des demandes
settings: {site: bureau}
steps:
  - login: bureau
  - for_each_row:
      in: demandes.xlsx
      sheet: Demandes
      key: row.numero
      columns: {Code postal: text, Montant: decimal}
      steps:
        - open: /demandes/nouvelle
        - fill: {Numéro de demande: =row.numero, Civilité: =row.civilite, Nom: =row.nom, Prénom: =row.prenom}
        - fill: {Date de naissance: =row.date_de_naissance, Code postal: =row.code_postal, Commune: =row.commune}
        - fill: {Type de demandeur: =row.type, Montant demandé (€): =row.montant, Dossier urgent: =row.urgent}
        - fill: {Observations: =row.observations}
        - submit: {button: Enregistrer, expect: "Demande {{ row.numero }}", refuse: Demande refusée, read: {reference: "#reference"}}
"""  # noqa: E501

_FILED_AND_TOLD = """\
        - move: {file: "arrivee/{{ row.numero }}.pdf", to: "classement/{{ row.numero }}.pdf"}
        - send_mail: {to: =row.courriel, subject: "Demande {{ row.numero }}", text: "Votre référence : {{ reference }}"}
"""
_WRITE_BACK = """\
      write_back: {Référence: =reference, Saisi le: =now()}
"""
_ALREADY_DONE = """\
      already_done:
        steps:
          - open: /demandes/recherche
          - fill: {Numéro de demande: =row.numero}
          - click: Rechercher
          - read: {reference: "#reference"}
        found: "Demande {{ row.numero }}"
        absent: Aucune demande trouvée
"""


@dataclass(frozen=True)
class Told:
    """What `robo` said when it ended: its exit code, and the object of `--json`, empty where it was killed."""

    code: int
    said: dict[str, Any]
    errors: str

    @property
    def waiting(self) -> list[str]:
        """The keys about which a person is asked."""
        return [str(one["key"]) for one in self.said.get("waits", ())]

    @property
    def failed(self) -> int:
        """How many items failed, which the next run takes again."""
        return int(self.said.get("counts", {}).get("failed", 0))


@dataclass(frozen=True)
class Books:
    """The truth after a run, by the numbers of the rows. missing: entered, and not so in the workbook."""

    rows: int
    twice: list[str]
    lost: list[str]
    missing: list[str]


class Desk:
    """One workspace in `folder`, of which nothing is shared with any other run on this machine.

    post: where given, each item is also filed and told by mail: three changes.
    """

    def __init__(
        self, folder: Path, office: Office, *, rows: int = 7, already_done: bool = True, post: Post | None = None
    ) -> None:
        self.folder, self.office = folder, office
        self.book = folder / "demandes.xlsx"
        self._scratch = folder / "tmp"
        self._process: subprocess.Popen[str] | None = None
        toml = robo_toml(office.address, late=LATE, post=(post.address, post.mailbox) if post else None, folders=True)
        lay_out(folder, toml)
        self._scratch.mkdir()
        flow = _FLOW + (_FILED_AND_TOLD if post else "") + _WRITE_BACK + (_ALREADY_DONE if already_done else "")
        (folder / "flows" / "demandes.yaml").write_text(flow)
        self.numbers = _trim(write_applications(self.book), rows)
        for number in self.numbers if post else ():
            (folder / "arrivee").mkdir(exist_ok=True)
            (folder / "arrivee" / f"{number}.pdf").write_bytes(number.encode())

    @property
    def valid(self) -> list[str]:
        """The numbers of the rows that the office takes."""
        return [number for number in self.numbers if number not in REFUSED_NUMBERS]

    # ---- the command

    def start(self) -> None:
        """`robo run`, or `robo resume` where a run was begun before."""
        command = [*ROBO, *(("resume",) if self.began else ("run", "demandes")), "--json"]
        environment = {**os.environ, "TMPDIR": str(self._scratch)}
        with (self.folder / "errors.txt").open("a") as errors:
            self._process = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    @property
    def running(self) -> bool:
        """Whether the command has not ended yet."""
        return self._process is not None and self._process.poll() is None

    def decide(self, asked: Mapping[str, Any], answer: str) -> None:
        """What a person says about an item in doubt. asked: one of `waits`."""
        words = (*ROBO, "decide", "last", str(asked["key"]), answer, "--number", str(asked["number"]))
        subprocess.run(words, cwd=self.folder, check=True, capture_output=True)

    def command(self, *words: str) -> None:
        """Any other command, which must succeed."""
        subprocess.run((*ROBO, *words), cwd=self.folder, check=True, capture_output=True)

    def wait(self, seconds: float = 180.0) -> Told:
        """Let it come to its end. subprocess.TimeoutExpired if it does not; then all its processes are ended."""
        assert self._process
        try:
            said, _errors = self._process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.end()
            raise
        errors = (self.folder / "errors.txt").read_text()
        return Told(self._process.returncode, json.loads(said) if said.strip() else {}, errors)

    def end(self) -> None:
        """Nothing of it is to be left, whatever happened."""
        for process in (*self.processes(), *marked(str(self._scratch))):
            kill(process)
        if self._process:
            self._process.kill()
            self._process.communicate()

    def processes(self) -> list[Process]:
        """All of the run but the supervisor itself, parents first."""
        return below(self._process.pid) if self.running and self._process else []

    def kill_supervisor(self) -> list[Process]:
        """SIGKILL to the command; returns what is left of the run GONE seconds later."""
        assert self._process
        watched = self.processes()
        self._process.kill()
        self._process.communicate()
        return left_after(watched, str(self._scratch), GONE)

    # ---- the truth

    @property
    def began(self) -> bool:
        """Whether the workspace knows a run, which can then be resumed."""
        database = next(iter(self.folder.glob(".robo/*.db")), None)
        if database is None:
            return False
        with closing(connect(f"file:{database}?mode=ro", uri=True)) as store:
            known = store.execute("SELECT 1 FROM sqlite_master WHERE name = 'run'").fetchone()
            return known is not None and store.execute("SELECT 1 FROM run").fetchone() is not None

    def entered(self) -> Counter[str]:
        """How often the office holds each number."""
        return Counter(record.number for record in self.office.records)

    def references(self) -> dict[str, tuple[str | None, bool]]:
        """By number what the workbook holds: the reference, and whether the day of entry is filled."""
        names, *rows = _rows(self.book)
        number, reference, day = (names.index(name) for name in ("Numéro", "Référence", "Saisi le"))
        return {row[number]: (row[reference], row[day] is not None) for row in rows}

    def books(self) -> Books:
        """Compare the office, the workbook, and what should be in both."""
        entered, references = self.entered(), self.references()
        given = {record.number: record.reference for record in self.office.records}
        return Books(
            rows=sum(entered.values()),
            twice=[number for number, count in entered.items() if count > 1],
            lost=[number for number in self.valid if not entered[number]],
            missing=[number for number, known in given.items() if references[number] != (known, True)],
        )


def _rows(book: Path) -> list[list[Any]]:
    workbook = load_workbook(book, read_only=True)
    try:
        rows = [list(row) for row in workbook["Demandes"].iter_rows(values_only=True)]
    finally:
        workbook.close()
    return [row for row in rows if any(value is not None for value in row)]


def _trim(book: Path, rows: int) -> list[str]:
    """Keep that many rows, one of which the office refuses; returns their numbers."""
    workbook = load_workbook(book)
    sheet = workbook["Demandes"]
    column = next(cell.column for cell in sheet[1] if cell.value == "Numéro")
    numbers = [str(sheet.cell(line, column).value) for line in range(2, sheet.max_row + 1)]
    kept = [number for number in numbers if number not in REFUSED_NUMBERS][: rows - 1]
    kept.insert(rows // 2, REFUSED_NUMBERS[0])
    for line in range(sheet.max_row, 1, -1):
        if str(sheet.cell(line, column).value) not in kept:
            sheet.delete_rows(line)
    for table in sheet.tables.values():
        table.ref = table.autoFilter.ref = sheet.dimensions
    workbook.save(book)
    workbook.close()
    return kept
