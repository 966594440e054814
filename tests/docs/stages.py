"""A day at the practice office: around each documented example the steps that give it a meaning, and what it promises.

EXAMPLE is where the example stands, IT the same without its dash. The stages are parts of one run, in this order: what
one enters, a later one finds. They log what they saw.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

from robo.practice.invoices import ARRIVALS
from robo.practice.office import Office
from robo.practice.post import Post
from robo.workbook import Rows


@dataclass(frozen=True)
class World:
    """The workspace, the office and the post office after the run.

    run: its folder; told: what its command said for programs; journal: its events.
    """

    folder: Path
    office: Office
    post: Post
    run: Path
    told: dict[str, Any]
    journal: list[dict[str, Any]]

    def said(self, name: str) -> list[str]:
        """What the stage logged."""
        number = str(list(STAGES).index(name) + 1)
        logged = (one for one in self.journal if one["kind"] == "step.log")
        return [one["text"] for one in logged if one["step"].split("/")[0] == number]

    def ended(self, name: str) -> list[str]:
        """How each row of the stage ended."""
        ledger = f"production/stage-{name}/row"
        return [one["state"] for one in self.journal if one["kind"] == "item.ended" and one["ledger"] == ledger]

    @property
    def reasons(self) -> list[str]:
        """Why what did not work did not, anywhere in the run."""
        return [
            f"{one['kind']} {one.get('step') or one.get('ledger')}: {one['reason']}"
            for one in self.journal
            if one.get("reason")
        ]

    def entered(self, number: str, *fields: str) -> list[list[str]]:
        """These fields of each entry that the office has under the number."""
        return [[one.fields[field] for field in fields] for one in self.office.records if one.number == number]

    def there(self, *names: str) -> list[bool]:
        """Whether each of these files is in the workspace."""
        return [(self.folder / name).is_file() for name in names]

    def registered(self) -> list[list[Any]]:
        """The rows of the register of invoices."""
        return [list(row.values.values()) for row in Rows(self.folder / "classement" / "registre.xlsx").entries()]

    def mailed(self) -> list[tuple[Any, ...]]:
        """To whom, about what and how each mail reads."""
        mails = [(mail.recipients, mail.message) for mail in self.post.mails]
        return [(to, mail["Subject"], mail.get_content().strip()) for to, mail in mails]

    def picture(self, name: str) -> bytes:
        """How the picture begins."""
        return (self.run / "screenshots" / name).read_bytes()[: len(PNG)]


@dataclass(frozen=True)
class Stage:
    """The steps of a flow; what must be true afterwards; of what, unless it is what they logged."""

    steps: str
    wanted: Any
    seen: Callable[[World], Any] | None = None
    top: str = ""

    def flow(self, example: str) -> str:
        """The flow with the example as it is documented; one that is a flow already stands alone."""
        if example.startswith("robo: 1"):
            return example
        steps = self.steps.replace("{IT,", f"{{{example.removeprefix('- ')},")
        placed = re.sub(r"^( *)EXAMPLE$", lambda found: indent(example, found[1]), steps, flags=re.MULTILINE)
        return f"robo: 1\n{self.top}steps:\n{placed}\n"


def of_rows(where: str, steps: str) -> str:
    """The steps, done for these lines of the workbook of applications."""
    head = "- for_each_row:\n    in: demandes.xlsx\n    key: row.numero\n    columns: {Code postal: text}\n"
    return f"{head}    where: {where}\n    steps:\n{indent(steps, ' ' * 6)}"


def of_file(name: str, steps: str) -> str:
    """The steps, done for this file of the folder of invoices."""
    head = f"- for_each_file:\n    in: arrivee\n    match: {name}\n    key: file.sha256\n"
    return f"{head}    steps:\n{indent(steps, ' ' * 6)}"


FORM = "- open: /demandes/nouvelle\n"
REST = """\
- fill: {Numéro de demande: =row.numero, Civilité: =row.civilite, Prénom: =row.prenom, Commune: =row.commune,
         Code postal: =row.code_postal, Type de demandeur: =row.type, Montant demandé (€): =row.montant}
"""
PERSON = "- fill: {Nom: =row.nom, Date de naissance: =row.date_de_naissance}\n"
SAVE = """\
- submit: {button: Enregistrer, expect: "Demande {{ row.numero }}"}
"""
SEARCH = """\
- open: /demandes/recherche
- fill: {Numéro de demande: 2026-0101}
"""
REFERENCE = """\
- read: {reference: "#reference"}
- log: =reference
"""
FIGURES = """\
- {if: shows("Calcul en cours"), log: too early}
- read: {count: "#nombre"}
- log: =count
"""
PNG = b"\x89PNG"
INVOICES = sorted(one.name for one in ARRIVALS if not one.name.startswith("gers"))
"""All but the two that are the same, which are refused."""

STAGES = {
    "login": Stage('EXAMPLE\n- open: /\n- {if: shows("Bienvenue"), log: signed in}', ["signed in"]),
    "open": Stage('EXAMPLE\n- {if: shows("Dossier urgent"), log: there}', ["there"]),
    "run": Stage(
        "EXAMPLE",
        [f"2026-01{row:02}" for row in range(1, 11)],
        lambda world: [one.number for one in world.office.records][:10],
    ),
    "fill": Stage(
        of_rows("position == 12", f"{FORM}EXAMPLE\n{REST}{SAVE}"),
        [["Lefèvre", "1969-02-05", "oui"]],
        lambda world: world.entered("2026-0111", "nom", "date_naissance", "urgent"),
    ),
    "submit": Stage(
        of_rows("position == 13", f"{FORM}{REST}{PERSON}EXAMPLE\n- log: =reference"),
        ([["O’Brien"]], ["DOS-2026-00012"]),
        lambda world: (world.entered("2026-0112", "nom"), world.said("submit")),
    ),
    "click": Stage(f"{SEARCH}EXAMPLE\n{REFERENCE}", ["DOS-2026-00001"]),
    "read": Stage(f"{SEARCH}- click: Rechercher\nEXAMPLE\n- log: =reference", ["DOS-2026-00001"]),
    "expect": Stage(
        """\
- open: /
EXAMPLE
- log: it goes on
- open: /demandes
- {IT, timeout: 500ms, on_error: [log: it fails]}
""",
        ["it goes on", "it fails"],
    ),
    "wait": Stage(f"- open: /statistiques\nEXAMPLE\n{FIGURES}", ["12"]),
    "repeat": Stage('- open: /demandes\nEXAMPLE\n- {if: shows("Page 2 sur 2"), log: the last page}', ["the last page"]),
    "screenshot": Stage(
        of_rows("position == 2", "- open: /demandes\nEXAMPLE"), PNG, lambda world: world.picture("accord-2026-0101.png")
    ),
    "read_document": Stage(of_file("eau.pdf", 'EXAMPLE\n- log: "{{ numero }}, {{ total }}"'), ["0000451, 212,09"]),
    "copy": Stage(
        of_file("facture.pdf", "- set: {annee: 2026}\nEXAMPLE"),
        [True, True],
        lambda world: world.there("arrivee/facture.pdf", "archives/2026/facture.pdf"),
    ),
    "append_row": Stage(
        of_file("décembre.pdf", "EXAMPLE\n- log: =file.sha256"),
        True,
        lambda world: world.registered() == [["décembre.pdf", *world.said("append_row")]],
    ),
    "for_each_file": Stage("EXAMPLE", INVOICES, lambda world: sorted(world.said("for_each_file"))),
    "move": Stage(
        of_file("bus avril.pdf", "- set: {annee: 2026, numero: TA 26-117}\nEXAMPLE"),
        [False, True],
        lambda world: world.there("arrivee/bus avril.pdf", "classement/2026/TA 26-117.pdf"),
    ),
    "send_mail": Stage(
        of_rows("position == 3", "EXAMPLE"),
        [(("loic.nguyen@example.fr",), "Votre demande 2026-0102", "Bonjour N’Guyen, ...")],
        World.mailed,
    ),
    "for_each_row": Stage(
        "EXAMPLE",
        ["Abadie", "N’Guyen", "D'Almeida", 60],
        lambda world: [*world.said("for_each_row")[:3], len(world.said("for_each_row"))],
    ),
    "for_each": Stage("EXAMPLE", ["Association", "Entreprise"]),
    "set": Stage(of_rows("position == 3", "EXAMPLE\n- log: =par_mois|round(2)"), ["74,43"]),
    "log": Stage(of_rows("position == 3", "EXAMPLE"), ["2026-0102 : 893,17\u00a0€"]),
    "skip": Stage(
        of_rows("position in [6, 7]", "EXAMPLE\n- log: =row.numero"),
        (["2026-0105"], ["done", "skipped"]),
        lambda world: (world.said("skip"), world.ended("skip")),
    ),
    "group": Stage(
        of_rows("position in [6, 7]", 'EXAMPLE\n- log: "{{ delai|default(10) }}"'), ["10", "demande urgente", "2"]
    ),
    "guide-log": Stage(of_rows("position == 3", "EXAMPLE"), ["né(e) le 18 novembre 1962, 893,17\u00a0€"]),
    "guide-wait": Stage(f"- open: /statistiques\nEXAMPLE\n{FIGURES}", ["12"]),
    "guide-repeat": Stage(f"- open: /statistiques\nEXAMPLE\n{FIGURES}", ["12"]),
    "guide-expect": Stage(f"- open: /statistiques\nEXAMPLE\n{FIGURES}", ["12"]),
    "guide-click": Stage(
        "- open: /demandes\nEXAMPLE\n- log: it goes on",
        (["it goes on"], True),
        lambda world: (world.said("guide-click"), "“Fermer”" in "".join(world.reasons)),
    ),
    "guide-screenshot": Stage("- open: /demandes\nEXAMPLE", PNG, lambda world: world.picture("accord.png")),
    "called": Stage(
        "EXAMPLE\n- log: =extrait.total", ["60"], top="inputs: {classeur: {type: file, default: demandes.xlsx}}\n"
    ),
    "smallest": Stage("EXAMPLE", ["Bonjour"]),
    "stop": Stage(
        "- log: it begins\nEXAMPLE\n- log: it goes on",
        (["it begins"], "failed", "des lignes sont à corriger"),
        lambda world: (world.said("stop"), world.told["state"], world.told["reason"]),
    ),
}
CALLED = """\
robo: 1
inputs: {classeur: file}
steps:
  - for_each_row: {in: =inputs.classeur, steps: [set: {last: =position}]}
  - set: {total: 60}
outputs: {total: =total}
"""
"""The flow `commun/extraire`, which the page on the language runs."""
