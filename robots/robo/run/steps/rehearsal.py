"""A dry run in one lane: changes are looked at and said, and never made; what they would give is handed on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import Any

from robo.flow.model import Step, walk
from robo.kit.action import Action
from robo.kit.change import NOT_KNOWN_YET, Change, NotKnownYet
from robo.kit.errors import Failed, NotRehearsed, Refused, SignedOut, Unreachable
from robo.kit.messages import _
from robo.kit.outlook import fresh, outlook
from robo.kit.resource import Crossing
from robo.run.steps.course import Broken, Course
from robo.run.steps.passage import Passage, until
from robo.run.steps.scope import saved_names
from robo.run.storage.facts import Rendered, facts_of
from robo.run.storage.ledger import TOP
from robo.run.storage.planned import planned
from robo.run.system.audit import NotInADryRun

PICTURES = 100
"""So many filled forms are photographed, unless the flow asks for a picture of each."""


def lane_begins(course: Course) -> None:
    """A lane begins to rehearse: it foresees what earlier lanes of this dry run have planned."""
    fresh()
    if course.dry:
        for _ledger, made in planned(course.store, course.run):
            outlook().foresee(made.change)


def lane_ends(course: Course) -> None:
    """A lane ends: what pages still wanted to send is written down."""
    if course.dry:
        for one in course.lent.crossings():
            _note_crossing(course, one, course.top.name, TOP)


def rehearsed(course: Course, step: Step, action: Action, passage: Passage) -> AbstractContextManager[None]:
    """What surrounds an action: nothing in a real run."""
    return _rehearsed(course, step, action, passage) if course.dry else nullcontext()


@contextmanager
def _rehearsed(course: Course, step: Step, action: Action, passage: Passage) -> Iterator[None]:
    assert course.dry
    try:
        yield
    except NotRehearsed as error:
        _not_seen(course, step, action, passage, str(error))
    except Exception as error:
        stopped = _crossed(course, step, passage)
        if tried := course.dry.tried():
            raise NotInADryRun(tried[0]) from error
        sure = not isinstance(error, Refused | Failed) or isinstance(error, Unreachable | SignedOut | Broken)
        # A page does not show what was only planned: what cannot be found there proves nothing.
        if sure or stopped or not (passage.planned and _on_page(action)):
            raise
        _not_seen(
            course, step, action, passage, _("{reason} (what comes before was only planned)").format(reason=error)
        )
        return
    _crossed(course, step, passage)
    if tried := course.dry.tried():
        raise NotInADryRun(tried[0])


def cannot_see(course: Course, step: Step, action: Action, values: Mapping[str, Any], passage: Passage) -> bool:
    """Whether a step of a dry run cannot be done, since it rests on what only a change will tell; then it is said.

    What is not known yet may stand within a text of a change; a look cannot look for it.
    """
    if not course.dry or (action.kind == "change" and passage.receipt_of(step)):
        return False
    lost = passage.unseen and _on_page(action) and not action.manners.opens
    if lost or _is_unknown(values, within_texts=action.kind != "change"):
        _not_seen(course, step, action, passage, _("it rests on what is not known yet"), values)
        return True
    if action.manners.opens:
        passage.unseen = False
    return False


def _not_seen(
    course: Course,
    step: Step,
    action: Action,
    passage: Passage,
    reason: str,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Say that a step was not rehearsed; what it would save is not known yet."""
    if action.kind == "change":
        change = Change(
            _("{action}: what it would do cannot be seen yet").format(action=action.name),
            preview=values or {},
            remarks=(reason,),
        )
        _plan(course, step, passage, change, NOT_KNOWN_YET, _foreseen(step, action, values or {}, NOT_KNOWN_YET))
    else:
        _note(course, "step.unseen", step, passage, reason=reason)
        passage.saved.update(dict.fromkeys(saved_names(step, course.shelf), NOT_KNOWN_YET))
    if _on_page(action):
        passage.unseen = True


def leaves_out(course: Course, step: Step, passage: Passage) -> bool:
    """Whether the flow leaves the step out of a dry run; then its names are not known yet."""
    if not course.dry or step.dry_run != "skip":
        return False
    _note(course, "step.unseen", step, passage, reason=_("the flow leaves it out of a dry run"))
    inside = tuple(walk((step,)))
    passage.saved.update(dict.fromkeys((n for one in inside for n in saved_names(one, course.shelf)), NOT_KNOWN_YET))
    called = [course.shelf.actions[one.action] for one in inside if one.action in course.shelf.actions]
    passage.unseen = passage.unseen or any(_on_page(action) for action in called)
    return True


def assume(course: Course, step: Step, passage: Passage, scope: Mapping[str, Any]) -> None:
    """Say that a condition was taken for true, since it rests on what is not known yet."""
    if course.dry and step.condition and step.condition.is_unknown(scope, course.flow.settings.locale):
        _note(course, "step.assumed", step, passage, condition=step.condition.source.strip())


def is_unknown_loop(course: Course, step: Step, passage: Passage, values: Mapping[str, Any]) -> bool:
    """Whether it is not known yet what a loop would go through; then it is left out, and said."""
    if not course.dry or not _is_unknown(values, within_texts=True):
        return False
    _note(course, "step.unseen", step, passage, reason=_("what it goes through is not known yet"))
    inside = walk((step,))
    passage.saved.update(dict.fromkeys((n for one in inside for n in saved_names(one, course.shelf)), NOT_KNOWN_YET))
    return True


def plan_nothing(
    course: Course, step: Step, action: Action, values: Mapping[str, Any], passage: Passage, change: Change, gives: Any
) -> None:
    """Looking showed that nothing was left to do."""
    _plan(course, step, passage, change, gives, _foreseen(step, action, values, gives), by="nothing")


def plan(
    course: Course,
    step: Step,
    action: Action,
    doing: Any,
    change: Change,
    values: Mapping[str, Any],
    passage: Passage,
) -> None:
    """Stop at a change that was said: what follows the `yield` is never reached. doing: the generator that said it."""
    _stop(doing, action)
    if _is_unknown(values, within_texts=True) or _is_unknown(change.preview, within_texts=True):
        change = replace(change, gives=_unsure(change.gives))
    outlook().foresee(change)
    if _on_page(action):
        _picture(course, passage)
    _plan(course, step, passage, change, change.gives, _foreseen(step, action, values, change.gives))
    if _on_page(action):
        passage.planned = passage.unseen = True


def _unsure(gives: Any) -> Any:
    """What a change foresees that itself rests on what is not known yet: only what says so is told."""
    if isinstance(gives, Mapping):
        return {name: _unsure(one) for name, one in gives.items()}
    return gives if str(NOT_KNOWN_YET) in str(gives) else NOT_KNOWN_YET


def _stop(doing: Any, action: Action) -> None:
    """Close the generator at its `yield`."""
    try:
        doing.throw(GeneratorExit())
    except GeneratorExit:
        return
    except StopIteration:
        pass
    else:
        with suppress(RuntimeError):
            doing.close()
    raise Broken(_("{action} goes on after its `yield` although it was told to end there").format(action=action.name))


def plan_found(
    course: Course, step: Step, action: Action, passage: Passage, values: Mapping[str, Any], gives: Any
) -> None:
    """The application shows already what the step would enter."""
    change = Change(_("{action}: found in the application").format(action=action.name))
    _plan(course, step, passage, change, gives, _foreseen(step, action, values, gives), by="already_done")


def _plan(
    course: Course,
    step: Step,
    passage: Passage,
    change: Change,
    gives: Any,
    names: Mapping[str, Any],
    by: Any = "planned",
) -> None:
    passage.saved.update(names)
    passage.ledger.plan(
        passage.key,
        step.identity,
        step.address,
        change,
        gives,
        passage.everything(),
        passage.columns(),
        until(passage.steps, step.identity) or "",
        course.sender,
        facts_of(step.action, change, _kept(course, change)),
        by,
    )
    passage.made(step.address)


def _foreseen(step: Step, action: Action, values: Mapping[str, Any], gives: Any) -> dict[str, Any]:
    """The names that the step saves, as far as the change foresees them."""
    names: dict[str, Any] = {}
    asked = values.get(action.manners.binds) if action.manners.binds else None
    if isinstance(asked, Mapping):
        given = gives if isinstance(gives, Mapping) else {}
        names |= {str(name): given.get(name, NOT_KNOWN_YET) for name in asked}
    if step.save:
        names[step.save] = gives
    return names


def _kept(course: Course, change: Change) -> list[Rendered]:
    """The rendered documents, kept in the folder of the dry run."""
    assert course.dry
    kept = []
    folder = course.folder / "documents"
    for document in change.documents:
        folder.mkdir(exist_ok=True)
        name = re.sub(r"[^\w.-]+", "_", document.name)[-80:]
        for number in course.dry.numbers:
            with suppress(FileExistsError), (folder / f"{number:04d}-{name}").open("xb") as file:
                file.write(document.content)
                kept.append(Rendered.of(document, f"documents/{number:04d}-{name}"))
                break
    return kept


def _picture(course: Course, passage: Passage) -> None:
    """Keep what the page shows just before the change."""
    evidence = course.evidence
    if evidence.of_each_item or evidence.kept < PICTURES:
        evidence.keep(passage.ledger.name, passage.key)


def _crossed(course: Course, step: Step, passage: Passage) -> bool:
    """Write down what wanted to leave since it was last asked; whether anything was refused."""
    crossings = course.lent.crossings()
    for one in crossings:
        _note_crossing(course, one, passage.ledger.name, passage.key, step)
    return any(one.verdict == "refused" for one in crossings)


def _note_crossing(course: Course, one: Crossing, ledger: str, key: str, step: Step | None = None) -> None:
    course.journal.note(
        "request", ledger=ledger, key=key, step=step.address if step else None, action=step.action if step else "",
        verdict=one.verdict, method=one.method, address=one.address, fields=dict(one.fields), why=one.why,
        line=one.line,
    )  # fmt: skip


def _note(course: Course, kind: Any, step: Step, passage: Passage, **data: Any) -> None:
    course.journal.note(
        kind, ledger=passage.ledger.name, key=passage.key, step=step.address, action=step.action, **data
    )


def _on_page(action: Action) -> bool:
    """Whether it works with something that shows what is, not what was planned."""
    return any(kind.fleeting for kind in action.lent.values())  # type: ignore[attr-defined]


def _is_unknown(value: Any, within_texts: bool) -> bool:
    """Whether the value is not known yet, or holds one that is not."""
    if isinstance(value, NotKnownYet):
        return True
    if isinstance(value, str):
        return within_texts and str(NOT_KNOWN_YET) in value
    if isinstance(value, Mapping):
        return any(_is_unknown(one, within_texts) for pair in value.items() for one in pair)
    return isinstance(value, list | tuple) and any(_is_unknown(one, within_texts) for one in value)
