"""The language as JSON Schema, for editors: what they complete, explain and underline while a flow is written.

A step is one flat group with every action as a name that it may have, and one rule for each action about what may stand
beside it: with a choice between actions instead, editors offer each name many times and say that the wrong one is
missing. What only `robo check` can know (columns, sites, formulas) is no part of it.
"""

from __future__ import annotations

from typing import Any

from robo.flow import controls, vocabulary
from robo.flow.vocabulary import FORMULA, LOOK_UP, group, only, said
from robo.kit.action import Action
from robo.kit.groups import either
from robo.kit.help import Help, help_of
from robo.kit.messages import _
from robo.kit.schema import shapes
from robo.kit.shape import JsonSchema
from robo.kit.shelf import Shelf
from robo.kit.source import SourceType

MADE_BY = "made by robo schema"


def flow_schema(shelf: Shelf) -> JsonSchema:
    """The schema of a flow that may use these actions and sources (JSON Schema 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": MADE_BY,
        **group(vocabulary.top(), ("robo", "steps")),
        "$defs": {
            "step": _step(shelf),
            "look_up": vocabulary.look_up(),
        },
    }


def _step(shelf: Shelf) -> JsonSchema:
    actions: dict[str, JsonSchema] = {name: _control(name) for name in controls.CONTROLS}
    actions |= {source.name: _source(source) for source in shelf.sources.values()}
    actions |= {name: _action(one) for name, one in shelf.actions.items()}
    beside = list(vocabulary.modifiers())
    rules: list[JsonSchema] = [
        {"if": {"required": [name]}, "then": {"propertyNames": only([name, *beside], name)}} for name in actions
    ]
    lone = {"if": {"type": "string"}, "then": {"enum": list(actions)}}
    empty = {
        "if": {"type": "object", "propertyNames": {"enum": beside}},
        "then": {"type": "string", "errorMessage": _("this step has no action")},
    }
    return {
        **group({**actions, **vocabulary.modifiers()}),
        "type": ["object", "string"],
        "allOf": [*rules, lone, empty],
    }


def _control(name: str) -> JsonSchema:
    words, summary = vocabulary.control(name)
    control = controls.CONTROLS[name]
    explained = f"{summary}\n\n{vocabulary.EXAMPLES[name]}"
    whole = group(words, control.required, others={} if name == "set" else None)
    if control.main is None:
        return said(whole, explained)
    lone = _may_be_empty(words[control.main], not control.required)
    return said(either([whole, {key: one for key, one in lone.items() if key != "description"}]), explained)


def _source(source: SourceType) -> JsonSchema:
    told = help_of(source)
    words = {**_parameters(source, told), **vocabulary.loop()}
    return said(group(words, (*_required(source), "steps")), _explained(told))


def _action(action: Action) -> JsonSchema:
    told = help_of(action)
    words, required = _parameters(action, told), _required(action)
    if action.kind == "change":
        words["already_done"] = said(LOOK_UP, _("asks the application about an item in doubt"))
    if action.manners.rest:
        return said(_with_rest(words, shapes(action)[action.manners.rest].schema()), _explained(told))
    main = action.main
    if main is None:
        return said(_may_be_empty(group(words, required), True), _explained(told))
    lone = _open(shapes(action)[main].schema())
    if "properties" in lone:  # a place is a group too: its names may stand for it
        words = {**words, **{name: one for name, one in lone["properties"].items() if name not in words}}
        return said({**lone, **group(words), "type": _types(lone, "object")}, _explained(told))
    whole = group(words, required)
    if set(required) - {main}:
        return said(whole, _explained(told))  # one value alone would leave something out
    return said(_may_be_empty(either([whole, lone]), not required), _explained(told))


def _with_rest(words: dict[str, JsonSchema], rest: JsonSchema) -> JsonSchema:
    """An action that takes a whole group of names, of which some may be its parameters; or a list."""
    listed = {"items": _open(rest["items"])} if "items" in rest else {}
    whole = group(words, others=_open(rest.get("additionalProperties", {})))
    return {**whole, **listed, "type": ["array", "object"] if listed else "object"}


def _parameters(called: Action | SourceType, told: Help) -> dict[str, JsonSchema]:
    return {name: said(_open(shape.schema()), told.parameters.get(name, "")) for name, shape in shapes(called).items()}


def _required(called: Action | SourceType) -> tuple[str, ...]:
    return tuple(name for name, one in called.parameters.items() if one.default is one.empty)


def _explained(told: Help) -> str:
    return "\n\n".join(part for part in (told.summary, told.example) if part)


def _types(schema: JsonSchema, *more: str) -> list[str]:
    kinds = schema.get("type", [])
    return sorted({*([kinds] if isinstance(kinds, str) else kinds), *more})


def _may_be_empty(schema: JsonSchema, empty: bool) -> JsonSchema:
    return either([schema, {"type": "null"}]) if empty else schema


def _open(schema: JsonSchema) -> JsonSchema:
    """The same where a formula, or a text that holds one, may stand instead of any value."""
    made: JsonSchema = {key: _opened(key, one) for key, one in schema.items()}
    kinds = _types(made)
    if "enum" in made:
        return {"anyOf": [made, {"type": "string", "pattern": FORMULA}]}
    if not kinds:
        return made
    if "string" not in kinds:
        return {**made, "type": sorted([*kinds, "string"]), "pattern": FORMULA}
    return {**made, "pattern": f"({made['pattern']})|{FORMULA}"} if "pattern" in made else made


def _opened(key: str, value: Any) -> Any:
    match key:
        case "properties":
            return {name: _open(one) for name, one in value.items()}
        case "items" | "additionalProperties" if isinstance(value, dict):
            return _open(value)
        case "anyOf" | "prefixItems":
            return [_open(one) for one in value]
    return value
