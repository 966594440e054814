"""What a keyed loop has before it: the entries of its source as items, each with its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from robo.flow.model import Loop
from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.kit.source import Entry, Source
from robo.kit.text import join_key
from robo.run.loops.corrected import Corrected
from robo.run.loops.looking import can_look
from robo.run.loops.tally import rows_refused
from robo.run.steps.course import Course
from robo.run.steps.passage import Passage
from robo.run.steps.scope import Row
from robo.run.storage.ledger import Ledger

LONGEST_READING = 600.0
"""Seconds that one entry may take, such as a huge file whose content is its key."""


@dataclass(frozen=True)
class Work:
    """An item to be done: its key, and what the source says of it (None: the source no longer lists it)."""

    key: str
    entry: Entry | None
    row: Mapping[str, Any]
    position: int | None


class AskPerson(Exception):
    """A question to a person, asked once for all; the run waits for the answer."""

    def __init__(self, question: str, mend: str) -> None:
        super().__init__(question)
        self.question, self.mend = question, mend


class Works:
    """The items of one loop's source."""

    def __init__(self, course: Course, ledger: Ledger, loop: Loop, source: Source, outer: Passage) -> None:
        self._course, self._ledger, self._loop, self._source, self._outer = course, ledger, loop, source, outer
        self._language = course.flow.settings.locale
        self.refused: dict[int, tuple[str, str]] = {}
        """Position to (key or "", reason) of the rows without a usable key, once they are gathered."""
        self.repeated: dict[str, str] = {}
        """Key to reason of those that stand several times."""
        self._unwanted: list[Entry] = []

    def key_of(self, entry: Entry) -> str | None:
        """The key of an entry, None where it has none."""
        try:
            scope = self._scope(entry)
            return join_key([formula.evaluate(scope, self._language) for formula in self._loop.key]) or None
        except (Refused, ValueError):
            return None

    def value(self, values: Mapping[str, Any]) -> Any:
        """What steps see of an entry with these values."""
        return values.get("item") if self._loop.kind == "item" else Row(values)

    def gather(self) -> list[Work]:
        """The items in their order; rows without key, or with another's, are refused, all of them."""
        found: dict[str, list[Entry]] = {}
        empty: list[Entry] = []
        for entry in told(self._course, self._source):
            if entry.later:
                note_later(self._course, self._ledger.name, entry)
                continue
            if self._loop.where and not self._wanted(entry):
                self._unwanted.append(entry)
                continue
            key = self.key_of(entry)
            if key is None:
                empty.append(entry)
            else:
                found.setdefault(key, []).append(entry)
        for entry in empty:
            self._refuse(entry, "", _("the key is empty"))
        works = []
        for key, entries in found.items():
            if len(entries) > 1:
                titles = ", ".join(entry.title or str(entry.position) for entry in entries)
                reason = (
                    _("{titles} are one and the same").format(titles=titles)
                    if entries[0].title
                    else _("the key {key} stands in lines {lines}").format(key=key, lines=titles)
                )
                self.repeated[key] = reason
                for entry in entries:
                    self._refuse(entry, key, reason)
            else:
                if entries[0].title:
                    self._ledger.titles[key] = entries[0].title
                works.append(Work(key, entries[0], entries[0].values, entries[0].position))
        return works

    @cached_property
    def unwanted(self) -> Mapping[str, Work]:
        """What `where` has left out, once it is gathered, by key."""
        keyed = ((self.key_of(entry), entry) for entry in self._unwanted)
        return {key: Work(key, entry, entry.values, entry.position) for key, entry in keyed if key is not None}

    def originals(self) -> Mapping[str, Mapping[str, Any]]:
        """The rows as they stand in the source itself, by key, where only corrected ones are gone through."""
        if not isinstance(self._source, Corrected):
            return {}
        there = ((self.key_of(entry), entry.values) for entry in self._source.original.entries())
        return {key: values for key, values in there if key is not None}

    def first_time(self, works: list[Work]) -> None:
        """A new ledger over old work asks a person, once for all."""
        if self._ledger.known() or self._loop.once == "run":
            return
        if self._course.lost:
            raise AskPerson(
                _("{ledger} is new, while {lost} has lost its loop: was it renamed, moved or copied?").format(
                    ledger=self._ledger.name, lost=", ".join(self._course.lost)
                ),
                _("robo ledger rename {lost} {ledger}, or robo ledger start {ledger}").format(
                    ledger=self._ledger.name, lost=self._course.lost[0]
                ),
            )
        columns = self._loop.write_back
        filled = [work for work in works if any(work.row.get(column) not in (None, "") for column in columns)]
        if filled:
            raise AskPerson(
                _("{count} rows already have their {columns} although {ledger} does not know them").format(
                    count=len(filled), columns=", ".join(sorted(columns)), ledger=self._ledger.name
                ),
                _("robo ledger adopt {ledger} (they are done), or robo ledger start {ledger} (enter them)").format(
                    ledger=self._ledger.name
                ),
            )

    def after_restore(self) -> None:
        """A ledger from a backup over changes that nobody can look up asks a person."""
        ledger, loop = self._ledger, self._loop
        if not ledger.restored or can_look(loop, self._course.shelf.actions):
            return
        mend = (
            _("robo ledger adopt {ledger} (rows with a result are done), then robo ledger lift {ledger}")
            if loop.write_back
            else _("look yourself, then type robo ledger lift {ledger}")
        )
        raise AskPerson(
            _("{ledger} came from a backup, and nothing can show what was done since").format(ledger=ledger.name),
            mend.format(ledger=ledger.name),
        )

    def alarm(self) -> str:
        """Why a loop stops that would ask a person again and again."""
        if self._ledger.restored:
            return _(
                "what was done since the backup cannot be seen: look yourself, then type robo ledger lift {ledger}"
            ).format(ledger=self._ledger.name)
        return _("what was sent could not be proven; one question is better than many")

    def _scope(self, entry: Entry) -> Mapping[str, Any]:
        return self._outer.scope(**{self._loop.alias: self.value(entry.values), "position": entry.position})

    def _wanted(self, entry: Entry) -> bool:
        assert self._loop.where
        try:
            return self._loop.where.holds(self._scope(entry), self._language)
        except Refused:
            return True  # its own passage will say what is wrong with it

    def _refuse(self, entry: Entry, key: str, reason: str) -> None:
        course, ledger = self._course, self._ledger.name
        self.refused[entry.position] = key, reason
        if not rows_refused(course.store, course.run, course.attempt, ledger, entry.position):
            course.journal.note(
                "row.refused", ledger=ledger, key=key, position=entry.position, title=entry.title, reason=reason,
                attempt=course.attempt,
            )  # fmt: skip


def told(course: Course, source: Source) -> Iterator[Entry]:
    """The entries; the supervisor hears now and then that the lane is at it, however long their contents take."""
    last = None
    for entry in source.entries():
        now = course.clock.monotonic()
        if last is None or now - last > 1.0:
            course.report(within=LONGEST_READING)
            last = now
        yield entry


def note_later(course: Course, ledger: str, entry: Entry) -> None:
    """Tell of an entry that is left for the next run."""
    course.journal.note("entry.later", ledger=ledger, title=entry.title or str(entry.position), reason=entry.later)
