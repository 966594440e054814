"""Loops: those with a key, which do each item once for ever, and those that only look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from robo.flow.bind import call_arguments
from robo.flow.formula import evaluate
from robo.flow.model import Loop, Step
from robo.kit.errors import Failed, Refused, SignedOut
from robo.kit.messages import _
from robo.kit.source import Entry, Source
from robo.run.loops.corrected import Corrected, loop_of
from robo.run.loops.keyed import KeyedLoop
from robo.run.loops.listed import Listed
from robo.run.loops.works import note_later
from robo.run.steps.course import SkipItem, Stopped
from robo.run.steps.passage import Passage, Walks
from robo.run.steps.rehearsal import is_unknown_loop
from robo.run.steps.scope import Row


class Loops:
    """The loops of one lane."""

    def __init__(self, walks: Walks) -> None:
        self._walks = walks
        self._keyed: dict[str, KeyedLoop] = {}

    def stale(self) -> None:
        """The page was left: what prepared it is to be done again."""
        for keyed in self._keyed.values():
            keyed.prepared = False

    def run(self, step: Step, passage: Passage) -> None:
        """The whole loop."""
        assert step.loop
        course = self._walks.course
        values = evaluate(step.loop.source, passage.scope(), course.flow.settings.locale)
        if is_unknown_loop(course, step, passage, values):
            return
        source = self._source(step, step.loop, values)
        if step.loop.key:
            keyed = self._keyed[step.address] = KeyedLoop(self._walks, step, step.loop, source, passage)
            keyed.run()
        else:
            self._each(step, step.loop, source, passage)

    def _source(self, step: Step, loop: Loop, values: Mapping[str, Any]) -> Source:
        course = self._walks.course
        if loop.kind == "item":
            listed = values.get("in")
            if isinstance(listed, str) or not isinstance(listed, Iterable):
                raise Refused(_("for_each goes through a list"))
            return Listed(list(listed))
        called = course.shelf.sources[step.action.removeprefix("for_each_")]
        source = called.cls(**call_arguments(called, values, course.workspace, course.vault))
        if course.corrected is None or loop_of(course.flow, course.corrected) != loop:
            return source
        given = {**values, "in": str(course.corrected)}
        return Corrected(source, called.cls(**call_arguments(called, given, course.workspace, course.vault)))

    def _each(self, step: Step, loop: Loop, source: Source, passage: Passage) -> None:
        """A loop without key: it changes nothing, so it is simply done again after a stop."""
        course = self._walks.course
        language = course.flow.settings.locale
        most = evaluate(loop.limit, passage.scope(), language)
        errors = taken = 0
        outer = {name: passage.saved[name] for name in (loop.alias, "position") if name in passage.saved}
        for entry in source.entries():
            if course.stopping():
                raise Stopped
            if most is not None and taken >= int(most):
                break
            if entry.later:
                note_later(course, passage.ledger.name, entry)
                continue
            passage.saved[loop.alias] = entry_value(loop, entry)
            passage.saved["position"] = entry.position
            if loop.where and not loop.where.holds(passage.scope(), language):
                continue
            taken += 1
            try:
                self._walks.go(loop.steps, passage)
            except SkipItem:
                continue
            except (Refused, Failed) as error:
                if loop.on_error == "stop" or isinstance(error, SignedOut):
                    raise
                errors += 1
                course.journal.note(
                    "step.failed", ledger=passage.ledger.name, key=passage.key, step=step.address, reason=str(error)
                )
                if loop.max_errors is not None and errors > loop.max_errors:
                    raise Failed(_("more than {count} errors").format(count=loop.max_errors)) from error
        for name in (loop.alias, "position"):
            passage.saved.pop(name, None)
        passage.saved.update(outer)


def entry_value(loop: Loop, entry: Entry) -> Any:
    """What steps see of an entry."""
    return entry.values["item"] if loop.kind == "item" else Row(entry.values)
