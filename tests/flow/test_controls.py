"""The flow's own steps: what is refused before the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Faults = Callable[[str], str]

REPEAT = "robo: 1\nsettings: {site: portail}\nsteps:\n  - open: /x\n  - repeat:\n"


@pytest.mark.parametrize(
    ("block", "place", "fault"),
    [
        ("until: true\n      steps: [{charge: 12}]", "7:16", "`repeat` is for what only looks: a change is made once"),
        ("steps: [{click: Suite}]", "5:5", "`until` is missing in `repeat`"),
        ("until: avis > 3\n      steps: [{click: Suite}]", "6:14", "avis does not exist"),
        (
            "until: true\n      steps: [{for_each_row: {in: demandes.xlsx, key: row.numero, steps: [log: x]}}]",
            "7:50",
            "a loop with a key does each item once: not in `repeat`",
        ),
        ("until: true\n      steps: [{click: Suite}]\n    save: fin", "8:5", "`save` belongs beside an action"),
        (
            "until: true\n      steps: [{click: Suite}]\n    retry: 3\n    timeout: 3s",
            "9:5",
            "`timeout` belongs beside",
        ),
    ],
)
def test_repeat(faults: Faults, block: str, place: str, fault: str) -> None:
    said = faults(REPEAT + "      " + block + "\n")
    assert said.startswith(f"flows/a.yaml:{place}: {fault}"), said
    assert said.count("flows/a.yaml") == 1, said
