"""Settling a doubt: was the change made? The action is asked, then the application; else a person is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from robo.flow.formula import evaluate
from robo.flow.model import AlreadyDone, Step, walk
from robo.kit.action import Action
from robo.kit.change import Change, Done, NotDone
from robo.kit.errors import LaneLost, RoboError
from robo.kit.messages import _
from robo.kit.patience import within
from robo.run.steps.calls import standing_at
from robo.run.steps.change import intend, keep
from robo.run.steps.course import Course, EndLane
from robo.run.steps.passage import Passage, Walks
from robo.run.steps.rehearsal import plan_found
from robo.run.storage.deaths import RESTORED
from robo.run.storage.ledger import Overtaken
from robo.run.storage.records import Made

Verdict = Literal["made", "not made", "unknown"]
ABSENCES = 2
"""So often the application may prove that a change was not made before the item counts as failed."""


def wait_left(course: Course, made: Made) -> float | None:
    """Seconds until the absence of the change proves something; 0.0 when it does; None when it never will here."""
    since, late = course.deaths.since(made.sender), _late(course, made)
    if since is None or late is None:
        return None
    # Strictly later: at the very end of `late` a commit may still be under way.
    return max(0.0, late + 0.01 - since)


def _late(course: Course, made: Made) -> float | None:
    """As late as the action says its change may come, where it settles it itself; else as late as the site."""
    named = [one for one in walk(course.flow.all_steps) if one.identity == made.step]
    step = next((one for one in named if one.address == made.address), named[0] if named else None)
    action = course.shelf.actions.get(step.action) if step and not step.already_done else None
    own = action.manners.late if action and action.manners.settle else None
    return course.late if own is None else own


def settle(walks: Walks, passage: Passage, made: Made, asked: AlreadyDone | None) -> Verdict:
    """Ask about an intent without receipt, and write down what is proven. Raises EndLane where the lane breaks."""
    course = walks.course
    step = next((one for one in walk(passage.steps) if one.identity == made.step), None)
    if step is None or course.deaths.since(made.sender) is None:
        return "unknown"
    passage.restore(made.saved)
    try:
        with standing_at(course, passage, step):
            verdict = by_action(course, step, passage, made)
            proof = step.already_done or asked
            if verdict == "unknown" and proof:
                verdict = by_application(walks, step, passage, made, proof)
    except Overtaken:
        return "unknown"  # a person decided meanwhile
    course.boundary("settled")
    return verdict


def by_action(course: Course, step: Step, passage: Passage, made: Made) -> Verdict:
    """Ask the action itself, and write down what it proves."""
    action = course.shelf.actions.get(step.action)
    if action is None or action.manners.settle is None:
        return "unknown"
    try:
        lent = {name: course.lent.borrow(kind) for name, kind in action.lent_to_settle.items()}
        with within(step.timeout or course.flow.settings.step_timeout):
            answer = action.manners.settle(made.intent, **lent)
    except RoboError as error:
        _cannot_tell(course, passage, made, str(error))
        return "unknown"
    if isinstance(answer, Done):
        values = _values_of(step, passage, course)
        keep(course, step, action, made, answer.gives, values, passage, by="settle")
        return "made"
    if isinstance(answer, NotDone):
        _absent(passage, made, answer.reason)
        return "not made"
    _cannot_tell(course, passage, made, answer.reason)
    return "unknown"


def by_application(walks: Walks, step: Step, passage: Passage, made: Made, asked: AlreadyDone) -> Verdict:
    """Ask the application, and write down what it proves. Raises EndLane where the lane breaks."""
    course = walks.course
    # What the look began to see too early proves nothing, however long it took.
    proven = wait_left(course, made) == 0.0
    try:
        found, absent, look = _asked(walks, passage, asked)
    except LaneLost as error:
        raise EndLane(str(error)) from error
    except RoboError as error:
        _cannot_tell(course, passage, made, str(error))
        return "unknown"
    if found and not absent:
        values = _values_of(step, look, course)
        action = course.shelf.actions[step.action]
        by = "restored" if made.sender == RESTORED else "already_done"
        keep(course, step, action, made, _read(action, look, values), values, passage, by)
        return "made"
    if absent and not found and proven:
        _absent(passage, made, str(evaluate(asked.absent, look.scope(), course.flow.settings.locale)))
        return "not made"
    _cannot_tell(
        course,
        passage,
        made,
        _("the application shows both texts of `already_done`")
        if found and absent
        else _("the application shows neither text of `already_done`")
        if not absent
        else _("it is too early to believe that it is not there"),
    )
    return "unknown"


def _asked(walks: Walks, passage: Passage, asked: AlreadyDone) -> tuple[bool, bool, Passage]:
    """(found, absent, what was read): the application's answer on a fresh page. Raises what its steps raise."""
    last = max((n for n, one in enumerate(asked.steps) if one.action in ("open", "click")), default=-1)
    # Its steps are no part of the item's own way: they have no receipts and leave no names behind but the read ones.
    look = passage.aside(asked.steps)
    walks.course.lent.renew()
    walks.run(asked.steps[: last + 1], look)
    found, absent = _judged(walks.course, look, asked)
    if found and not absent:
        walks.run(asked.steps[last + 1 :], look)
    return found, absent, look


def _read(action: Action, look: Passage, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the change would have given, by the names that the look-up read."""
    names = values.get(action.manners.binds) if action.manners.binds else None
    return {name: look.saved.get(name) for name in names} if names else None


def _judged(course: Course, look: Passage, asked: AlreadyDone) -> tuple[bool, bool]:
    """(found, absent), as soon as one of them shows, within the patience of a step."""
    language = course.flow.settings.locale
    texts = [evaluate(one, look.scope(), language) for one in (asked.found, asked.absent, asked.seen)]
    found_text, absent_text, seen_text = (None if text is None else str(text) for text in texts)
    shows = course.lent.shows
    until = course.clock.monotonic() + course.flow.settings.step_timeout
    while True:
        with within(course.flow.settings.step_timeout):
            found = bool(found_text) and shows(found_text or "")
            if seen_text is not None:
                absent = shows(seen_text) and not (absent_text and shows(absent_text))
            else:
                absent = bool(absent_text) and shows(absent_text or "")
        if found or absent or course.clock.monotonic() >= until:
            return found, absent
        course.clock.wait(0.1)


def _values_of(step: Step, passage: Passage, course: Course) -> dict[str, dict[str, Any]]:
    """The names that the step binds, without evaluating anything else of it."""
    binds = course.shelf.actions[step.action].manners.binds
    return {binds: dict(step.arguments.get(binds) or {})} if binds else {}


def _absent(passage: Passage, made: Made, reason: str) -> None:
    if made.sender == RESTORED:  # nobody has pressed: this absence counts towards nothing
        passage.ledger.not_made(made, "failed", "started", reason)
        return
    again = passage.ledger.absences(made.key, made.step) + 1 < ABSENCES
    passage.ledger.not_made(made, "absent", "started" if again else "failed", reason)


def _cannot_tell(course: Course, passage: Passage, made: Made, reason: str) -> None:
    course.journal.note(
        "change.settled", ledger=passage.ledger.name, key=made.key, step=made.step, verdict="unknown", reason=reason
    )
    course.journal.flush()


def ask_first(walks: Walks, passage: Passage, step: Step | None, asked: AlreadyDone) -> None:
    """Before an item is begun, for work that people also do by hand: found already is a receipt."""
    if step is None:
        return
    if walks.course.dry:
        foresee(walks, passage, step, asked)
        return
    made = intend(walks.course, step, passage, Change(_("look whether it was already entered by hand")))
    verdict = by_application(walks, step, passage, made, asked)
    if verdict != "made":
        # Nothing was sent under this intent, so whatever the application says, it was not made by us.
        passage.ledger.not_made(made, "failed", "started", _("not entered yet"))


def foresee(walks: Walks, passage: Passage, step: Step, asked: AlreadyDone) -> None:
    """In a dry run: what is found counts as made."""
    course = walks.course
    try:
        found, absent, look = _asked(walks, passage, asked)
    except LaneLost as error:
        raise EndLane(str(error)) from error
    except RoboError:
        return  # then a run would not know either, and begin it
    if found and not absent:
        values = _values_of(step, look, course)
        action = course.shelf.actions[step.action]
        plan_found(course, step, action, passage, values, _read(action, look, values))
