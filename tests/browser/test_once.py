"""The browser never sends a form twice, however busy its connections are and however the answer is lost."""

from __future__ import annotations

from collections import Counter

import pytest

from browser.conftest import Desk
from robo.kit.errors import InDoubt
from robo.practice.office import Faults

ENTRIES = 30
BUSY = "() => { for (let n = 0; n < 4; n++) fetch('/demandes/recherche'); setInterval(() => fetch('/demandes'), 40) }"


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_lost_answers_are_never_entered_twice(both_desks: Desk, reset: bool) -> None:
    both_desks.office.set_faults(Faults(lose=1.0, reset=reset))
    for number in range(ENTRIES // 2):
        both_desks.act("open", f"{both_desks.site.address}/demandes/nouvelle")
        both_desks.act.page.tab.evaluate(BUSY)
        both_desks.act("fill", fields={"Numéro de demande": f"N-{number}"})
        both_desks.act("fill", fields={"Nom": "Dupont", "Prénom": "Anne", "Commune": "Toulouse", "Civilité": "Madame"})
        both_desks.act("fill", fields={"Date de naissance": "01/02/1980", "Code postal": "31000"})
        both_desks.act("fill", fields={"Type de demandeur": "Association", "Montant demandé (€)": "10,00"})
        with pytest.raises(InDoubt):
            both_desks.send(f"N-{number}")
    assert Counter(both_desks.numbers()) == {f"N-{number}": 1 for number in range(ENTRIES // 2)}
