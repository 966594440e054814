"""The end of a run: the flow's `on_error` and `finally`, each once for the run.

They are not done where a run is merely suspended, nor where its process was killed. How the steps had ended is in the
journal before the first of them begins, so that another lane of the same start goes on here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from robo.flow.model import Step
from robo.kit.errors import LaneLost, RoboError
from robo.run.lane.ending import Ending, ended_by
from robo.run.lane.walker import Walker
from robo.run.steps.course import Course, StopFlow
from robo.run.steps.passage import Passage
from robo.run.steps.scope import Mishap, unsaved
from robo.run.storage.journal import events
from robo.run.storage.ledger import TOP
from robo.run.storage.values import unpack

PARTS = ("on_error", "finally")


def part_of(identity: str) -> str:
    """To which part of the run's end a step belongs, empty for the flow's own steps."""
    part = identity.partition("/")[0]
    return part if part in PARTS else ""


class Closing:
    """The end of this run. way: the run's own, as far as it came."""

    def __init__(self, course: Course, walker: Walker, way: Passage) -> None:
        self._course, self._walker, self._way = course, walker, way
        self._steps: Mapping[str, tuple[Step, ...]] = {"on_error": course.flow.on_error, "finally": course.flow.at_end}
        told = list(events(course.store, course.run)) if any(self._steps.values()) else []
        begun = [one.data for one in told if one.kind == "run.closing" and one.data["attempt"] == course.attempt]
        self._begun: Mapping[str, Any] = begun[-1] if begun else {}
        self._over = {one.data["part"] for one in told if one.kind == "run.closed"}

    @property
    def began_with(self) -> Ending | None:
        """How the steps had ended, where an earlier lane of this start had come to their end."""
        return Ending(self._begun["state"], self._begun["reason"]) if self._begun else None

    def passage(self, part: str) -> Passage:
        """The way through that part, behind its last receipt. It knows what the steps had saved."""
        way, steps = self._way, self._steps[part]
        base = {**way.base, **self._saved(), **unsaved(steps, self._course.shelf)}
        if part == "on_error":
            told = self._begun
            base["error"] = Mishap(told.get("reason", ""), told.get("at", ""), lambda: told.get("screenshot", ""))
        passage = Passage(self._course.top, TOP, steps, base, way.now)
        changes = self._course.top.changes(TOP, "receipt", "void")
        passage.go_on_from([made for made in changes if part_of(made.step) == part])
        return passage

    def close(self, ending: Ending, screenshot: str = "") -> Ending:
        """Do what is left of the end; returns how the run has ended, with what went wrong here."""
        if not any(self._steps.values()):
            return ending
        if not self._begun:
            self._begin(ending, screenshot)
        if ending.state != "done":
            ending = self._part("on_error", ending)
        return self._part("finally", ending)

    def _begin(self, ending: Ending, screenshot: str) -> None:
        course, at = self._course, self._walker.fault_at if ending.state != "done" else ""
        told: dict[str, Any] = {"state": ending.state, "reason": ending.reason, "screenshot": screenshot, "at": at}
        course.journal.note("run.closing", attempt=course.attempt, saved=self._way.everything(), **told)
        course.journal.flush()
        self._begun = told

    def _saved(self) -> Mapping[str, Any]:
        saved = self._begun.get("saved")
        known: Mapping[str, Any] = self._way.everything() if saved is None else unpack(json.dumps(saved))
        return known

    def _part(self, part: str, ending: Ending) -> Ending:
        if not self._steps[part] or part in self._over:
            return ending
        passage = self.passage(part)
        wrong: Ending | None = None
        try:
            self._walker.run(self._steps[part], passage)
        except StopFlow as stop:
            wrong = Ending("failed", stop.reason) if stop.failed else None
        except LaneLost:
            raise
        except RoboError as error:
            wrong = ended_by(error)
        if passage.spoiled:
            wrong = Ending("failed", passage.spoiled[1])
        self._course.journal.note("run.closed", part=part, reason=wrong.reason if wrong else "")
        self._course.journal.flush()
        if wrong and ending.state == "done":
            return Ending(wrong.state, f"{part}: {wrong.reason}")
        return ending
