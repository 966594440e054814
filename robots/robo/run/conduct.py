"""A whole run in one lane: the flow's steps from wherever the last lane left them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from robo.flow.formula import evaluate
from robo.flow.names import ROWS
from robo.kit.errors import Failed, FaultyFlow, LaneLost, RoboError
from robo.kit.messages import _
from robo.run.calls import outputs
from robo.run.course import Broken, Course, EndLane, StopFlow, Stopped
from robo.run.folder import RunFolder
from robo.run.ledger import TOP
from robo.run.passage import Passage
from robo.run.scope import Page, times, unsaved
from robo.run.settle import settle, wait_left
from robo.run.walker import Walker
from robo.run.works import AskPerson

Ended = Literal["done", "failed", "stopped", "waits", "lane", "faulty", "broken"]
"""lane: another lane is to go on. faulty: the flow is wrong. broken: a fault of Robo or of a robot."""


@dataclass(frozen=True)
class Ending:
    """How a lane ended."""

    state: Ended
    reason: str = ""


def conduct(course: Course) -> Ending:
    """Do what is left of the run. Whatever happens to its items is in the ledger; this is how the run itself ended."""
    try:
        return _conduct(course)
    except Stopped:
        return Ending("stopped", _("stopped by a person"))
    except EndLane as end:
        return Ending("lane", str(end))
    except AskPerson as ask:
        course.journal.note("run.waits", question=ask.question, mend=ask.mend)
        return Ending("waits", ask.question)
    except FaultyFlow as error:
        return Ending("faulty", str(error))
    except Broken as error:
        return Ending("broken", str(error))
    except LaneLost as error:
        return Ending("lane", str(error))
    except RoboError as error:
        return Ending("failed", str(error))
    finally:
        course.journal.flush()


def _conduct(course: Course) -> Ending:
    passage = _passage(course)
    walker = Walker(course)
    made = course.top.open_change(TOP)
    if made is not None:
        if made.state == "intent":
            course.top.doubt(made, _("the robot was stopped between the sending and the answer"), live=False)
            made = course.top.open_change(TOP)
            assert made is not None
        while left := wait_left(course, made):
            course.report(waiting=left)
            course.clock.wait(min(left, 1.0))
            if course.stopping():
                raise Stopped
        verdict = settle(walker, passage, made, None)
        item = course.top.item(TOP)
        if verdict == "unknown" or item is None or item.state != "started":
            return Ending("waits", item.reason or "" if item else "")
        passage.rewind()
    ending = Ending("done")
    try:
        walker.run(course.flow.steps, passage)
    except StopFlow as stop:
        ending = Ending("failed" if stop.failed else "done", stop.reason)
    except RoboError:
        _evidence(course)
        raise
    if passage.spoiled:
        return Ending("failed", passage.spoiled[1])
    if ending.state == "done" and course.flow.outputs:
        RunFolder(course.folder).give(outputs(course, course.flow, passage.scope(), passage))
    return ending


def _passage(course: Course) -> Passage:
    """The run's own way, behind its last receipt; what it had looked up before is known again."""
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
    base = {
        "inputs": course.inputs,
        "vars": evaluate(dict(course.flow.vars), {"inputs": course.inputs, **times(now)}, course.flow.settings.locale),
        "secrets": {name: course.vault.get(name) for name in course.flow.secrets},
        "run": {
            "id": course.run,
            "started": now,
            "flow": course.flow.name,
            "environment": course.workspace.environment,
        },
        "rows": _Rows(course),
        "page": Page(lambda: course.lent.address),
        **times(now),
        **unsaved(course.flow.steps, course.shelf),
    }
    passage = Passage(top, TOP, course.flow.steps, base, now)
    passage.go_on_from(top.changes(TOP, "receipt", "void"))
    return passage


def _evidence(course: Course) -> None:
    if course.flow.settings.screenshots != "never":
        kept = course.lent.evidence(course.folder / "evidence", "run")
        if kept:
            course.journal.note("evidence", ledger=course.top.name, key=TOP, files=dict(kept))


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
            state=state,
        )
        return int(found[0]) if found else 0

    def __iter__(self) -> Iterator[str]:
        return iter(ROWS)

    def __len__(self) -> int:
        return len(ROWS)
