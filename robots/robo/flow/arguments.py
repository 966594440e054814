"""The values of a step against the types of its action, as far as they are known before the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robo.flow.bind import fields_within
from robo.flow.draft import Draft
from robo.flow.formula import Formula, Template
from robo.flow.problems import did_you_mean
from robo.flow.text import Path
from robo.kit.action import Action
from robo.kit.messages import _
from robo.kit.source import SourceType


class _Later:
    """Stands for a value that only the run knows."""


_LATER = _Later()


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
    known = {name: _known(value) for name, value in arguments.items() if name not in missing}
    if not known or all(value is _LATER for value in known.values()):
        return
    from pydantic import ValidationError

    from robo.flow.wording import mend_of, message_of
    from robo.kit.schema import arguments as model

    try:
        model(called).model_validate(known)
    except ValidationError as error:
        seen: set[Path] = set()
        for fault in error.errors(include_url=False):
            first, *below = fault["loc"] or ("",)
            if first not in known or isinstance(fault["input"], _Later) or _holds_later(fault["input"]):
                continue
            at, is_key = _place(draft, places[str(first)], below, str(fault["type"]))
            if at in seen:
                continue  # the other branches of one union
            seen.add(at)
            draft.fault(at, message_of(dict(fault)), mend_of(dict(fault)) or _near(called, fault), key=is_key)


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


def _example(called: Action | SourceType, name: str) -> str:
    rest = called.manners.rest if isinstance(called, Action) else None
    if name == rest:
        return _("Write: {example}").format(example=f"{called.name}: {{name: value}}")
    if isinstance(called, Action) and called.main == name:
        return _("Write: {example}").format(example=f"- {called.name}: ...")
    return _("Write it below, indented: {name}: ...").format(name=name)


def _near(called: Action | SourceType, fault: Any) -> str:
    """The mend for a name that a place or a proof does not have."""
    if fault["type"] not in ("extra_forbidden", "unexpected_keyword_argument"):
        return ""
    names = sorted(fields_within(called, str(fault["loc"][0])))
    return did_you_mean(str(fault["loc"][-1]), names) or _("Known here are: {known}").format(known=", ".join(names))


def _known(value: Any) -> Any:
    """The value with what is not known yet marked; a merge text is some text."""
    match value:
        case Formula():
            return _LATER
        case Template():
            single = len(value.parts) == 1 and isinstance(value.parts[0][1], Formula)
            return _LATER if single else value.source
        case dict():
            return {_known_key(key): _known(one) for key, one in value.items()}
        case list():
            return [_known(one) for one in value]
    return value


def _known_key(key: Any) -> Any:
    return key.source if isinstance(key, Template) else key


def _holds_later(value: Any) -> bool:
    match value:
        case _Later():
            return True
        case dict():
            return any(map(_holds_later, value.values()))
        case list() | tuple():
            return any(map(_holds_later, value))
    return False


def _place(draft: Draft, path: Path, below: list[int | str], kind: str) -> tuple[Path, bool]:
    """Down to the value that is meant, as far as the file has it: what pydantic names between is left out."""
    document = draft.document
    for part in below:
        if (*path, part) in document.values or (*path, part) in document.keys:
            path = (*path, part)
    return path, kind in ("extra_forbidden", "unexpected_keyword_argument")
