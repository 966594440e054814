"""What was refused is set aside for a person to correct, and what was corrected is gone through again.

It stays the same item of the same ledger; its results go back where it came from, and into the corrected rows as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from robo.flow.model import Flow, Loop, loops
from robo.kit.change import Cell
from robo.kit.errors import Busy, FaultyFlow, RoboError
from robo.kit.messages import _
from robo.kit.source import Entry, KeyOf, Source, WrittenBack
from robo.kit.text import slug
from robo.run.steps.course import Course
from robo.run.storage.ledger import Ledger

NAME = "refused"


class Corrected:
    """A source of which only the corrected entries are gone through."""

    kind: ClassVar[str] = "corrected"

    def __init__(self, original: Source, rows: Source) -> None:
        self.original, self._rows = original, rows

    def describe(self) -> str:
        return self.original.describe()

    def columns(self) -> Sequence[str] | None:
        return self.original.columns()

    def entries(self) -> Iterator[Entry]:
        """With the columns of the source itself: the reason is none of them."""
        known = self.columns()
        for entry in self._rows.entries():
            lacking = [column for column in known or () if column not in entry.values]
            if lacking:
                raise FaultyFlow(
                    _("{file} lacks the column {column} of {source}").format(
                        file=self._rows.describe(), column=lacking[0], source=self.describe()
                    )
                )
            values = entry.values if known is None else {column: entry.values[column] for column in known}
            yield replace(entry, values=values)

    def write_back(
        self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf, copy_to: Path | None = None
    ) -> WrittenBack:
        if copy_to is None:
            try:
                self._rows.write_back(values, key_of)
            except Busy:
                raise
            except (RoboError, OSError):
                pass  # it was a working copy: what counts is the source
        return self.original.write_back(values, key_of, copy_to)

    def would_write(self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf) -> Sequence[tuple[str, Cell]]:
        return self.original.would_write(values, key_of)

    def set_aside(self, reasons: Mapping[int, str], to: Path) -> Path | None:
        return self._rows.set_aside(reasons, to)


def loop_of(flow: Flow, rows: Path) -> Loop:
    """The loop that corrected rows belong to: the only one, else the one that their file is named after.

    Raises FaultyFlow where there is none.
    """
    known = [loop for loop in loops(flow) if loop.kind != "item"]
    named = [loop for loop in known if rows.stem.startswith(f"{NAME}-{slug(loop.name)}")]
    found = known if len(known) == 1 else named
    if not found:
        raise FaultyFlow(
            _("{flow} has several loops or none: {file} must keep the name that it was given").format(
                flow=flow.path, file=rows.name
            )
        )
    return max(found, key=lambda loop: len(loop.name))


def set_aside(
    course: Course,
    ledger: Ledger,
    loop: Loop,
    source: Source,
    key_of: KeyOf,
    items: Mapping[str, str],
    rows: Mapping[int, tuple[str, str]],
) -> None:
    """Write the entries that were not accepted into the run's folder, and say where. It never makes a run fail.

    items: key to reason. rows: position to (key or "", reason) of those without a usable key.
    """
    if not items and not rows:
        return
    known = [one for one in loops(course.flow) if one.kind != "item"]
    name = NAME if len(known) == 1 else f"{NAME}-{slug(loop.name)}"
    try:
        # Somebody may have sorted the source meanwhile: a reason stands beside its own entry, or nowhere.
        there = {entry.position: key_of(entry) or "" for entry in source.entries()}
        reasons = {at: items[key] for at, key in there.items() if key in items}
        reasons |= {at: reason for at, (key, reason) in rows.items() if there.get(at) == key}
        written = source.set_aside(reasons, course.folder / _free(course.folder, name))
    except (RoboError, OSError) as error:
        course.journal.note("source.set_aside", ledger=ledger.name, reason=str(error))
    else:
        if written is None:
            return
        course.journal.note("source.set_aside", ledger=ledger.name, file=str(written), count=len(reasons))
    course.journal.flush()


def _free(folder: Path, name: str) -> str:
    """A name that nothing in the folder has: a person may have begun to correct the one of an earlier start."""
    number, free = 1, name
    while any(folder.glob(f"{free}.*")):
        number += 1
        free = f"{name}-{number}"
    return free
