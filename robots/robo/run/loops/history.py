"""What an item's history allows today: whether it may go on, and what a person must see first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robo.flow.model import Loop
from robo.kit.messages import _
from robo.run.steps.passage import until
from robo.run.steps.scope import differing
from robo.run.storage.ledger import Ledger
from robo.run.storage.records import Item, Made
from robo.run.storage.values import digest


class History:
    """The items of a loop as they were begun and done, held against the rows of today."""

    def __init__(self, ledger: Ledger, loop: Loop) -> None:
        self._ledger, self._loop = ledger, loop

    def may_go_on(self, key: str, row: Mapping[str, Any], receipts: list[Made]) -> bool:
        """Whether an item with receipts may go on today; if not, a person is asked."""
        if any(made.steps and until(self._loop.steps, made.step) != made.steps for made in receipts):
            self._ledger.wait(key, "steps", _("its steps were edited after some of them had been done"))
            return False
        changed = differing(_columns(receipts), row)
        if changed:
            self._ledger.wait(key, "row", _("its row has changed since: {columns}").format(columns=", ".join(changed)))
            return False
        return True

    def compare(self, item: Item, row: Mapping[str, Any]) -> None:
        """A done item is not entered again; if its row has changed, a person is told."""
        changed = self._differing(item.key, row)
        if changed and item.accepted not in (digest(row), digest(self.given(row))):
            self._ledger.wait(
                item.key,
                "changed",
                _("done already, but its row has changed: {columns}").format(columns=", ".join(changed)),
            )

    def still_waits(self, item: Item, row: Mapping[str, Any]) -> bool:
        """Whether what a person was asked about is still so: a row that was put back needs no answer."""
        if item.waits in ("row", "changed") and not self._differing(item.key, row):
            self._ledger.release(item.key, (item.state,))
            return False
        return True

    def row_changed(self, item: Item, row: Mapping[str, Any]) -> bool:
        """Whether the row is another than the one that the item was begun with."""
        return digest(self.given(item.row)) != digest(self.given(row))

    def given(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row without what this loop itself writes into it."""
        return {column: value for column, value in row.items() if column not in self._loop.write_back}

    def _differing(self, key: str, row: Mapping[str, Any]) -> list[str]:
        """The columns that led to the item's receipts and hold another value now."""
        known = _columns(self._ledger.changes(key, "receipt"))
        return [column for column in differing(known, row) if column not in self._loop.write_back]


def _columns(receipts: list[Made]) -> dict[str, str]:
    """Fingerprints of all columns that led to these receipts."""
    known: dict[str, str] = {}
    for made in receipts:
        known |= made.columns
    return known
