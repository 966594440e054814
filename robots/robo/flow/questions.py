"""`ask` and `approve`: steps at which the run waits for a person, and where they may stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from robo.flow.draft import Draft
from robo.flow.head import read_fields
from robo.flow.inputs import PYTHON_TYPES
from robo.flow.model import Flow, Question, Step, walk
from robo.flow.names import Group, Names
from robo.flow.spot import ReadsSteps
from robo.flow.text import Path
from robo.kit.messages import _

VERDICT: Mapping[str, type] = {"approved": bool, "by": str, "at": datetime}
"""What an approval gives beside what its form asks for."""
_FORM = "form: {date_valeur: {type: date, label: Date de valeur}}"


def read_question(
    draft: Draft, table: Mapping[str, Any], where: Mapping[str, Path], path: Path, names: Names
) -> dict[str, Any]:
    """The arguments and the question of a step. where: of each parameter; path: of the step's action."""
    arguments: dict[str, Any] = {"title": draft.template(table["title"], where["title"], names)}
    for key in ("show", "by"):
        if table.get(key) is not None:
            arguments[key] = draft.value(table[key], where[key], names)
    by = arguments.get("by")
    if any(isinstance(one, bool | dict | list) for one in (by if isinstance(by, list) else [by])):
        example = _("Write: {example}").format(example="by: [m.durand, c.petit]")
        draft.fault(where["by"], _("an account is expected here, or a list of them"), example)
    form = read_fields(draft, table.get("form"), where["form"], _FORM, names)
    for one in form:
        if one.type == "secret":
            draft.fault((*where["form"], one.name), _("a secret is not asked for: answers are kept"), key=True)
        if path[-1] == "approve" and one.name in VERDICT:
            draft.fault(
                (*where["form"], one.name),
                _('"{name}" is given by every approval: call it otherwise').format(name=one.name),
                key=True,
            )
    return {"arguments": arguments, "question": Question(draft.seconds(table, "wait", path), form)}


def answer_names(action: str, question: Question) -> Group:
    """What `save` makes known."""
    entered = {one.name: PYTHON_TYPES[one.type] for one in question.form}
    given = {**VERDICT, **entered} if action == "approve" else entered
    return Group(given, _("the answer to `{step}`").format(step=action))


def asks(step: Step) -> bool:
    """Whether a person is asked at the step, or in a flow that it runs."""
    return bool(step.question) or (step.call is not None and any(one.question for one in walk(step.call.flow.steps)))


def refuse_misplaced(flow: Flow, reader: ReadsSteps) -> None:
    """Note each question that could not be asked once for the whole run, or would come too late."""
    ends = (*_misplaced(flow.on_error, _end()), *_misplaced(flow.at_end, _end()))
    for step, (why, mend) in (*_misplaced(flow.steps, None), *ends):
        reader.draft.fault(
            (*reader.draft.places[step.address], step.action),
            _("`{step}` waits for a person: {why}").format(step=step.action, why=why),
            mend,
            key=True,
        )


_Why = tuple[str, str]


def _misplaced(steps: tuple[Step, ...], why: _Why | None) -> Iterator[tuple[Step, _Why]]:
    """The steps that ask where nobody can be asked, each with the reason and the mend."""
    for step in steps:
        if why and asks(step):
            yield step, why
        yield from _misplaced(step.body, why or (_repeat() if step.repeat else None))
        yield from _misplaced(step.otherwise, why)
        if isinstance(step.on_error, tuple):
            yield from _misplaced(step.on_error, why or _recovery())
        if step.already_done:
            yield from _misplaced(step.already_done.steps, why or _loop())
        if step.loop:
            looks = step.loop.already_done.steps if step.loop.already_done else ()
            yield from _misplaced((*step.loop.prepare, *step.loop.steps, *looks), why or _loop())


def _loop() -> _Why:
    return (
        _("in a loop it would be asked for each item"),
        _("Ask once, before the loop or behind it, and show all of them"),
    )


def _repeat() -> _Why:
    return _("it is asked once, not in each round of `repeat`"), _("Ask before `repeat`, or behind it")


def _recovery() -> _Why:
    return (
        _("what failed would be tried anew before it is asked again"),
        _("Use `on_error: continue`, then `if` and the question as steps of their own"),
    )


def _end() -> _Why:
    return _("the end of a run waits for nobody"), _("Ask under `steps`")
