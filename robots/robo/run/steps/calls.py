"""Running another flow as a part of an item, or of the run: its inputs, its names, what it gives back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from robo.flow.formula import evaluate
from robo.flow.inputs import read_inputs
from robo.flow.model import Call, Flow, Step, walk
from robo.kit.errors import FaultyFlow, Refused
from robo.run.steps.course import Course
from robo.run.steps.passage import Passage
from robo.run.steps.scope import unsaved
from robo.run.storage.frames import frame_key

_SHARED = ("run", "rows", "page", "now", "today")
"""What a flow sees of its caller's: the run, not its names."""


@contextmanager
def entered(course: Course, step: Step, call: Call, passage: Passage) -> Iterator[None]:
    """Inside the flow that the step runs; its names are gone afterwards, unless they were there before.

    Raises Refused where its inputs are not what it asks for.
    """
    key = frame_key(step.identity)
    fresh = key not in passage.saved
    around = passage.saved
    if fresh:
        inputs = _inputs(course, call, passage)
        seen = {name: passage.base[name] for name in _SHARED if name in passage.base}
        values = evaluate(dict(call.flow.vars), {**seen, "inputs": inputs}, course.flow.settings.locale)
        around[key] = {"inputs": inputs, "vars": values}
    try:
        with passage.inside(key, _base(course, call.flow, passage)):
            yield
    finally:
        if fresh:
            around.pop(key, None)


@contextmanager
def standing_at(course: Course, passage: Passage, step: Step) -> Iterator[None]:
    """Where that step works: inside the flows that lead to it, whatever the passage was doing."""
    with ExitStack() as stack:
        stack.enter_context(passage.outside())
        for one in walk(passage.steps):
            if one.call and any(inner.address == step.address for inner in walk(one.call.flow.steps)):
                stack.enter_context(entered(course, one, one.call, passage))
        yield


def outputs(course: Course, flow: Flow, scope: Mapping[str, Any], passage: Passage) -> dict[str, Any]:
    """What the flow gives at its end; a value that cannot be reckoned is empty, and said."""
    made: dict[str, Any] = {}
    for name, value in flow.outputs.items():
        try:
            made[name] = evaluate(value, scope, course.flow.settings.locale)
        except Refused as error:
            made[name] = None
            course.journal.note(
                "output.empty", ledger=passage.ledger.name, key=passage.key, name=name, reason=str(error)
            )
    return made


def _inputs(course: Course, call: Call, passage: Passage) -> dict[str, Any]:
    given = evaluate(dict(call.given), passage.scope(), course.flow.settings.locale)
    try:
        return read_inputs(call.flow, given, course.workspace)
    except FaultyFlow as error:
        raise Refused(f"{call.flow.path}: {error}") from error


def _base(course: Course, flow: Flow, passage: Passage) -> Mapping[str, Any]:
    return {
        **{name: passage.base[name] for name in _SHARED if name in passage.base},
        "secrets": {name: course.vault.get(name) for name in flow.secrets},
        **unsaved(flow.steps, course.shelf),
    }
