"""Writing results back into the source: kept in the ledger first, written at checkpoints, never lost."""

from __future__ import annotations

from robo.flow.model import Loop
from robo.kit.errors import Busy, Failed, RoboError
from robo.kit.source import KeyOf, Source
from robo.run.loops.would_write import would_write
from robo.run.steps.course import Course
from robo.run.storage.ledger import Ledger

EVERY = 20.0
"""Seconds between two checkpoints."""


class WriteBack:
    """What is still to be written into one source."""

    def __init__(self, course: Course, ledger: Ledger, loop: Loop, source: Source, key_of: KeyOf) -> None:
        self._course, self._ledger, self._loop, self._source, self._key_of = course, ledger, loop, source, key_of
        self._last = course.clock.monotonic()
        self._told: set[str] = set()

    def checkpoint(self, force: bool = False) -> None:
        """Write what is due; a source that somebody has open is tried again later. A dry run tells it at its end."""
        if not self._loop.write_back or (self._course.dry and not force):
            return
        now = self._course.clock.monotonic()
        if not force and now - self._last < EVERY:
            return
        self._last = now
        target = self._source.describe()
        due = {
            item.key: item.write_back
            for item in self._ledger.items("done", "planned")
            if item.write_back and not item.written and item.target == target and item.key not in self._told
        }
        if not due:
            return
        course = self._course
        if course.dry:
            self._told |= due.keys()
            would_write(course, self._ledger.name, self._source, self._key_of, due)
            return
        elsewhere = None
        if not course.workspace.is_default_environment:
            elsewhere = course.folder / "written-back.xlsx"
        try:
            result = self._source.write_back(due, self._key_of, elsewhere)
        except (Busy, Failed, RoboError, OSError) as error:
            course.journal.note("source.written", ledger=self._ledger.name, pending=len(due), reason=str(error))
            course.journal.flush()
            return
        course.boundary("written back")
        for key, column, there in result.conflicts:
            course.journal.note(
                "source.written", ledger=self._ledger.name, key=key, conflict=column, there=there
            )  # fmt: skip
        for key in result.missing:
            course.journal.note("source.written", ledger=self._ledger.name, key=key, missing=True)
        settled = {*result.written, *result.missing, *(key for key, _column, _there in result.conflicts)}
        self._ledger.written(sorted(settled), str(elsewhere or target))
