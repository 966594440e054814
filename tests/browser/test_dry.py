"""What a dry run sees of a page: it signs in, searches where that is listed, fills, and nothing else leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from browser.conftest import DEMANDE, SHELF, Desk, Hand
from browser.witness import Witness
from robo.browser import Page
from robo.flow.workspace import open_workspace
from robo.kit.change import NOT_KNOWN_YET, Change
from robo.kit.errors import Failed, NotRehearsed
from robo.kit.lane import Harmless, Lane, Site
from robo.kit.patience import within
from robo.kit.schema import bind
from robo.practice.office import PASSWORD, Office

Open = Callable[[Site], Page]


@pytest.fixture(scope="module")
def rehearsing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Opens guarded pages; the one of a site is opened once."""
    pages: dict[Site, Page] = {}

    def opened(site: Site) -> Page:
        if site not in pages:
            folder = tmp_path_factory.mktemp("dry")
            pages[site] = Page.open(Lane(folder, folder, folder / "scratch", site=site, sites=(site,), dry=True))
        pages[site].renew()
        return pages[site]

    yield opened
    for page in pages.values():
        page.close()


@pytest.fixture(scope="module")
def witness() -> Iterator[Witness]:
    with Witness() as witness:
        yield witness


@pytest.fixture
def wizard(witness: Witness, rehearsing: Open) -> Hand:
    """The first page of a wizard that stores each step."""
    witness.written.clear()
    act = Hand(rehearsing(Site("steps", witness.address, drafts=(Harmless("POST", "/w/etape/*"),))))
    act("open", "/wizard.html")
    act("fill", {"Nom": "Dupont"})
    return act


def desk_at(office: Office, site: Site, page: Page) -> Desk:
    office.reset()
    desk = Desk(office, Hand(page), "office")
    desk.site = site
    return desk


def said(act: Hand, **written: Any) -> Change:
    """What `submit` says it would do, and no more."""
    action = SHELF.actions["submit"]
    with within(6.0):
        doing = action.function(page=act.page, **bind(action, written))
        change: Change = next(doing)
        doing.close()
    return change


def test_sign_in_is_let_through_and_named(plain_office: Office, rehearsing: Open) -> None:
    site = Site("office", plain_office.address)
    desk = desk_at(plain_office, site, rehearsing(site))
    desk.sign_in()
    (crossing,) = desk.act.page.crossings()
    assert (crossing.verdict, crossing.why, crossing.method) == ("passed", "sign-in", "POST")
    assert crossing.address == f"{plain_office.address}/connexion"
    assert "robot-31" in crossing.fields.values()
    assert PASSWORD not in str(crossing)


def test_sign_in_that_is_sent_on_elsewhere_is_not(witness: Witness, rehearsing: Open) -> None:
    witness.written.clear()
    site = Site("steps", witness.address, drafts=(Harmless("POST", "/w/etape/*"),))
    page = rehearsing(site)
    page.tab.goto(f"{witness.address}/wizard.html")
    with within(10), page.signing_in(site):
        page.tab.evaluate("fetch('/w/connexion?on', {method: 'POST', body: 'x'}).catch(() => null)")
        page.tab.evaluate("navigator.sendBeacon('/w/trace', 'x')")
        page.pause(0.3)
    page.tab.evaluate("fetch('/w/late', {method: 'POST', body: 'x'}).catch(() => null)")
    told = [(one.verdict, one.address.removeprefix(witness.address)) for one in page.crossings()]
    assert told == [
        ("passed", "/w/connexion?on"),
        ("refused", "/w/connexion_once_more"),
        ("refused", "/w/trace"),
        ("refused", "/w/late"),
    ]
    assert witness.written == [("POST", "/w/connexion")]


def test_proposed_line_is_the_one_that_lets_a_search_through(
    plain_office: Office, rehearsing: Open, tmp_path: Path
) -> None:
    site = Site("office", plain_office.address)
    desk = desk_at(plain_office, site, rehearsing(site))
    desk.sign_in()
    desk.act.page.crossings()
    with pytest.raises(Failed, match=r'harmless = \["POST /demandes/recherche"\]'):
        search(desk)
    (crossing,) = desk.act.page.crossings()
    assert (crossing.verdict, crossing.why) == ("refused", "unlisted")
    assert crossing.fields == {"numero": "Z-9"}

    toml = f'[sites.office]\naddress = "{plain_office.address}"\n{crossing.line}\n'
    (tmp_path / "robo.toml").write_text(toml, encoding="utf-8")
    mended = open_workspace(tmp_path).site("office")
    desk = desk_at(plain_office, mended, rehearsing(mended))
    desk.sign_in()
    desk.act.page.crossings()
    search(desk)
    assert desk.act.page.shows("Aucune demande trouvée")
    (crossing,) = desk.act.page.crossings()
    assert (crossing.verdict, crossing.why, crossing.line) == ("passed", "harmless", "")


def search(desk: Desk) -> None:
    desk.act("open", "/demandes/recherche")
    desk.act("fill", {"Numéro de demande": "Z-9"})
    desk.act("click", "Rechercher")


def test_submit_says_all_and_enters_nothing(plain_office: Office, rehearsing: Open) -> None:
    site = Site("office", plain_office.address)
    desk = desk_at(plain_office, site, rehearsing(site))
    desk.sign_in()
    desk.fill()
    change = said(desk.act, button="Enregistrer", expect="Demande A-1", read={"reference": "#reference"})
    assert change.gives == {"reference": NOT_KNOWN_YET}
    assert change.preview["Date de naissance"] == DEMANDE["Date de naissance"]
    assert {
        "Numéro de demande": "A-1",
        "Nom": "Dupont",
        "Montant demandé (€)": "1250,50",
    }.items() <= change.preview.items()
    assert plain_office.records == []
    assert plain_office.pending == 0


def test_submit_remarks_on_what_the_page_lets_through(wizard: Hand) -> None:
    wizard("fill", {"Courriel": "dupont", "Code secret": "hunter2"})
    change = said(wizard, button="Valider", expect="Saved")
    assert change.preview["Code secret"] == "••••"
    assert [remark.partition("”")[0] for remark in change.remarks] == ["“Courriel", "“Objet"]


def test_click_that_would_save_fails_with_both_mends(wizard: Hand, witness: Witness) -> None:
    wizard("fill", {"Code secret": "hunter2"})
    with pytest.raises(Failed, match=r"harmless = \[.POST /w/valide.\]; if it saves, write `submit`"):
        wizard("click", "Valider")
    assert wizard("read", {"name": "Nom"}) == {"name": "Dupont"}
    (crossing,) = wizard.page.crossings()
    assert (crossing.fields["nom"], crossing.fields["code"], crossing.line) == ("Dupont", "••••", "")
    assert witness.written == []


def test_draft_that_leads_on_says_what_was_not_rehearsed(wizard: Hand, witness: Witness) -> None:
    with pytest.raises(NotRehearsed, match=r"“Suivant” saves a draft \(POST .*/w/etape/1\)"):
        wizard("click", "Suivant")
    assert [one.why for one in wizard.page.crossings()] == ["draft"]
    assert witness.written == []


def test_draft_that_leaves_the_page_is_only_told(wizard: Hand, witness: Witness) -> None:
    wizard("click", "Brouillon")
    (crossing,) = wizard.page.crossings()
    assert (crossing.why, crossing.fields["nom"]) == ("draft", "Dupont")
    assert witness.written == []


def test_window_into_which_nothing_came_does_not_stay(wizard: Hand) -> None:
    with pytest.raises(Failed, match="/w/ailleurs"):
        wizard("click", "Ailleurs")
    assert wizard("read", {"name": "Nom"}) == {"name": "Dupont"}


FLOW = """\
robo: 1
settings: {site: etapes}
steps:
  - for_each_row:
      in: lignes.xlsx
      key: row.numero
      steps:
        - open: /wizard.html
        - fill: {Nom: =row.nom}
        - click: Suivant
        - submit: {button: Valider, expect: Saved}
"""
TOML = """\
[workspace]
language = "en"
[sites.etapes]
address = "%s"
drafts = ["POST /w/etape/*"]
"""


def test_dry_run_of_a_wizard_goes_as_far_as_it_can(witness: Witness, tmp_path: Path) -> None:
    """The whole command: the draft is told as refused, what follows it as not seen, and nothing arrives."""
    witness.written.clear()
    book = Workbook()
    assert book.active is not None
    for row in (["Numéro", "Nom"], ["W-1", "Dupont"]):
        book.active.append(row)
    book.save(tmp_path / "lignes.xlsx")
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "etapes.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "robo.toml").write_text(TOML % witness.address, encoding="utf-8")
    command = [sys.executable, "-m", "robo", "dry-run", "etapes"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert witness.written == []
    (journal,) = tmp_path.glob("runs/*/journal.jsonl")
    events = [json.loads(one) for one in journal.read_text("utf-8").splitlines()]
    told = [(one["verdict"], one["why"], one["fields"]["nom"]) for one in events if one["kind"] == "request"]
    assert told == [("refused", "draft", "Dupont")]
    (unseen,) = [one["reason"] for one in events if one["kind"] == "step.unseen"]
    assert "the pages that follow were not rehearsed" in unseen
