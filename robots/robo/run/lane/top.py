"""The run's own way, through the steps outside of any keyed loop, and what formulas know of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from robo.flow.formula import evaluate
from robo.flow.names import ROWS
from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.run.lane.closing import part_of
from robo.run.loops.tally import rows_refused
from robo.run.steps.course import Course
from robo.run.steps.passage import Passage
from robo.run.steps.scope import Page, times, unsaved
from robo.run.storage.ledger import TOP


def own_way(course: Course) -> Passage:
    """Behind its last receipt; what it had looked up before is known again. Raises Failed where it was given up."""
    top = course.top
    before = top.item(TOP)
    if before is None:
        before = top.begin(TOP, {}, None, fresh=True)
    elif before.state == "given_up":
        raise Failed(_("what this run was doing outside of its loops was given up by a person"))
    elif before.state not in ("committing", "in_doubt"):
        before = top.begin(TOP, {}, None, fresh=False)
    now = before.began_at
    course.boundary("run begun")
    base = {**known_of_run(course, now), **unsaved(course.flow.steps, course.shelf)}
    passage = Passage(top, TOP, course.flow.steps, base, now)
    passage.go_on_from([made for made in top.changes(TOP, "receipt", "void") if not part_of(made.step)])
    return passage


def known_of_run(course: Course, now: datetime) -> Mapping[str, Any]:
    """What formulas see before the first step. now: when the run began."""
    return {
        "inputs": course.inputs,
        "vars": evaluate(dict(course.flow.vars), {"inputs": course.inputs, **times(now)}, course.flow.settings.locale),
        "secrets": {name: course.vault.get(name) for name in course.flow.secrets},
        "run": {
            "id": course.run,
            "started": now,
            "flow": course.flow.name,
            "environment": course.workspace.environment,
            "folder": course.folder_shown,
        },
        "rows": _Rows(course),
        "page": Page(lambda: course.lent.address),
        **times(now),
    }


class _Rows(Mapping[str, int]):
    """`rows.done` and its like: counts over the items of this run."""

    def __init__(self, course: Course) -> None:
        self._course = course

    def __getitem__(self, state: str) -> int:
        if state not in ROWS:
            raise KeyError(state)
        found = self._course.store.one(
            "SELECT count(*) FROM item WHERE run = :run AND ledger NOT LIKE 'run/%' AND state = :state",
            run=self._course.run,
            state="planned" if self._course.dry and state == "done" else state,
        )
        count = int(found[0]) if found else 0
        if state == "refused":  # rows without a key of their own are no items, and refused all the same
            count += rows_refused(self._course.store, self._course.run, self._course.attempt, None)
        return count

    def __iter__(self) -> Iterator[str]:
        return iter(ROWS)

    def __len__(self) -> int:
        return len(ROWS)
