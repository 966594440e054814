"""Opening, signing in, clicking, looking: where the robot may go and what it says when it cannot."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from browser.conftest import Desk, Hand
from robo.kit.errors import Failed, FaultyFlow, InDoubt, Unreachable


def test_import_costs_no_playwright() -> None:
    code = "import sys, robo.browser; sys.exit('playwright' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_wrong_password_tells_the_page_but_not_the_password(desk: Desk) -> None:
    with pytest.raises(Failed, match="Identifiant ou mot de passe incorrect") as caught:
        desk.sign_in("hunter2-hunter2")
    assert "hunter2" not in str(caught.value)


def test_other_host_is_refused_with_the_mend(act: Hand) -> None:
    with pytest.raises(Failed, match=r"allow_hosts: \[example\.org\]"):
        act("open", "http://example.org/")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nobody_there_is_unreachable(act: Hand, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_at_once:
        port = closed_at_once.getsockname()[1]
    with pytest.raises(Unreachable, match="takes no connection"):
        act("open", f"{scheme}://127.0.0.1:{port}/")


def test_page_cannot_reach_other_hosts(act: Hand, pages: str) -> None:
    act("open", f"{pages}/words.html")
    reached = act.page.tab.evaluate(
        "Promise.all(['http://example.org/', 'https://example.org/'].map(a => fetch(a, {mode: 'no-cors'})"
        ".then(r => r.status, () => 'no')))"
    )
    assert "example.org" in act.page.proxy.refused
    assert reached[1] == "no"


def test_files_are_no_addresses(act: Hand) -> None:
    with pytest.raises(FaultyFlow):
        act("open", "file:///etc/passwd")


def test_missing_page_fails_with_its_words(desk: Desk) -> None:
    with pytest.raises(Failed, match="answered 404: Cette page n’existe pas"):
        desk.act("open", "/nulle-part")


def test_search_by_post_is_harmless(desk: Desk) -> None:
    desk.act("open", "/demandes/recherche")
    desk.act("fill", {"Numéro de demande": "Z-9"})
    desk.act("click", "Rechercher")
    assert desk.act.page.shows("Aucune demande trouvée")


def test_click_that_saves_is_a_doubt_with_the_mend(both_desks: Desk) -> None:
    both_desks.fill()
    with pytest.raises(InDoubt, match=r'harmless = \["POST /demandes"\]'):
        both_desks.act("click", "Enregistrer")
    assert both_desks.numbers() == ["A-1"]


def test_read_finds_values_beside_their_labels(desk: Desk) -> None:
    desk.fill()
    desk.send()
    wanted = {"reference": "Référence", "year": {"at": "Référence", "find": r"/DOS-(\d+)/"}}
    wanted |= {"link": {"at": "Nouvelle demande", "what": "address"}, "none": {"at": "#none", "default": "-"}}
    assert desk.act("read", wanted, patience=2) == {
        "reference": desk.office.records[0].reference,
        "year": "2026",
        "link": f"{desk.office.address}/demandes/nouvelle",
        "none": "-",
    }


def test_expect_says_what_the_page_says(desk: Desk) -> None:
    desk.act("expect", ["Nulle part", "Bienvenue"])
    desk.act("expect", {"gone": "Veuillez vous identifier"})
    with pytest.raises(Failed, match=r"does not show “Dossier 9”.*Bienvenue, robot-31"):
        desk.act("expect", "Dossier 9", patience=0.5)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Dossier 123", True),
        ("dossier 123", True),
        ("Dossier 12", False),
        ("1 234 567,50 €", True),
        ("1 234", False),
        ("Dossier 77", True),
        ("2024-18", False),
        ("2024-18-B", True),
        ("Demande 12", True),
        ("Invisible", False),
        ("Effacé", False),
        ("Tapé", False),
        ("Rédigé", False),
        ("Choisi", False),
        ("Tout valider", True),
        ("Refuser", True),
        ("Annexe jointe", True),
    ],
)
def test_words_that_are_seen_whole(act: Hand, pages: str, words: str, shown: bool) -> None:
    if not act.page.address.endswith("/words.html"):
        act("open", f"{pages}/words.html")
    assert act.page.shows(words) is shown


def test_evidence_shows_the_page_and_nothing_typed(desk: Desk, tmp_path: Path) -> None:
    desk.act.page.tab.goto(f"{desk.office.address}/connexion")
    desk.act("fill", {"Mot de passe": "très-secret", "Identifiant": "robot-31"})
    kept = desk.act.page.evidence(tmp_path / "evidence", "failed")
    assert set(kept) == {"text", "screenshot"}
    text = (tmp_path / "evidence" / kept["text"]).read_text(encoding="utf-8")
    assert "Veuillez vous identifier" in text
    assert "très-secret" not in text
    assert (tmp_path / "evidence" / kept["screenshot"]).stat().st_size > 2000


def test_renewed_page_keeps_the_session(desk: Desk) -> None:
    desk.act.page.renew()
    assert desk.act.page.address == ""
    desk.act("open", "/demandes")
    assert desk.act.page.shows("Liste des demandes")


def test_wait_is_for_what_comes_and_what_goes(act: Hand, pages: str) -> None:
    act("open", f"{pages}/words.html")
    act.page.tab.evaluate(
        """() => { const sign = document.createElement('p'); sign.textContent = 'Calcul en cours';
            setTimeout(() => document.body.append(sign), 200); setTimeout(() => sign.remove(), 700) }"""
    )
    act("wait", "Calcul en cours")
    act("wait", gone="Calcul en cours")
    assert not act.page.shows("Calcul en cours")
    with pytest.raises(Failed, match="timeout"):
        act("wait", seconds=3, patience=1)
    with pytest.raises(FaultyFlow):
        act("wait", "Calcul", seconds=1)


def test_pictures_are_kept_beside_each_other_in_the_folder_of_the_run(act: Hand, pages: str) -> None:
    act("open", f"{pages}/words.html")
    whole = act("screenshot", "accord.png")
    part = act("screenshot", "accord.png", of="Tout valider")
    assert [one.relative_to(act.page.lane.folder).as_posix() for one in (whole, part)] == [
        "screenshots/accord.png",
        "screenshots/accord (2).png",
    ]
    assert whole.read_bytes()[:4] == part.read_bytes()[:4] == b"\x89PNG"
    assert part.stat().st_size < whole.stat().st_size
    for name in ("../accord.png", "accord.gif"):
        with pytest.raises(FaultyFlow):
            act("screenshot", name)


def test_a_window_that_closes_itself_takes_nobody_with_it(act: Hand, pages: str) -> None:
    act("open", f"{pages}/words.html")
    act.page.tab.evaluate("() => { const opened = open('about:blank'); setTimeout(() => opened.close(), 150) }")
    act.page.pause(0.01)
    assert act.page.address == ""
    act.page.pause(1.0)
    assert act.page.address == f"{pages}/words.html"
