"""The signature of an action or source, read as the schema of what a flow writes under it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from robo.kit.action import Action
from robo.kit.groups import missing, unknown
from robo.kit.hints import UnknownHint, shape_of
from robo.kit.messages import _
from robo.kit.shape import Misfit, Shape, Unfit
from robo.kit.source import SourceType


@functools.cache
def shapes(called: Action | SourceType) -> Mapping[str, Shape]:
    """What each parameter takes, by the name that a flow writes. Raises UnknownHint naming the parameter."""
    return {name: _shape(called, name) for name in called.parameters}


def _shape(called: Action | SourceType, name: str) -> Shape:
    parameter = called.parameters[name]
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
        raise UnknownHint(
            _(
                "`{parameter}` of `{action}`: a flow gives each parameter by its name, so * and / are not possible"
            ).format(parameter=parameter.name, action=called.name)
        )
    try:
        return shape_of(called.hints[parameter.name])
    except UnknownHint as hint:
        raise UnknownHint(
            _("`{parameter}` of `{action}`: no flow can write a value of the type {hint}; take one of {known}").format(
                parameter=parameter.name, action=called.name, hint=hint, known=KNOWN
            )
        ) from None


KNOWN = "str, int, float, Decimal, bool, date, datetime, time, Path, Literal, list, tuple, set, dict, dataclass"


def bind(called: Action | SourceType, written: Mapping[str, Any], base: Path | None = None) -> dict[str, Any]:
    """The keyword arguments for the function, each as its type; what is not written keeps its default.

    base: where relative paths start, the current folder unless said. Raises Unfit with every reason.
    """
    known = shapes(called)
    misfits = [unknown(name, tuple(known)) for name in written if name not in known]
    misfits += [
        missing(name) for name, one in called.parameters.items() if one.default is one.empty and name not in written
    ]
    made: dict[str, Any] = {}
    for name, value in written.items():
        if name not in known:
            continue
        try:
            made[called.parameters[name].name] = known[name].read(value, base or Path())
        except Unfit as fault:
            misfits += fault.below(name)
    if misfits:
        raise Unfit(misfits)
    return made


def misfits_of(called: Action | SourceType, known: Mapping[str, Any]) -> list[Misfit]:
    """What does not fit of the values that are known before the run; LATER stands for the others."""
    found: list[Misfit] = []
    for name, value in known.items():
        try:
            shapes(called)[name].read(value, Path())
        except Unfit as fault:
            found += fault.below(name)
    return found


def takes(called: Action | SourceType, kind: type) -> tuple[str, ...]:
    """The names of the parameters of that type, such as `Account`, as flows write them."""
    return tuple(
        name
        for name, parameter in called.parameters.items()
        if kind is called.hints[parameter.name] or kind in get_args(called.hints[parameter.name])
    )
