"""What is wrong with a machine or a workspace is told with its mend, before a run stumbles over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Desk
from robo.practice.office import Office
from robo.practice.post import Post

ACCOUNT = """
[accounts.office]
site = "office"
open = "/connexion"
user = {label = "Identifiant", value = "robot-31"}
password = {label = "Mot de passe"}
button = "Se connecter"
expect = "Bienvenue"
"""


@pytest.fixture
def empty(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def findings(told: dict[str, Any], state: str) -> dict[str, tuple[str, str]]:
    """Name to what is said and the mend, of all in that state."""
    return {one["name"]: (one["said"], one["mend"]) for one in told["findings"] if one["state"] == state}


def test_what_a_run_needs_is_there(empty: Desk) -> None:
    with Office() as office, Post() as post:
        mail = f'[mail.main]\nfrom = "robo@example.org"\nsmtp = "{post.address}"\n'
        empty.write("robo.toml", f'[sites.office]\naddress = "{office.address}"\n{mail}')
        told = empty.json("doctor", "--sites")
        written = [one for one in office.log if one.method != "GET"]
        assert (post.connections, post.recipients) == (1, 0)
    assert (told["state"], told["exit"], findings(told, "wrong"), written) == ("done", 0, {}, [])
    good = findings(told, "good")
    assert {"python", "browser", "robo.toml", "disk", "store", "sites", "mail"} <= set(good)
    assert "version" in good["browser"][0]


def test_what_is_wrong_is_told_with_its_mend(empty: Desk) -> None:
    mail = '[mail.main]\nfrom = "robo@example.org"\nsmtp = "smtp://127.0.0.1:9"\n'
    empty.write("robo.toml", '[sites.office]\naddress = "http://127.0.0.1:9"\n' + ACCOUNT + mail)
    empty.write("flows/secret.yaml", "robo: 1\nsecrets: [portal]\nsteps:\n  - log: hello\n")
    empty.write(".robo/robo.db", "no database" * 100)
    told = empty.json("doctor", "--sites")
    wrong = findings(told, "wrong")
    assert (told["state"], told["exit"]) == ("failed", 1)
    assert "damaged" in wrong["store"][0]
    assert "cannot be reached" in wrong["sites"][0]
    assert "the mail server 127.0.0.1" in wrong["mail"][0]
    missing = [one for one in told["findings"] if one["name"] == "secrets"]
    assert [one["mend"] for one in missing] == ["Type: robo secret set office", "Type: robo secret set portal"]
    assert all(mend for _said, mend in wrong.values())


def test_a_browser_that_does_not_start_is_no_mystery(empty: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.write("robo.toml", "")
    monkeypatch.setenv("ROBO_BROWSER", "/bin/false")
    said, mend = findings(empty.json("doctor"), "wrong")["browser"]
    assert said.startswith("the browser /bin/false does not start: ")
    assert "/bin/false --headless" in mend


def test_a_faulty_robo_toml_is_shown_at_its_line(empty: Desk) -> None:
    empty.write("robo.toml", "[sites.office]\nadress = 'http://127.0.0.1:9'\n")
    found = empty.robo("doctor")
    assert found.returncode == 1
    assert "robo.toml:2" in found.stdout
