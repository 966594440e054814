"""One press: what is said before it, and what is believed after it, whatever the office does."""

from __future__ import annotations

import pytest

from browser.conftest import Desk
from robo.browser import submit
from robo.kit.change import Change
from robo.kit.errors import Failed, InDoubt, Refused, SignedOut
from robo.kit.patience import within
from robo.kit.types import Place, Proof
from robo.practice.office import Faults


def test_entry_gives_its_receipt(both_desks: Desk) -> None:
    both_desks.fill()
    assert both_desks.send() == {"reference": both_desks.office.records[0].reference}
    assert both_desks.numbers() == ["A-1"]


def test_preview_shows_the_form_and_nothing_leaves(desk: Desk) -> None:
    desk.fill()
    with within(5):
        said = next(submit(Place(any="Enregistrer"), desk.act.page, expect=(Proof(text="Demande A-1"),)))
    assert isinstance(said, Change)
    assert said.preview["Civilité"] == "Madame"
    assert said.preview["Type de demandeur"] == "Association"
    assert desk.numbers() == []


def test_refusal_carries_the_words_of_the_page(desk: Desk) -> None:
    desk.fill(changed={"Code postal": "75001"})
    with pytest.raises(Refused, match="Code postal hors d'Occitanie"):
        desk.send()


@pytest.mark.parametrize(
    ("faults", "reason", "committed"),
    [
        (Faults(fail_before=1.0), "answered 500", []),
        (Faults(fail_after=1.0), "answered 500", ["A-1"]),
        (Faults(lose=1.0), "closed without an answer", ["A-1"]),
        (Faults(lose=1.0, reset=True), "closed without an answer", ["A-1"]),
        (Faults(lose_before=1.0), "closed without an answer", []),
        (Faults(expire_every=1), "asks to sign in again", []),
    ],
    ids=["fail_before", "fail_after", "lose", "lose_reset", "lose_before", "expire"],
)
def test_what_is_not_known_is_a_doubt(both_desks: Desk, faults: Faults, reason: str, committed: list[str]) -> None:
    both_desks.fill()
    both_desks.office.set_faults(faults)
    with pytest.raises(InDoubt, match=reason):
        both_desks.send()
    assert both_desks.numbers() == committed


def test_late_answer_is_waited_for(both_desks: Desk) -> None:
    both_desks.fill()
    both_desks.office.set_faults(Faults(late=1.5))
    assert both_desks.send()["reference"]


def test_answer_that_does_not_come_in_time_is_a_doubt(both_desks: Desk) -> None:
    both_desks.fill()
    both_desks.office.set_faults(Faults(late=4))
    with pytest.raises(InDoubt, match="no answer in time"):
        both_desks.send(patience=1.5)


def test_proof_of_the_entry_before_proves_nothing(desk: Desk) -> None:
    desk.fill()
    desk.send()
    desk.office.set_faults(Faults(stale=True))
    desk.fill("A-2")
    with pytest.raises(Failed, match="name the item in `expect`"):
        desk.act("submit", "Enregistrer", expect="Demande enregistrée", patience=1.5)
    assert desk.numbers() == ["A-1"]


def test_answer_without_the_proof_is_a_doubt(desk: Desk) -> None:
    desk.fill()
    with pytest.raises(InDoubt, match="did not show what proves it"):
        desk.act("submit", "Enregistrer", expect="Bravo", patience=1.5)


def test_expired_session_is_seen_before_the_press(desk: Desk) -> None:
    desk.office.set_faults(Faults(expire_every=1))
    with pytest.raises(SignedOut):
        desk.act("open", "/demandes/nouvelle")


def test_press_that_sends_nothing_fails_without_doubt(desk: Desk) -> None:
    desk.fill()
    desk.act.page.tab.evaluate("document.forms[0].addEventListener('submit', event => event.preventDefault())")
    with pytest.raises(Failed, match="sent nothing") as caught:
        desk.send(patience=1.5)
    assert not isinstance(caught.value, InDoubt)


def test_name_that_is_not_on_the_answer_loses_nothing(desk: Desk) -> None:
    desk.fill()
    read = {"reference": "#reference", "missing": "#nowhere"}
    got = desk.act("submit", "Enregistrer", expect="Demande A-1", read=read, patience=3)
    assert got == {"reference": desk.office.records[0].reference, "missing": None}


def test_browser_validation_refuses_before_anything_is_said(desk: Desk) -> None:
    desk.fill()
    desk.act.page.tab.evaluate(
        "document.getElementById('nom').required = true; document.getElementById('nom').value = ''"
    )
    with pytest.raises(Refused, match="“Nom”: must be filled"):
        desk.send()


@pytest.mark.parametrize(("confirm", "outcome"), [(False, "the page asked “Vraiment ?”"), (True, "")])
def test_question_of_the_page(desk: Desk, confirm: bool, outcome: str) -> None:
    desk.fill()
    desk.act.page.tab.evaluate(
        "document.forms[0].addEventListener('submit', e => confirm('Vraiment ?') || e.preventDefault())"
    )
    if confirm:
        desk.act("submit", "Enregistrer", expect="Demande A-1", confirm=True)
        assert desk.numbers() == ["A-1"]
    else:
        with pytest.raises(Failed, match=r"the page asked “Vraiment \?”"):
            desk.send(patience=2)
