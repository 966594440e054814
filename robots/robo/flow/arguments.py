"""The values of a step against the types of its action, as far as they are known before the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from robo.flow.controls import known_here
from robo.flow.draft import Draft
from robo.flow.formula import Expression, Formula, Template
from robo.flow.problems import did_you_mean
from robo.flow.text import Path
from robo.kit.action import Action
from robo.kit.messages import _
from robo.kit.schema import misfits_of
from robo.kit.shape import LATER, Misfit, Trail
from robo.kit.source import SourceType


def check_arguments(
    draft: Draft, called: Action | SourceType, arguments: Mapping[str, Any], places: Mapping[str, Path], whole: Path
) -> None:
    """Note what is missing or of a wrong type.

    places: parameter to where its value stands; whole: where the step's action stands.
    """
    if not draft.deep:
        return
    missing = [
        name
        for name, parameter in called.parameters.items()
        if parameter.default is parameter.empty and arguments.get(name) is None
    ]
    for name in missing[:1]:
        _missing(draft, called, name, name in arguments, places, whole)
    if isinstance(called, Action) and called.manners.one_of and not missing:
        _one_of(draft, called, called.manners.one_of, places, whole)
    known = {name: _known(value) for name, value in arguments.items() if name not in missing}
    for misfit in misfits_of(called, known):
        parameter, *below = misfit.trail
        at = _place(draft, places[str(parameter)], below)
        draft.fault(at, misfit.reason, _mend(misfit, known), key=misfit.name)


def _missing(
    draft: Draft, called: Action | SourceType, name: str, is_there: bool, places: Mapping[str, Path], whole: Path
) -> None:
    step = called.name
    if not places:
        draft.fault(whole, _("`{step}` is empty").format(step=step), _example(called, name), key=True)
    elif is_there:
        draft.fault(places[name], _("`{name}` is empty").format(name=name))
    else:
        draft.fault(
            whole,
            _("`{name}` is missing in `{step}`").format(name=name, step=step),
            _example(called, name),
            key=True,
        )


def _one_of(draft: Draft, called: Action, names: tuple[str, ...], places: Mapping[str, Path], whole: Path) -> None:
    """Note that none of them is written, or more than one."""
    there = [name for name in names if name in places]
    listed = _(" or ").join(f"`{name}`" for name in names)
    if len(there) > 1:
        draft.fault(places[there[1]], _("only one of {names} is possible").format(names=listed), key=True)
    elif not there:
        draft.fault(
            whole, _("{names} is missing in `{step}`").format(names=listed, step=called.name),
            _example(called, names[0]), key=True,
        )  # fmt: skip


def _example(called: Action | SourceType, name: str) -> str:
    rest = called.manners.rest if isinstance(called, Action) else None
    if name == rest:
        return _("Write: {example}").format(example=f"{called.name}: {{name: value}}")
    if isinstance(called, Action) and called.main == name:
        return _("Write: {example}").format(example=f"- {called.name}: ...")
    return _("Write it below, indented: {name}: ...").format(name=name)


def _mend(misfit: Misfit, known: Mapping[str, Any]) -> str:
    """The word that was meant, where only some fit; for a name that is none of these, all of them."""
    if not misfit.choices:
        return ""
    word = misfit.trail[-1] if misfit.name else _within(known, misfit.trail)
    mend = did_you_mean(str(word), misfit.choices)
    return mend or (known_here(misfit.choices) if misfit.name else "")


def _within(value: Any, trail: Trail) -> Any:
    for part in trail:
        match value:
            case dict():
                value = value[part]
            case list() if isinstance(part, int):
                value = value[part]
    return value


def _known(value: Any) -> Any:
    """The value with what is not known yet marked; a merge text is some text."""
    match value:
        case Formula():
            return LATER
        case Template():
            single = len(value.parts) == 1 and isinstance(value.parts[0][1], Formula)
            return LATER if single else value.source
        case Expression():
            return LATER
        case dict():
            return {_known_key(key): _known(one) for key, one in value.items()}
        case list():
            return [_known(one) for one in value]
    return value


def _known_key(key: Any) -> Any:
    return key.source if isinstance(key, Template) else key


def _place(draft: Draft, path: Path, below: Iterable[int | str]) -> Path:
    """Down to the value that is meant, as far as the file has it: a merge field in a name stands there otherwise."""
    document = draft.document
    for part in below:
        if (*path, part) in document.values or (*path, part) in document.keys:
            path = (*path, part)
    return path
