"""The practice workbooks fit the practice office: fifty-seven applications are taken and three refused."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from practice.make_workbooks import applications, workbook
from robo.kit.text import written
from robo.practice import workbooks
from robo.practice.rules import refusals
from robo.workbook import Rows


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    return Rows(workbooks.write_applications(tmp_path / "demandes.xlsx"), columns={"Code postal": "text"})


def form(values: Any) -> dict[str, str]:
    """The fields as somebody enters them into the office's form."""
    return {
        "numero": values["Numéro"],
        "civilite": values["Civilité"],
        "nom": values["Nom"],
        "prenom": values["Prénom"],
        "date_naissance": values["Date de naissance"].isoformat(),
        "code_postal": values["Code postal"],
        "commune": values["Commune"],
        "type": values["Type"],
        "montant": written(values["Montant"]),
    }


def test_the_office_refuses_exactly_three(rows: Rows) -> None:
    entries = list(rows.entries())
    refused = {entry.values["Numéro"]: refusals(form(entry.values), date(2026, 11, 25)) for entry in entries}
    assert len(refused) == len(entries) == 60
    assert tuple(key for key, reasons in refused.items() if reasons) == workbooks.REFUSED_NUMBERS


def test_what_is_to_be_filled_in_is_empty_and_takes_dates(rows: Rows) -> None:
    assert {rows.types()[name] for name in ("Référence", "Saisi le")} == {"empty"}
    assert rows.types()["Date de naissance"] == "date"


def test_postal_codes_keep_their_zero_however_they_were_typed(rows: Rows) -> None:
    ariege = [entry.values["Code postal"] for entry in rows.entries() if entry.values["Commune"] in ("Foix", "Pamiers")]
    assert ariege == ["09100", "09000"]


def test_one_number_is_repeated_and_one_is_missing(tmp_path: Path) -> None:
    _first, repeated = workbooks.copy_to(tmp_path / "new")
    entries = list(Rows(repeated, columns={"Code postal": "text"}).entries())
    counted = Counter(entry.values["Numéro"] for entry in entries)
    twice = [entry.position for entry in entries if counted[entry.values["Numéro"]] > 1]
    without = [entry.position for entry in entries if entry.values["Numéro"] is None]
    assert (tuple(twice), without) == (workbooks.REPEATED_ROWS, [workbooks.UNNUMBERED_ROW])


def test_the_package_carries_what_its_maker_makes(tmp_path: Path) -> None:
    workbook(applications(), tmp_path / "made.xlsx")
    made = Rows(tmp_path / "made.xlsx").entries()
    carried = Rows(workbooks.write_applications(tmp_path / "carried.xlsx")).entries()
    assert [entry.values for entry in made] == [entry.values for entry in carried]
