"""Fields and buttons are found by what people see, and what cannot be told apart is refused with both named."""

from __future__ import annotations

from typing import Any

import pytest

from browser.conftest import Hand
from robo.kit.errors import Failed


@pytest.fixture
def labels(act: Hand, pages: str) -> Hand:
    if not act.page.address.endswith("/labels.html"):
        act("open", f"{pages}/labels.html")
    return act


@pytest.mark.parametrize(
    ("label", "element"),
    [
        ("Nom d’usage", "a1"),
        ("Nom d'usage", "a1"),
        ("Prénom", "a2"),
        ("prenom", "a2"),
        ("Prénom d’état civil", "a3"),
        ("Numéro SIRET", "a4"),
        ("Code APE", "a5"),
        ("jj/mm/aaaa - début", "a6"),
        ("Adresse", "a7"),
        ("Stylo", "a9"),
        ("Commentaire libre", "a11"),
        ("Service instructeur", "a12"),
        ("Motif riche", "a17"),
        ("Site", "t2"),
        ("Matricule", "s1"),
        ("Référence annexe", "i1"),
    ],
)
def test_field_by_its_label(labels: Hand, label: str, element: str) -> None:
    labels("fill", {label: f"mis en {element}"})
    assert labels("read", {"found": {"at": {"css": f"#{element}"}, "what": "value"}}) == {"found": f"mis en {element}"}


@pytest.mark.parametrize(
    ("place", "element"),
    [
        ("Enregistrer", "k1"),
        ("Valider la saisie", "k2"),
        ("retour a la liste", "k3"),
        ("Fermer la fenêtre", "k4"),
        ("Suivant", "k5"),
        ("Imprimer", "k6"),
        ({"text": "Ouvrir", "inside": "000124"}, "k9"),
        ({"text": "Ouvrir", "nth": 1}, "k8"),
    ],
)
def test_button_by_its_words(labels: Hand, place: Any, element: str) -> None:
    labels("click", place)
    assert labels("read", {"pressed": "#pressed"}) == {"pressed": element}


def test_field_inside_a_section(labels: Hand) -> None:
    labels("fill", fields={"Téléphone": "05 61"}, inside="Employeur")
    assert labels("read", {"found": {"at": "#b2", "what": "value"}}) == {"found": "05 61"}


def test_two_fields_alike_are_refused_with_both_named(labels: Hand) -> None:
    with pytest.raises(Failed, match=r"“Téléphone” \(Conjoint\), “Téléphone” \(Employeur\).*`inside`"):
        labels("fill", {"Téléphone": "1"}, patience=0.5)


def test_missing_field_names_what_is_meant(labels: Hand) -> None:
    with pytest.raises(Failed, match="Did you mean “Prénom”"):
        labels("fill", {"Prénon": "1"}, patience=0.5)


def test_hidden_field_is_no_field(labels: Hand) -> None:
    with pytest.raises(Failed, match="no field “Caché”"):
        labels("fill", {"Caché": "1"}, patience=0.5)
