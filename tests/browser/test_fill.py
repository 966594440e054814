"""The kind of a field decides how a value is entered, and what was entered is read back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from browser.conftest import Desk, Hand
from robo.kit.errors import Failed, Refused


@pytest.fixture
def kinds(act: Hand, pages: str) -> Hand:
    act("open", f"{pages}/kinds.html")
    return act


@pytest.mark.parametrize(
    ("label", "value", "element", "held"),
    [
        ("Quantité", Decimal("1234.50"), "quantite", "1234.50"),
        ("Quantité", "1 234,5", "quantite", "1234.5"),
        ("Mois", date(2026, 3, 1), "mois", "2026-03"),
        ("Rendez-vous", datetime(2026, 3, 1, 14, 30), "rdv", "2026-03-01T14:30"),
        ("Langues", ["Français", "Catalan"], "langues", "Français, Catalan"),
        ("Régime", "Agricole", "r2", "oui"),
        ("Agricole", True, "r2", "oui"),
        ("J'accepte les conditions", "oui", "accord", "oui"),
        ("Note", "nouveau", "note", "nouveau"),
        ("Matricule", "ab12", "majuscules", "AB12"),
        ("Fermé", "fixe", "ferme", "fixe"),
        ("Touches", "par les touches", "touches", "par les touches"),
        ("Liste", "Bêta", "liste", "Bêta"),
        ("Tardif", "enfin", "tardif", "enfin"),
        ("Code", None, "code", ""),
    ],
)
def test_value_in_the_shape_of_its_field(kinds: Hand, label: str, value: Any, element: str, held: str) -> None:
    kinds("fill", {label: value})
    assert kinds("read", {"held": {"at": f"#{element}", "what": "value"}}) == {"held": held}


def test_group_of_ticks_holds_exactly_the_list(kinds: Hand) -> None:
    kinds("fill", {"Jours": ["Mardi", "Jeudi"]})
    ticks = {day: {"at": f"#{day}", "what": "value"} for day in ("lundi", "mardi", "jeudi")}
    assert kinds("read", ticks) == {"lundi": "non", "mardi": "oui", "jeudi": "oui"}


def test_choices_that_come_after_another_choice(kinds: Hand) -> None:
    kinds("fill", {"Pays": "France", "Ville": "Albi"})
    assert kinds("read", {"city": {"at": "#ville", "what": "value"}}) == {"city": "Albi"}


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("Code", "123456", "holds only 5 characters"),
        ("Langues", ["Breton"], "no choice “Breton”; it has “Français”, “Occitan”, “Catalan”"),
        ("Quantité", "douze", "takes a number, not “douze”"),
        ("Régime", "Minier", "no choice “Minier”"),
    ],
)
def test_value_that_the_field_cannot_hold_is_refused(kinds: Hand, label: str, value: Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        kinds("fill", {label: value}, patience=0.8)


@pytest.mark.parametrize(("label", "words"), [("Plafond", "was to hold “250” but holds “100”"), ("Fermé", "read-only")])
def test_value_that_did_not_stay_fails(kinds: Hand, label: str, words: str) -> None:
    with pytest.raises(Failed, match=words):
        kinds("fill", {label: "250"}, patience=0.8)


def test_whole_form_reaches_the_office_as_written(both_desks: Desk, tmp_path: Path) -> None:
    file = tmp_path / "pièce.pdf"
    file.write_bytes(b"%PDF-1.4 " + b"x" * 300_000)
    typed = {"Date de naissance": date(1980, 2, 1), "Montant demandé (€)": Decimal("1250.50"), "Dossier urgent": True}
    both_desks.fill(changed=typed | {"Observations": "ligne 1\nligne 2", "Pièce justificative": file})
    both_desks.send()
    assert both_desks.office.records[0].fields.items() >= {
        "numero": "A-1", "civilite": "Madame", "nom": "Dupont", "prenom": "Anne", "date_naissance": "1980-02-01",
        "code_postal": "31000", "commune": "Toulouse", "type": "Association", "montant": "1250,50", "urgent": "oui",
        "observations": "ligne 1\r\nligne 2", "piece": "pièce.pdf",
    }.items()  # fmt: skip
