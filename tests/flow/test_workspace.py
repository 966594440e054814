"""The workspace, its secrets, and the inputs that people give."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from robo.flow.inputs import read_inputs
from robo.flow.model import Flow
from robo.flow.problems import FaultyFile
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace, open_workspace
from robo.kit.errors import FaultyFlow
from robo.kit.lane import Harmless


def test_found_from_a_folder_below(workspace: Workspace) -> None:
    below = workspace.root / "flows" / "commun"
    below.mkdir()
    assert open_workspace(below).root == workspace.root


def test_a_folder_without_robo_toml_is_a_workspace(tmp_path: Path) -> None:
    made = open_workspace(tmp_path)
    assert (made.root, made.environment, dict(made.sites)) == (tmp_path, "production", {})
    assert made.database == tmp_path / ".robo" / "robo.db"


def test_a_site_has_an_address_for_each_environment(workspace: Workspace) -> None:
    assert workspace.site("portail").address == "https://portail.example.fr"
    assert open_workspace(workspace.root, "test").site("portail").address == "https://recette.example.fr"
    assert workspace.site("https://portail.example.fr/").name == "portail"
    with pytest.raises(FaultyFlow, match='Did you mean "test"'):
        open_workspace(workspace.root, "tset")


def test_requests_that_only_read(tmp_path: Path) -> None:
    (tmp_path / "robo.toml").write_text(
        '[sites.a]\naddress = "https://a.fr"\nlate = "never"\n'
        'harmless = ["POST /recherche", {post = "/rpc/*", fields = {method = ["*.read"]}}]\n',
        encoding="utf-8",
    )
    site = open_workspace(tmp_path).site("a")
    assert site.late is None
    assert site.harmless == (
        Harmless("POST", "/recherche"),
        Harmless("POST", "/rpc/*", (("method", ("*.read",)),)),
    )


def test_every_fault_of_robo_toml_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "robo.toml").write_text(
        '[workspace]\nlangage = "fr"\ndatabase = "postgresql://db"\n\n[sites.portail]\nadress = "https://a.fr"\n'
        'pace = "2 secondes"\nlimit = 0\n\n[sites.b]\naddress = {production = "https://b.fr", tset = "b.fr"}\n',
        encoding="utf-8",
    )
    with pytest.raises(FaultyFile) as raised:
        open_workspace(tmp_path)
    assert [(str(one.mark), one.message) for one in raised.value.problems] == [
        ("robo.toml:2:1", '"langage" is not known here'),
        ("robo.toml:3:12", "PostgreSQL is not in this version yet"),
        ("robo.toml:6:1", '"adress" is not known here'),
        ("robo.toml:7:8", "a duration is written with its unit: 10s, 2m, 1h, 3d"),
        ("robo.toml:8:9", "a whole number from 1 is expected here"),
        ("robo.toml:11:48", "an address begins with https:// or http://"),
    ]


def test_what_the_service_goes_by(tmp_path: Path) -> None:
    made = open_workspace(tmp_path)
    assert (made.timezone, made.holidays, made.service_slots, made.service_notify) == (
        "Europe/Paris",
        "metropole",
        4,
        (),
    )
    file = tmp_path / "robo.toml"
    file.write_text(
        '[workspace]\ntimezone = "Indian/Reunion"\nholidays = "reunion"\n'
        '[service]\nslots = 2\nnotify = "a@b.fr"\nmemory = "4 GB"\n'
        '[sites.a]\naddress = "https://a.fr"\nlimit = 2\n',
        encoding="utf-8",
    )
    made = open_workspace(tmp_path)
    assert (made.timezone, made.holidays, made.service_slots, made.service_notify, made.site("a").limit) == (
        "Indian/Reunion",
        "reunion",
        2,
        ("a@b.fr",),
        2,
    )
    assert made.service_memory == 4 << 30
    file.write_text(
        '[workspace]\ntimezone = "Paris"\nholidays = "alsace"\n[service]\nslots = true\nnotify = ["a@b.fr", "chef"]\n'
        "memory = 4\n",
        encoding="utf-8",
    )
    with pytest.raises(FaultyFile) as raised:
        open_workspace(tmp_path)
    told = [(str(one.mark), one.message.partition(":")[0], one.mend) for one in raised.value.problems]
    assert told == [
        ("robo.toml:2:12", '"Paris" is no time zone', "Write: Europe/Paris"),
        ("robo.toml:3:12", "one of these is expected", 'Did you mean "alsace-moselle"?'),
        ("robo.toml:5:9", "a whole number from 1 is expected here", ""),
        ("robo.toml:6:21", '"chef" is no mail address', ""),
        ("robo.toml:7:10", 'an amount of memory is expected here, such as "4 GB"', ""),
    ]


def test_a_broken_robo_toml_says_where(tmp_path: Path) -> None:
    (tmp_path / "robo.toml").write_text("[workspace\n", encoding="utf-8")
    with pytest.raises(FaultyFile, match=r"robo.toml:1:11: this cannot be read"):
        open_workspace(tmp_path)


def test_secrets_are_kept_and_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(tmp_path / ".robo")
    vault.set("portail", "é'\"\n")
    kept = Vault(tmp_path / ".robo").get("portail")
    assert kept is not None
    assert kept.reveal() == "é'\"\n"
    monkeypatch.setenv("ROBO_SECRET_PORTAIL", "of the service")
    won = vault.get("portail")
    assert won is not None
    assert won.reveal() == "of the service"
    monkeypatch.delenv("ROBO_SECRET_PORTAIL")
    assert vault.remove("portail")
    assert vault.get("portail") is None


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_secrets_that_others_can_read_are_not_used(tmp_path: Path) -> None:
    vault = Vault(tmp_path / ".robo")
    vault.set("portail", "x")
    file = tmp_path / ".robo" / "secrets.json"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    file.chmod(0o640)
    with pytest.raises(FaultyFlow, match="chmod 600"):
        vault.get("portail")


def _flow_with(load: Callable[[str], Flow], spec: str) -> Flow:
    return load(f"robo: 1\ninputs:\n  x: {spec}\nsteps:\n  - log: done\n")


@pytest.mark.parametrize(
    ("spec", "given", "value"),
    [
        ("decimal", "1 234,50", Decimal("1234.50")),
        ("decimal", "1\u202f234.5 €", Decimal("1234.5")),
        ("{type: integer, min: 1, max: 500}", "200", 200),
        ("date", "01/02/2026", date(2026, 2, 1)),
        ("month", "3/2026", "2026-03"),
        ("yes_no", "oui", True),
        ("text", "01234", "01234"),
        ("list", "a, b; c", ["a", "b", "c"]),
        ("{type: choice, choices: [RH, Juridique]}", "rh", "RH"),
        ("{type: text, required: false}", None, None),
        ("{type: integer, default: 7}", "", 7),
        ("{type: date, default: '=today()'}", None, date.today()),
        ("{type: file, accept: .xlsx}", "demandes.xlsx", "demandes.xlsx"),
    ],
)
def test_inputs_as_people_write_them(
    load: Callable[[str], Flow], workspace: Workspace, spec: str, given: Any, value: Any
) -> None:
    assert read_inputs(_flow_with(load, spec), {"x": given}, workspace) == {"x": value}


@pytest.mark.parametrize(
    ("spec", "given", "reason"),
    [
        ("decimal", "1.234,5", "can be read in two ways"),
        ("date", "31/02/2026", "is no date"),
        ("month", "13/2026", "is no month"),
        ("yes_no", "peut-être", "neither yes nor no"),
        ("{type: integer, max: 500}", "501", "at most 500"),
        ("{type: text, label: Nom}", " ", r'"x" \(Nom\) is missing'),
        ("file", "nowhere.xlsx", "nowhere.xlsx does not exist"),
        ("{type: text, pattern: '[A-Z]{2}', example: AB}", "abc", "such as AB"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(
    load: Callable[[str], Flow], workspace: Workspace, spec: str, given: str, reason: str
) -> None:
    with pytest.raises(FaultyFlow, match=reason):
        read_inputs(_flow_with(load, spec), {"x": given}, workspace)
    with pytest.raises(FaultyFlow, match='the input "y" is not known'):
        read_inputs(_flow_with(load, spec), {"y": given}, workspace)
