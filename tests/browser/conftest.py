"""One real browser for all tests here, a practice office in the clear and one over TLS, and pages of our own."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from robo.browser import Page
from robo.kit.action import Action
from robo.kit.change import Change
from robo.kit.lane import Account, Harmless, Lane, Site
from robo.kit.patience import within
from robo.kit.schema import bind
from robo.kit.secrets import Secret
from robo.kit.shelf import Shelf
from robo.practice.office import PASSWORD, USER, Faults, Office, self_signed

SHELF = Shelf.of([__import__("robo.browser", fromlist=["browser"])])


class Pages(SimpleHTTPRequestHandler):
    """Serves the folder `pages`, silently."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="session")
def pages() -> Iterator[str]:
    """The address of the folder `pages`."""
    handler = functools.partial(Pages, directory=str(Path(__file__).parent / "pages"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def plain_office() -> Iterator[Office]:
    with Office() as office:
        yield office


@pytest.fixture(scope="session")
def tls_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Office(tls=self_signed(tmp_path_factory.mktemp("tls"))) as office:
        yield office


def site_of(office: Office, name: str) -> Site:
    harmless = (Harmless("POST", "/demandes/recherche"), Harmless("POST", "/connexion"))
    return Site(name, office.address, signed_out="Veuillez vous identifier", harmless=harmless)


@pytest.fixture(scope="session")
def page(plain_office: Office, tls_office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("lane")
    site = site_of(plain_office, "office")
    page = Page.open(Lane(folder, folder, folder / "scratch", site=site, sites=(site, site_of(tls_office, "tls"))))
    yield page
    page.close()


class Hand:
    """Calls actions as the engine does: what a flow writes is bound to the signature first."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: Change | None = None

    def __call__(self, name: str, main: Any = None, *, patience: float = 6.0, **written: Any) -> Any:
        action: Action = SHELF.actions[name]
        arguments = {action.main: main} | written if main is not None else written
        with within(patience):
            outcome = action.function(page=self.page, **bind(action, {str(k): v for k, v in arguments.items()}))
            if action.kind != "change":
                return outcome
            self.said = next(outcome)
            try:
                next(outcome)
            except StopIteration as end:
                return end.value
        raise AssertionError("a change yields once")


@pytest.fixture
def act(page: Page) -> Hand:
    return Hand(page)


DEMANDE: dict[str, Any] = {
    "Numéro de demande": "A-1",
    "Civilité": "Madame",
    "Nom": "Dupont",
    "Prénom": "Anne",
    "Date de naissance": "01/02/1980",
    "Code postal": "31000",
    "Commune": "Toulouse",
    "Type de demandeur": "Association",
    "Montant demandé (€)": "1250,50",
}


class Desk:
    """A practice office with somebody signed in at it."""

    def __init__(self, office: Office, act: Hand, name: str) -> None:
        self.office, self.act = office, act
        self.site = site_of(office, name)

    def account(self, password: str = PASSWORD) -> Account:
        user, field = {"label": "Identifiant"}, {"label": "Mot de passe"}
        return Account(
            "portail", self.site, "/connexion", user, USER, field, Secret(password), "Se connecter", "Bienvenue"
        )

    def sign_in(self, password: str = PASSWORD) -> None:
        self.act("login", account=self.account(password))

    def fill(self, number: str = "A-1", changed: dict[str, Any] | None = None) -> None:
        self.act("open", f"{self.site.address}/demandes/nouvelle")
        self.act("fill", fields=DEMANDE | {"Numéro de demande": number} | (changed or {}))

    def send(self, number: str = "A-1", patience: float = 6.0) -> Any:
        return self.act(
            "submit",
            "Enregistrer",
            expect=f"Demande {number}",
            refuse="Demande refusée",
            read={"reference": "#reference"},
            patience=patience,
        )

    def numbers(self) -> list[str]:
        return [record.number for record in self.office.records]


@pytest.fixture(params=["http", "https"])
def both_desks(request: pytest.FixtureRequest, plain_office: Office, tls_office: Office, act: Hand) -> Iterator[Desk]:
    """The same office in the clear and over TLS."""
    office = plain_office if request.param == "http" else tls_office
    yield from _desk(office, act, request.param)


@pytest.fixture
def desk(plain_office: Office, act: Hand) -> Iterator[Desk]:
    yield from _desk(plain_office, act, "office")


def _desk(office: Office, act: Hand, name: str) -> Iterator[Desk]:
    office.reset()
    desk = Desk(office, act, name)
    desk.sign_in()
    yield desk
    office.set_faults(Faults())
    act.page.renew()
