"""The office's own rules: why an application (demande) is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

CIVILITIES = ("Madame", "Monsieur")
KINDS = ("Particulier", "Association", "Entreprise", "Collectivité")
CEILING = Decimal(100_000)
"""The largest amount granted, in euros, itself allowed."""

_OCCITANIE = frozenset({"09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82"})
# A French amount: a decimal comma, thousands by a space, a no-break space or a narrow no-break space.
_AMOUNT = re.compile(r"(?:\d+|\d{1,3}(?:[ \u00a0\u202f]\d{3})+)(?:,\d{1,2})?", re.ASCII)
_OBLIGATORY = {"nom": "Nom", "prenom": "Prénom", "commune": "Commune"}


def amount(text: str) -> Decimal | None:
    """The amount in euros of a text in French notation ("1 234,50"), None if it is not one ("1234.5")."""
    text = text.strip()
    if not _AMOUNT.fullmatch(text):
        return None
    return Decimal(re.sub(r"[ \u00a0\u202f]", "", text).replace(",", "."))


def refusals(fields: Mapping[str, str], today: date) -> list[str]:
    """Every reason to refuse these form fields, in the order of the form; empty if the office takes them."""
    reasons = []
    if not fields.get("numero", "").strip():
        reasons.append("Numéro de demande obligatoire")
    if fields.get("civilite", "") not in CIVILITIES:
        reasons.append("Civilité obligatoire")
    reasons += [f"{label} obligatoire" for name, label in _OBLIGATORY.items() if not fields.get(name, "").strip()]
    reasons += _birth(fields.get("date_naissance", "").strip(), today)
    reasons += _postal_code(fields.get("code_postal", "").strip())
    if fields.get("type", "") not in KINDS:
        reasons.append("Type de demandeur obligatoire")
    return reasons + _money(fields.get("montant", ""))


def _birth(text: str, today: date) -> list[str]:
    if not text:
        return ["Date de naissance obligatoire"]
    try:
        born = date.fromisoformat(text)
    except ValueError:
        return ["Date de naissance illisible"]
    return ["Date de naissance dans le futur"] if born > today else []


def _postal_code(text: str) -> list[str]:
    if not re.fullmatch(r"[0-9]{5}", text):
        return ["Code postal illisible"]
    return [] if text[:2] in _OCCITANIE else ["Code postal hors d'Occitanie"]


def _money(text: str) -> list[str]:
    asked = amount(text)
    if asked is None:
        return ["Montant illisible"]
    if asked == 0:
        return ["Montant nul"]
    return ["Montant supérieur au plafond de 100 000 €"] if asked > CEILING else []
