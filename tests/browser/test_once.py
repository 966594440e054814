"""The browser never sends a form twice, however busy its connections are and however the answer is lost."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from browser.conftest import DEMANDE, Desk
from robo.kit.errors import InDoubt
from robo.practice.office import Faults

ENTRIES = int(os.environ.get("ROBO_TEST_ENTRIES", "6"))
"""Of each kind; some hundreds were entered when this was made."""
BUSY = "() => { for (let n = 0; n < 4; n++) fetch('/demandes/recherche'); setInterval(() => fetch('/demandes'), 40) }"


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_lost_answers_are_never_entered_twice(both_desks: Desk, reset: bool) -> None:
    both_desks.office.set_faults(Faults(lose=1.0, reset=reset))
    for number in range(ENTRIES):
        both_desks.act("open", f"{both_desks.site.address}/demandes/nouvelle")
        both_desks.act.page.tab.evaluate(BUSY)
        both_desks.act("fill", fields=DEMANDE | {"Numéro de demande": f"N-{number}"})
        with pytest.raises(InDoubt):
            both_desks.send(f"N-{number}")
    assert Counter(both_desks.numbers()) == {f"N-{number}": 1 for number in range(ENTRIES)}
