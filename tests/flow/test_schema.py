"""The schema for editors takes every flow that is well written, and refuses what it can know to be wrong."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from docs.pages import PAGES, ROOT
from flow.demo import DEMO
from robo.flow.schema import flow_schema
from robo.flow.text import read_text
from robo.kit.shelf import installed, shelf_of

SCHEMA: Any = flow_schema(installed())
FLOWS = sorted((ROOT / "flows").rglob("*.yaml"))
SHOWN = [(page.name, block) for page in PAGES for block in page.blocks("yaml") if block.startswith("robo: 1")]


def faults(text: str, schema: Any = SCHEMA) -> list[str]:
    """The places at which the schema refuses the flow, as an editor underlines them."""
    data = json.loads(json.dumps(read_text(text, "a.yaml").data, default=_number))
    found = jsonschema.Draft202012Validator(schema).iter_errors(data)
    return sorted(".".join(map(str, one.absolute_path)) for one in found)


def _number(value: Any) -> float:
    assert isinstance(value, Decimal)
    return float(value)


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", FLOWS, ids=lambda file: file.stem)
def test_the_flows_that_are_shipped_are_taken(file: Path) -> None:
    assert faults(file.read_text("utf-8")) == []


@pytest.mark.parametrize(("name", "text"), SHOWN, ids=[name for name, _text in SHOWN])
def test_the_flows_that_the_pages_show_are_taken(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "robots").mkdir()
    for block in next(page for page in PAGES if page.name == name).blocks("python")[:1]:
        (tmp_path / "robots" / "notes.py").write_text(block, encoding="utf-8")
    assert faults(text, flow_schema(shelf_of(tmp_path))) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("- click: Rechercher", "- click: {label: Rechercher, nth: 2}"),
        ("- click: Rechercher", "- click: {place: {label: Rechercher}, confirm: oui}"),
        ("- click: Rechercher", "- expect: [Demandes, {gone: Chargement}]"),
        ("- click: Rechercher", "- fill: {fields: [{at: Nom, value: x}], inside: Titre}"),
        ("- click: Rechercher", '- read: {a: {at: "#ref", all: =vars.all}}'),
        ("- click: Rechercher", "- skip"),
        ("- click: Rechercher", "- skip:"),
        ("- click: Rechercher", "- {log: x, retry: {times: 2, wait: 5s}, on_error: [{log: y}], timeout: 500ms}"),
        ("- click: Rechercher", "- set: {a: 1, b: [=row.nom]}"),
        ("key: row.numero", "key: [row.numero, row.nom]\n      limit: =inputs.n\n      header_row: =1 + 1"),
        ("absent: Aucune demande", "absent: {missing: Aucune, seen: Demandes}"),
        ("{type: file, label: Classeur, default: demandes.xlsx}", "file"),
        ("settings: {site: portail}", "settings: {site: portail, step_timeout: 1m}\nvars: {a: 1.5}"),
    ],
)
def test_what_the_language_allows_is_taken(right: str, wrong: str) -> None:
    assert right in DEMO
    assert faults(DEMO.replace(right, wrong, 1)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("- fill:\n            N", "- remplir:\n            N", "steps.1.for_each_row.steps.1"),
        ("expect: D", "expct: D", "steps.1.for_each_row.steps.2.submit"),
        ("- login: portail", "- login: portail\n    tiemout: 3s", "steps.0"),
        ("- login: portail", "- login: portail\n    timeout: 3", "steps.0.timeout"),
        ("- login: portail", "- login: portail\n    log: Bonjour", "steps.0"),
        ("- login: portail", "- name: Entrée", "steps.0"),
        ("- login: portail", "- logn", "steps.0"),
        ("- click: Rechercher", "- fill: Nom", "steps.1.for_each_row.already_done.steps.2.fill"),
        ("type: file", "type: fiel", "inputs.classeur.type"),
        ("Code postal: text}", "Code postal: txt}", "steps.1.for_each_row.columns.Code postal"),
        ("      key: row.numero\n", "      key: row.numero\n      header_row: x\n", "steps.1.for_each_row.header_row"),
        ("button: Enregistrer", "button: {lbel: Enregistrer}", "steps.1.for_each_row.steps.2.submit.button"),
        ("        found: Demande {{ row.numero }}\n", "", "steps.1.for_each_row.already_done"),
        ("settings:", "setings:", ""),
    ],
)
def test_a_typo_is_refused_at_its_place_and_nowhere_else(right: str, wrong: str, place: str) -> None:
    assert right in DEMO
    assert set(faults(DEMO.replace(right, wrong, 1))) == {place}


@pytest.mark.parametrize(
    ("entry", "places"),
    [
        ("{every: weekday at 07:30, skip_holidays: oui, between: 07:00-19:00, inputs: {mois: last_month}}", []),
        ("{when_file: arrivee/*.pdf, inputs: {facture: =file}}", []),
        ("{evry: hour}", ["schedule.0"]),
        ("{every: hour, cron: 0 8 * * 1}", ["schedule.0"]),
        ("{at: 2026-12-01 08:00, between: 07:00-19:00}", ["schedule.0"]),
        ("{if_missed: skip}", ["schedule.0"]),
        ("{every: hour, if_missed: once}", ["schedule.0.if_missed"]),
    ],
)
def test_entries_of_a_schedule(entry: str, places: list[str]) -> None:
    found = faults(f"robo: 1\nschedule: [{entry}]\nsteps: [log: x]\n")
    assert sorted(set(found)) == places
