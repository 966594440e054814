"""The signature of an action or source, read as the schema of what a flow writes under it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from robo.kit.action import Action
from robo.kit.help import help_of
from robo.kit.lane import Account
from robo.kit.source import SourceType

_CONFIG = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


@functools.cache
def _model(called: Action | SourceType) -> type[BaseModel]:
    phrases = help_of(called).parameters
    fields: dict[str, Any] = {}
    for name, parameter in called.parameters.items():
        default = ... if parameter.default is parameter.empty else parameter.default
        hint = called.hints[parameter.name]
        fields[f"p_{name}"] = (_lenient(hint), Field(default, alias=name, description=phrases.get(name)))
    return create_model(called.name, __config__=_CONFIG, **fields)


def arguments(called: Action | SourceType) -> type[BaseModel]:
    """A model of what may be written under the action: aliases are the names in the flow, extra names are refused."""
    return _model(called)


def _lenient(hint: Any) -> Any:
    """An account stands in a flow as its name: the engine puts the `Account` in its place before the call."""
    if Account in get_args(hint):
        return Annotated[Any, BeforeValidator(lambda value: value)]
    return hint


def bind(called: Action | SourceType, written: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments for the function, validated; raises pydantic's ValidationError."""
    model = arguments(called).model_validate(dict(written))
    return {
        parameter.name: getattr(model, f"p_{name}")
        for name, parameter in called.parameters.items()
        if name in written or parameter.default is parameter.empty
    }


def takes(called: Action | SourceType, kind: type) -> tuple[str, ...]:
    """The names of the parameters of that type (`Account`, `Path`), as flows write them."""
    return tuple(
        name
        for name, parameter in called.parameters.items()
        if kind is called.hints[parameter.name] or kind in get_args(called.hints[parameter.name])
    )


__all__ = ["Path", "arguments", "bind", "takes"]
