"""One change: look, say, write the intent down, do, write the receipt down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from robo.flow.model import Step
from robo.kit.action import Action
from robo.kit.change import NOT_KNOWN_YET, Change
from robo.kit.errors import Failed, Refused
from robo.kit.messages import _
from robo.run.steps.course import Course, EndLane
from robo.run.steps.passage import Passage, until
from robo.run.steps.rehearsal import plan, plan_nothing
from robo.run.steps.scope import bound, saved_names
from robo.run.storage.deaths import RESTORED
from robo.run.storage.facts import facts_of
from robo.run.storage.frames import copied, frame_of
from robo.run.storage.records import Made


def make(
    course: Course,
    step: Step,
    action: Action,
    arguments: Mapping[str, Any],
    values: Mapping[str, Any],
    passage: Passage,
    found: Callable[[Made], bool] | None = None,
) -> None:
    """Make a change once; in a dry run only say it.

    found: where it may have been made since the backup that the store came from: looks whether it was, as what is
    said of it tells, and has its receipt written if so.
    A change with a receipt is not made again, whatever leads to it. Before the intent any error means that nothing was
    done. After it only `Refused` and `Failed` do; whatever else comes is a doubt, and the lane ends.
    """
    known = passage.receipt_of(step)
    if known:
        then = frame_of(dict(known.saved), step.identity)
        passage.saved.update({name: then[name] for name in saved_names(step, course.shelf) if name in then})
        passage.made(step.address)
        return
    doing = action.function(**arguments)
    try:
        change = next(doing)
    except StopIteration as already:
        change = Change(_("{action}: nothing was left to do").format(action=action.name))
        if course.dry:
            plan_nothing(course, step, action, values, passage, change, already.value)
            return
        made = intend(course, step, passage, change)
        keep(course, step, action, made, already.value, values, passage, by="nothing")
        return
    if course.dry:
        plan(course, step, action, doing, change, values, passage)
        return
    known_already = foreseen(step, action, values, change)
    if found and found(intend(course, step, passage, change, known_already, RESTORED)):
        doing.close()
        return
    made = intend(course, step, passage, change, known_already)
    course.boundary("intended")
    try:
        next(doing)
    except StopIteration as done:
        gives = done.value
    except (Refused, Failed) as error:
        course.boundary("not made")
        refused = isinstance(error, Refused)
        passage.ledger.not_made(made, "refused" if refused else "failed", "started", str(error))
        raise
    except Exception as error:
        course.boundary("doubtful")
        passage.ledger.doubt(made, str(error) or type(error).__name__, live=True)
        raise EndLane(str(error)) from error
    else:
        passage.ledger.doubt(made, _("{action} announced a second change").format(action=action.name), live=True)
        raise EndLane(_("{action} announced a second change").format(action=action.name))
    course.boundary("made")
    keep(course, step, action, made, gives, values, passage)
    course.boundary("receipted")


def foreseen(step: Step, action: Action, values: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """The names that the change will save, as far as it said their values: what a person's `done` need not give."""
    names = bound(step, action, values, change.gives) if change.gives is not NOT_KNOWN_YET else {}
    return {name: value for name, value in names.items() if value is not NOT_KNOWN_YET}


def intend(
    course: Course,
    step: Step,
    passage: Passage,
    change: Change,
    foreseen: Mapping[str, Any] | None = None,
    sender: str = "",
) -> Made:
    """Write the intent down; returns it as it stands in the ledger.

    foreseen: names whose values are known already. sender: who is to make the change, or may have; by default this
    lane.
    """
    saved = copied(passage.everything())
    here = frame_of(saved, step.identity)
    for name in saved_names(step, course.shelf):
        here.pop(name, None)
    here.update(foreseen or {})
    course.boundary("before intent")
    passage.ledger.intend(
        passage.key,
        step.identity,
        step.address,
        change,
        saved,
        passage.columns(),
        until(passage.steps, step.identity) or "",
        sender or course.sender,
        facts_of(step.action, change),
    )
    made = passage.ledger.open_change(passage.key)
    assert made is not None
    return made


def keep(
    course: Course,
    step: Step,
    action: Action,
    made: Made,
    gives: Any,
    values: Mapping[str, Any],
    passage: Passage,
    by: Any = "answer",
) -> None:
    """Write the receipt down, with the names known from now on."""
    passage.saved.update(bound(step, action, values, gives))
    passage.ledger.receipt(made, gives, passage.everything(), by)
    passage.made(step.address)


def doubt_after_the_fact(course: Course, step: Step, passage: Passage, reason: str) -> None:
    """Something left that nobody had announced: write both the intent and its doubt down."""
    with course.store.write():
        made = intend(course, step, passage, Change(reason))
        passage.ledger.doubt(made, reason, live=True)
