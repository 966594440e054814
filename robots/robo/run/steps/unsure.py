"""After a restore a change that the ledger does not know may have been made since the backup: it is looked up first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from robo.flow.model import AlreadyDone, Step
from robo.kit.change import Change
from robo.kit.messages import _
from robo.run.steps.change import intend
from robo.run.steps.course import Course, EndLane, Stopped
from robo.run.steps.passage import Passage, Walks
from robo.run.steps.scope import saved_names
from robo.run.steps.settle import by_action, by_application, foresee, wait_left
from robo.run.storage.deaths import RESTORED
from robo.run.storage.ledger import BEFORE
from robo.run.storage.records import Made


def look_early(walks: Walks, passage: Passage) -> bool:
    """Before an item is begun, or goes on, look up what surely comes next; whether the page was left for that.

    What is found has its receipt, and the item goes on behind it. Raises EndLane where nothing can be told.
    """
    left = False
    while step := _next(walks.course, passage):
        proof = _proof(step, passage)
        if proof is None or not is_unsure(walks.course, step, passage):
            break
        left = True
        if _look(walks, step, passage, proof) == "absent":
            break
    return left


def look_up(walks: Walks, step: Step, passage: Passage) -> Literal["found", "absent", ""]:
    """Ask the application about a change just before it is made; empty where it need not, or cannot, be asked.

    The page was left then. Raises EndLane where nothing can be told.
    """
    proof = _proof(step, passage)
    if proof is None or not is_unsure(walks.course, step, passage):
        return ""
    return _look(walks, step, passage, proof)


def looks_itself(walks: Walks, step: Step, passage: Passage) -> Callable[[Made], bool] | None:
    """What asks the action itself, once it has said what it would do; None where nobody need be asked."""
    if not is_unsure(walks.course, step, passage):
        return None

    def found(made: Made) -> bool:
        _let_arrive(walks.course, made)
        verdict = by_action(walks.course, step, passage, made)
        if verdict == "unknown":
            _leave_in_doubt(passage, made)
        return verdict == "made"

    return found


def is_unsure(course: Course, step: Step, passage: Passage) -> bool:
    """Whether a change may have been made since the backup, and nobody has looked yet."""
    if not _is_change(course, step) or not passage.ledger.restored or step.identity in passage.looked:
        return False
    changes = passage.ledger.changes(passage.key, "receipt", "void")
    if any(one.step == step.identity and one.state == "receipt" for one in changes):
        return False
    # What comes after a change that was not made, on a way that leads nowhere else, was never reached.
    absent = {one.step for one in changes if one.state == "void" and one.why != BEFORE}
    return absent.isdisjoint({step.identity, *_surely_before(passage.steps, step)})


def _look(walks: Walks, step: Step, passage: Passage, proof: AlreadyDone) -> Literal["found", "absent"]:
    course = walks.course
    if course.dry:
        foresee(walks, passage, step, proof)
        passage.looked.add(step.identity)
        return "found" if passage.receipt_of(step) else "absent"
    change = Change(_("look whether it was made since the backup"))
    made = intend(course, step, passage, change, sender=RESTORED)
    _let_arrive(course, made)
    verdict = by_application(walks, step, passage, made, proof)
    course.boundary("looked up")
    if verdict == "unknown":
        _leave_in_doubt(passage, made)
    return "found" if verdict == "made" else "absent"


def _let_arrive(course: Course, made: Made) -> None:
    """What was sent just before the restore may still be under way."""
    course.boundary("looks")
    while left := wait_left(course, made):
        course.report(waiting=left, key=made.key)
        course.clock.wait(min(left, 1.0))
        if course.stopping():
            raise Stopped


def _leave_in_doubt(passage: Passage, made: Made) -> None:
    reason = _("the store came from a backup, and whether this was made since cannot be seen")
    passage.ledger.doubt(made, reason, live=True)
    raise EndLane(reason)


def _proof(step: Step, passage: Passage) -> AlreadyDone | None:
    return step.already_done or passage.asked.get(step.identity)


def _is_change(course: Course, step: Step) -> bool:
    action = course.shelf.actions.get(step.action)
    return action is not None and action.kind == "change"


def _next(course: Course, passage: Passage) -> Step | None:
    """The change that surely comes next, if nothing that stands before it gives names that a look would need."""
    for step in _in_order(passage.steps):
        if passage.lies_before(step) or passage.last_is_in(step):
            continue
        if step.condition or step.loop or step.call or step.repeat:
            return None
        if _is_change(course, step):
            return step
        if saved_names(step, course.shelf):
            return None
    return None


def _in_order(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        if step.action == "group" and not step.condition:
            yield from _in_order(step.body)


def _surely_before(steps: tuple[Step, ...], until: Step) -> Iterator[str]:
    """The identities of the steps that whoever came to `until` has done, and done well."""
    for step in steps:
        if step is until or step.address == until.address:
            return
        below = (*step.body, *(step.call.flow.steps if step.call else ()))
        if _leads_to(step, until):
            yield from _surely_before(below, until)
            return
        if step.condition is None and step.on_error in (None, "stop", "next"):
            yield step.identity
            if not step.repeat:
                yield from _surely_before(below, until)


def _leads_to(step: Step, until: Step) -> bool:
    below = (*step.body, *(step.call.flow.steps if step.call else ()), *step.otherwise)
    handled = step.on_error if isinstance(step.on_error, tuple) else ()
    return any(one.address == until.address or _leads_to(one, until) for one in (*below, *handled))
