"""Everything of a flow but its steps: what it is called, asks for, and how it is run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from robo.flow.draft import Draft
from robo.flow.formula import Formula, Template
from robo.flow.inputs import PYTHON_TYPES, READERS, input_value
from robo.flow.model import Input
from robo.flow.names import PAGE, ROWS, RUN, Group, Names
from robo.flow.problems import did_you_mean
from robo.flow.text import Path
from robo.kit.messages import _
from robo.kit.secrets import Secret

_INPUT = (
    "type", "label", "help", "default", "required", "choices", "min", "max", "pattern", "accept", "example",
)  # fmt: skip
_FUNCTIONS_ONLY = Names({})


def read_inputs_block(draft: Draft, data: Mapping[str, Any]) -> tuple[Input, ...]:
    """`inputs: {name: {type, ...}}`; a lone word is the type."""
    return read_fields(draft, data.get("inputs"), ("inputs",), "inputs: {month: {type: month, label: Month}}")


def read_fields(draft: Draft, data: Any, path: Path, example: str, names: Names = _FUNCTIONS_ONLY) -> tuple[Input, ...]:
    """What people are to enter, by name. names: those that the formulas of defaults may use."""
    block = draft.map(data, path, example) if data is not None else {}
    return tuple(_input(draft, name, given, (*path, name), names) for name, given in block.items())


def _input(draft: Draft, name: str, given: Any, path: Path, names: Names) -> Input:
    before = draft.count
    draft.name(name, path, key=True)
    table = {"type": given} if isinstance(given, str) else draft.map(given, path, f"{name}: {{type: text}}")
    draft.known_keys(table, path, _INPUT)
    kind = str(table.get("type", "text"))
    at = (*path, "type") if isinstance(given, dict) else path
    if kind not in READERS:
        mend = did_you_mean(kind, READERS) or _("Known are: {known}").format(known=", ".join(READERS))
        draft.fault(at, _('"{kind}" is no type of input').format(kind=kind), mend)
        kind = "text"
    choices = draft.texts(table, "choices", path)
    if kind == "choice" and not choices:
        draft.fault(path, _("`choices` are missing"), _("Write: choices: [one, another]"), key=True)
    pattern = draft.text(table, "pattern", path)
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            draft.fault((*path, "pattern"), _("this pattern cannot be read: {reason}").format(reason=error))
    made = Input(
        name=name,
        type=kind,
        label=draft.text(table, "label", path),
        help=draft.text(table, "help", path),
        default=draft.value(table.get("default"), (*path, "default"), names),
        required=draft.yes_no(table, "required", path, True),
        choices=choices,
        min=table.get("min"),
        max=table.get("max"),
        pattern=pattern,
        accept=draft.texts(table, "accept", path),
        example=table.get("example"),
    )
    if draft.count == before:
        _values_fit(draft, made, table, path)
    return made


def _values_fit(draft: Draft, made: Input, table: Mapping[str, Any], path: Path) -> None:
    bounds = Input(name=made.name, type=made.type, choices=made.choices)
    for key, spec in (("min", bounds), ("max", bounds), ("default", made), ("example", made)):
        value = getattr(made, key)
        if value in (None, "") or isinstance(value, Formula | Template):
            continue
        if key == "default" and made.type == "secret":
            draft.fault((*path, key), _("a secret has no default: it would stand in the file"))
            continue
        try:
            input_value(spec, value)
        except (ValueError, TypeError) as error:
            draft.fault((*path, key), str(error))
            return


def read_secrets(draft: Draft, data: Mapping[str, Any]) -> tuple[str, ...]:
    """`secrets: [names]`."""
    names = draft.texts(data, "secrets", ())
    for place, name in enumerate(names):
        draft.name(name, ("secrets", place))
    return names


def read_gain(draft: Draft, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """`gain: {minutes_per_item, item, measured_on}`."""
    path: Path = ("gain",)
    if data.get("gain") is None:
        return {}
    table = draft.map(data["gain"], path, "gain: {minutes_per_item: 4, item: case}")
    draft.known_keys(table, path, ("minutes_per_item", "item", "measured_on"))
    minutes = table.get("minutes_per_item")
    if minutes is not None and (isinstance(minutes, bool) or not isinstance(minutes, int | Decimal) or minutes < 0):
        draft.fault((*path, "minutes_per_item"), _("a number is expected here"))
    for key in ("item", "measured_on"):
        draft.text(table, key, path)
    return table


def first_names(inputs: tuple[Input, ...], secrets: tuple[str, ...]) -> Names:
    """What formulas may name before the first step, without `vars`."""
    return Names(
        {
            "inputs": Group({one.name: PYTHON_TYPES[one.type] for one in inputs}, _("the inputs of this flow")),
            "secrets": Group(dict.fromkeys(secrets, Secret), _("the `secrets:` of this flow")),
            "run": Group(dict(RUN)),
        }
    )


def read_outputs(draft: Draft, data: Mapping[str, Any], names: Names) -> tuple[Mapping[str, Any], Group]:
    """`outputs: {name: value}`, reckoned at the end; and as what its caller sees of them."""
    block = draft.map(data["outputs"], ("outputs",), "outputs: {total: =total}") if data.get("outputs") else {}
    made = {name: draft.value(value, ("outputs", name), names) for name, value in block.items()}
    for name in block:
        draft.name(name, ("outputs", name), key=True)
    types = {name: names.type_of(made_of) for name, value in made.items() if (made_of := path_of(value))}
    return made, Group({**dict.fromkeys(made), **types}, _("the `outputs:` of the flow that was run"))


def path_of(value: Any) -> tuple[str, ...] | None:
    """The dotted path that a formula is, None where it is more than one."""
    if not isinstance(value, Formula) or len(value.names()) != 1:
        return None
    path = tuple(str(part) for part in value.names()[0])
    return path if ".".join(path) == value.source.strip() else None


def read_vars(draft: Draft, data: Mapping[str, Any], names: Names) -> Mapping[str, Any]:
    """`vars: {name: value}`, reckoned once at the start of a run from inputs alone; then known as `vars.NAME`."""
    block = draft.map(data["vars"], ("vars",), "vars: {ceiling: 1500}") if data.get("vars") is not None else {}
    made = {name: draft.value(value, ("vars", name), names) for name, value in block.items()}
    for name in block:
        draft.name(name, ("vars", name), key=True)
    names.add("vars", Group(dict.fromkeys(block), _("the `vars:` of this flow")))
    names.add("rows", Group(dict(ROWS)))
    names.add("page", Group(dict(PAGE)))
    return made
