"""What could be seen when something happened: pictures and texts in the run's folder."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from robo.run.steps.lent import Lent
from robo.run.storage.journal import Journal


class Evidence:
    """The evidence of one lane, as much of it as the flow's `screenshots` asks for.

    folder: of the run; shown: the same as formulas see it.
    """

    def __init__(self, wanted: str, folder: Path, shown: str, lent: Lent, journal: Journal) -> None:
        self._wanted, self._folder, self._shown = wanted, folder / "evidence", f"{shown}/evidence"
        self._lent, self._journal = lent, journal
        self._last: tuple[Exception | None, str] = (None, "")

    @property
    def of_each_item(self) -> bool:
        """Whether an item that went well is kept too."""
        return self._wanted in ("each_row", "always")

    @property
    def of_each_step(self) -> bool:
        """Whether every step on a page is kept."""
        return self._wanted == "always"

    @property
    def kept(self) -> int:
        """How many pieces there are in the folder."""
        return self._next

    def of_error(self, error: Exception, ledger: str, key: str) -> str:
        """Keep what can be seen of a failure, once however far it goes; returns the path like `keep`."""
        if error is not self._last[0]:
            self._last = (error, self.keep(ledger, key))
        return self._last[1]

    def keep(self, ledger: str, key: str, step: str | None = None) -> str:
        """Keep what can be seen now; returns the path of the picture from the workspace's root, empty without one."""
        if self._wanted == "never":
            return ""
        self._next += 1
        kept = self._lent.evidence(self._folder, f"{self._next:04d}")
        if not kept:
            return ""
        self._journal.note("evidence", ledger=ledger, key=key, step=step, files=dict(kept))
        return f"{self._shown}/{kept['screenshot']}" if "screenshot" in kept else ""

    @cached_property
    def _next(self) -> int:
        """The number of the last piece that earlier lanes have kept."""
        numbers = (file.stem for file in self._folder.glob("*.*"))
        return max((int(number) for number in numbers if number.isdecimal()), default=0)
