"""A workspace in which much goes on at once: three offices that robots enter rows into, and a bench on which they work.

What is worked on the bench is in its file: when each piece was begun, that it is still worked, that it was made.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from kill.processes import Process, below, marked
from robo.flow.vault import Vault
from robo.practice.office import PASSWORD, USER, Faults, Office
from robo.run.storage.store import Store

LATE = 4.0
"""Seconds that robo.toml gives an office for what it commits late."""
OFFICES = {"fast": Faults(), "slow": Faults(late=3.0), "losing": Faults(lose=0.15)}
HELD = {"flow piece": 2, "site counter": 3, "lock till": 1}
"""What may be held at once by so many runs, and who holds what."""
HOLDS = {
    "piece": ("flow piece", "site counter"),
    "parcel": ("site counter", "lock till"),
    "letter": ("lock till",),
}
_BENCH = '''\
"""A bench on which each piece is worked once."""
import os
import time
from pathlib import Path

from robo import Change, Changing, Done, Intent, NotDone, action

FILE = Path(__file__).parents[1] / "bench.txt"


def was_made(intent: Intent) -> Done | NotDone:
    kind, piece = intent.change.same_as
    return Done(1) if f" made {kind} {piece}\\n" in FILE.read_text() else NotDone()


@action(settle=was_made, late=0)
def work(kind: str, piece: str, seconds: str = "0.2") -> Changing[int]:
    """Work a piece, and write down when that began and how it went on.

    kind: of the piece
    piece: its name
    """
    yield Change(f"work {piece}", same_as=(kind, piece), preview={"Piece": piece})
    until = time.monotonic() + float(seconds)
    _note("begun", kind, piece)
    while time.monotonic() < until:
        time.sleep(0.02)
        _note("worked", kind, piece)
    _note("made", kind, piece)
    return 1


def _note(*said: str) -> None:
    handle = os.open(FILE, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(handle, f"{time.monotonic()} {os.getpid()} {' '.join(said)}\\n".encode())
    os.close(handle)
'''
_WORK = """\
robo: 1
inputs:
  piece: text
settings: {settings}
steps:
  - bench.work: {{kind: {kind}, piece: =inputs.piece}}
"""
_SETTINGS = {
    "piece": "{site: counter, limit: 2}",
    "parcel": "{site: counter, locks: [till]}",
    "letter": "{locks: [till], priority: 5}",
}
_ENTER = """\
robo: 1
inputs:
  batch: file
settings: {{site: {office}}}
steps:
  - login: {office}
  - for_each_row:
      in: =inputs.batch
      key: row.numero
      columns: {{Numéro: text, Nom: text}}
      steps:
        - open: /demandes/nouvelle
        - fill: {{Numéro de demande: =row.numero, Civilité: Madame, Nom: =row.nom, Prénom: Anne, Date de naissance: 01/02/1980}}
        - fill: {{Code postal: "31000", Commune: Toulouse, Type de demandeur: Particulier, Montant demandé (€): "150"}}
        - submit: {{button: Enregistrer, expect: "Demande {{{{ row.numero }}}}", read: {{reference: "#reference"}}}}
      already_done:
        steps:
          - open: /demandes/recherche
          - fill: {{Numéro de demande: =row.numero}}
          - click: Rechercher
          - read: {{reference: "#reference"}}
        found: "Demande {{{{ row.numero }}}}"
        absent: Aucune demande trouvée
"""  # noqa: E501
CLOCKS = 3
"""So many flows are due every minute."""
_DUE = """\
robo: 1
schedule:
  - {{{rule}, if_running: wait}}
steps:
  - bench.work: {{kind: {kind}, piece: =run.id}}
"""
_SITE = """\
[sites.{office}]
address = "{address}"
late = "{late:g}s"
signed_out = "Veuillez vous identifier"
harmless = ["POST /demandes/recherche"]

[accounts.{office}]
site = "{office}"
open = "/connexion"
user = {{label = "Identifiant", value = "{user}"}}
password = {{label = "Mot de passe"}}
button = "Se connecter"
expect = "Bienvenue"

"""
_COUNTER = """\
[sites.counter]
address = "http://127.0.0.1:9"
limit = 3

"""


@dataclass
class Workshop:
    """The workspace in `root`, its offices, and the command in it. Close it: nothing of it is left then."""

    root: Path
    offices: dict[str, Office] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    """By office the numbers that are to be entered there."""
    _service: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Write it all down; the offices open."""
        self.scratch.mkdir(parents=True)
        for folder in ("flows", "robots", "batches"):
            (self.root / folder).mkdir()
        (self.root / "robots" / "bench.py").write_text(_BENCH)
        for kind, settings in _SETTINGS.items():
            (self.root / "flows" / f"{kind}.yaml").write_text(_WORK.format(kind=kind, settings=settings))
        told = _COUNTER
        for name, faults in OFFICES.items():
            self.offices[name], self.rows[name] = Office(faults=faults), []
            told += _SITE.format(office=name, address=self.offices[name].start(), late=LATE, user=USER)
            Vault(self.root / ".robo").set(name, PASSWORD)
            (self.root / "flows" / f"{name}.yaml").write_text(_ENTER.format(office=name))
        (self.root / "robo.toml").write_text(told)
        for number in range(CLOCKS):
            self._schedule(f"clock-{number}", "every: 1 minute, if_missed: all")
        self._schedule("behind", "after: fast")
        Store(self.root / ".robo" / "robo.db").close()

    def _schedule(self, name: str, rule: str) -> None:
        (self.root / "flows" / f"{name}.yaml").write_text(_DUE.format(rule=rule, kind=name))

    def stop_clocks(self) -> None:
        """Nothing is due any more."""
        for number in range(CLOCKS):
            (self.root / "flows" / f"clock-{number}.yaml").unlink()

    @property
    def scratch(self) -> Path:
        """The folder of temporary files, by which every process of this workspace is known."""
        return self.root / "tmp"

    def batch(self, office: str, count: int) -> str:
        """A workbook of that many new rows for an office; its path from the root."""
        rows = self.rows[office]
        name = f"batches/{office}-{len(rows)}.xlsx"
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["Numéro", "Nom", "Le"])
        for _row in range(count):
            rows.append(f"{office}-{len(rows) + 1:05d}")
            sheet.append([rows[-1], f"Nom {len(rows)}", date(2026, 1, 1)])
        book.save(self.root / name)
        return name

    # ---- the command

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "TMPDIR": str(self.scratch), "ROBO_LANGUAGE": "en"}

    def command(self, *words: str) -> subprocess.Popen[bytes]:
        """A process of Python in the workspace, which is not waited for."""
        return self._start("commands.log", words)

    def serve(self) -> None:
        """Start the service."""
        self._service = self._start("service.log", ("-m", "robo", "serve"))

    def _start(self, log: str, words: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self.root / log).open("ab") as out:
            return subprocess.Popen(
                [sys.executable, *words],
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def kill_service(self) -> None:
        """SIGKILL."""
        if self._service:
            self._service.kill()
            self._service.wait()

    def stop_service(self) -> int:
        """As systemd stops it; returns its exit code."""
        assert self._service
        self._service.terminate()
        return self._service.wait(timeout=90)

    @property
    def serving(self) -> bool:
        """Whether the service has not ended."""
        return self._service is not None and self._service.poll() is None

    def at_work(self) -> list[Process]:
        """All processes below the service, parents first."""
        return below(self._service.pid) if self._service and self.serving else []

    def left(self) -> list[Process]:
        """All processes that belong to this workspace, whoever their parents are."""
        return marked(str(self.scratch))

    def close(self) -> None:
        """End everything."""
        self.kill_service()
        for office in self.offices.values():
            office.stop()

    # ---- the truth

    def asked(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the store, which is only read."""
        with closing(sqlite3.connect(f"file:{self.root}/.robo/robo.db?mode=ro", uri=True, timeout=60)) as store:
            return store.execute(sql).fetchall()

    def open_runs(self) -> list[str]:
        """The runs that have not ended."""
        return [run for (run,) in self.asked("SELECT id FROM run WHERE state IN ('queued', 'admitted', 'running')")]

    def entered(self, office: str) -> Counter[str]:
        """How often an office holds each number."""
        return Counter(record.number for record in self.offices[office].records)

    @property
    def bench(self) -> list[tuple[float, str, str, str, str]]:
        """(when by the monotonic clock, process, what, kind, piece) in the order of writing."""
        file = self.root / "bench.txt"
        lines = [line.split(" ") for line in file.read_text().splitlines()] if file.exists() else []
        return [(float(at), process, what, kind, piece) for at, process, what, kind, piece in lines]
