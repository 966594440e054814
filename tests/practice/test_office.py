"""The practice office keeps its promises, good and bad: it takes doubles, refuses by rule, and fails as asked."""

from __future__ import annotations

import http.client
import re
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from robo.practice.office import PASSWORD, USER, Faults, Office

GOOD = {
    "numero": "D1", "civilite": "Madame", "nom": "Abadie", "prenom": "Hélène", "date_naissance": "1980-02-01",
    "code_postal": "31000", "commune": "Toulouse", "type": "Particulier", "montant": "1 234,50",
}  # fmt: skip


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


class Clerk:
    """Somebody with a browser: one connection for each request, one cookie."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.cookie = ""

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """(status, text) of the answer."""
        connection = http.client.HTTPConnection(urlsplit(self._office.address).netloc, timeout=5)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        try:
            connection.request(method, path, urlencode(fields or {}), headers)
            answer = connection.getresponse()
            self.cookie = (answer.headers["Set-Cookie"] or self.cookie).partition(";")[0]
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def sign_in(self) -> Clerk:
        """Herself, signed in."""
        assert self.ask("POST", "/connexion", {"identifiant": USER, "mot_de_passe": PASSWORD})[0] == 303
        return self


def test_nothing_is_shown_before_signing_in(office: Office) -> None:
    assert Clerk(office).ask("GET", "/demandes/nouvelle")[0] == 303
    assert "Veuillez vous identifier" in Clerk(office).ask("GET", "/connexion")[1]


def test_an_entry_gets_a_reference_and_is_found(office: Office) -> None:
    clerk = Clerk(office).sign_in()
    page = clerk.ask("POST", "/demandes", GOOD)[1]
    assert re.search(r'id="reference">(DOS-2026-00001)<', page)
    assert "Demande D1" in clerk.ask("POST", "/demandes/recherche", {"numero": "D1"})[1]
    assert "Aucune demande trouvée" in clerk.ask("POST", "/demandes/recherche", {"numero": "D"})[1]


def test_a_double_is_taken_without_a_word(office: Office) -> None:
    clerk = Clerk(office).sign_in()
    for _twice in range(2):
        clerk.ask("POST", "/demandes", GOOD)
    assert [record.number for record in office.records] == ["D1", "D1"]


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("montant", "100 000,01", "Montant supérieur au plafond"),
        ("montant", "0", "Montant nul"),
        ("montant", "1234.50", "Montant illisible"),
        ("code_postal", "75011", "Code postal hors d&#x27;Occitanie"),
        ("code_postal", "9100", "Code postal illisible"),
        ("nom", " ", "Nom obligatoire"),
    ],
)
def test_the_rules_refuse(office: Office, field: str, text: str, reason: str) -> None:
    assert reason in Clerk(office).sign_in().ask("POST", "/demandes", {**GOOD, field: text})[1]
    assert office.records == []


def test_a_lost_answer_hides_an_entry_that_was_made(office: Office) -> None:
    clerk = Clerk(office).sign_in()
    office.set_faults(Faults(lose=1.0, times=1))
    with pytest.raises(http.client.RemoteDisconnected):
        clerk.ask("POST", "/demandes", GOOD)
    assert len(office.records) == 1
    assert clerk.ask("POST", "/demandes", GOOD)[0] == 200
    assert len(office.records) == 2


def test_a_late_entry_is_made_although_nobody_waits_for_it(office: Office) -> None:
    clerk = Clerk(office).sign_in()
    office.set_faults(Faults(late=0.3))
    parts = urlsplit(office.address)
    body = urlencode(GOOD)
    head = f"POST /demandes HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {clerk.cookie}\r\n"
    head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as line:
        line.sendall((head + body).encode())
        time.sleep(0.1)
    assert office.records == []
    end = time.monotonic() + 5
    while not office.records and time.monotonic() < end:
        time.sleep(0.02)
    assert len(office.records) == 1


def test_a_session_ends_after_so_many_requests(office: Office) -> None:
    clerk = Clerk(office).sign_in()
    office.set_faults(Faults(expire_every=2))
    assert [clerk.ask("GET", "/")[0] for _request in range(3)] == [200, 200, 303]


def test_the_same_faults_strike_in_each_run() -> None:
    struck = []
    for _run in range(2):
        with Office(faults=Faults(seed=3, fail_before=0.5)) as office:
            clerk = Clerk(office).sign_in()
            struck.append([clerk.ask("POST", "/demandes", {**GOOD, "numero": f"D{n}"})[0] for n in range(12)])
    assert struck[0] == struck[1]
    assert set(struck[0]) == {200, 500}


def test_an_unknown_fault_is_named() -> None:
    with pytest.raises(ValueError, match="'loose'"):
        Faults.from_json({"loose": 1})
