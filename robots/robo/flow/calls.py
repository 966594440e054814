"""`run: {flow, with}`: another flow as a part of this one, its inputs checked against what it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from robo.flow.bind import leaves
from robo.flow.controls import CONTROLS
from robo.flow.draft import Draft
from robo.flow.head import path_of
from robo.flow.inputs import PYTHON_TYPES, input_value
from robo.flow.model import Call, Flow, Input
from robo.flow.names import Names, Node
from robo.flow.problems import FaultyFile
from robo.flow.spot import ReadsSteps, Spot
from robo.flow.text import Path
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _

_EXAMPLE = "run: {flow: common/extract, with: {month: =inputs.month}}"


def read_call(reader: ReadsSteps, data: Any, path: Path, below: Spot, spot: Spot) -> tuple[Call | None, Node]:
    """The call and what it gives to `save`. below: where the steps of the other flow stand. Notes what is wrong."""
    draft = reader.draft
    table = {"flow": data} if isinstance(data, str) else draft.map(data, path, _EXAMPLE)
    draft.known_keys(table, path, CONTROLS["run"].parameters)
    at = (*path, "flow") if isinstance(data, dict) else path
    name = draft.text(table, "flow", path)
    if not name or "{{" in name or name.startswith("="):
        fault = _("the flow to run is named here, as it is called under flows/")
        draft.fault(at, fault, _("Write: {example}").format(example=_EXAMPLE), key=not name)
        return None, None
    block = draft.map(table["with"], (*path, "with"), _EXAMPLE) if table.get("with") is not None else {}
    given = {key: draft.value(value, (*path, "with", key), spot.names) for key, value in block.items()}
    known = _known(reader, given)
    try:
        called = reader.calls.read(name, reader.settings, below, known, given.keys() - known.keys())
    except FaultyFile:
        return None, None  # told with the faults of this file
    except FaultyFlow as error:
        draft.fault(at, str(error))
        return None, None
    _check_inputs(reader, called.flow, given, path, spot.names)
    return Call(called.flow, given, called.opened), called.outputs


def _known(reader: ReadsSteps, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of these values before the run: what stands there, and inputs handed on."""
    inputs = reader.columns.inputs if reader.columns else {}
    known = {}
    for name, value in given.items():
        path = path_of(value)
        if path and path[0] == "inputs" and path[-1] in inputs:
            known[name] = inputs[path[-1]]
        elif not any(leaves(value)):
            known[name] = value
    return known


def _check_inputs(reader: ReadsSteps, called: Flow, given: Mapping[str, Any], path: Path, names: Names) -> None:
    for one in check_given(reader.draft, called.inputs, given, (*path, "with"), names):
        reader.draft.fault(
            path,
            _('"{name}" is missing: {flow} asks for it').format(name=one.name, flow=called.path),
            _("Write below, indented: with: {{{name}: ...}}").format(name=one.name),
            key=True,
        )


def check_given(
    draft: Draft, inputs: Iterable[Input], given: Mapping[str, Any], path: Path, names: Names
) -> Iterator[Input]:
    """Note what does not fit of the values given there, and yield the inputs that are missing."""
    asked = {one.name: one for one in inputs}
    draft.known_keys(given, path, tuple(asked))
    for one in asked.values():
        if one.name in given:
            fault = _misfit(one, given[one.name], names)
            if fault:
                draft.fault((*path, one.name), fault)
        elif one.required and one.default is None and given.keys() <= asked.keys():  # else a misspelt one may be it
            yield one


def _misfit(asked: Input, value: Any, names: Names) -> str:
    """What is wrong with a value, as far as it is known before the run."""
    if not any(leaves(value)):
        try:
            input_value(asked, value)
        except ValueError as error:
            return str(error)
        return ""
    path = path_of(value)
    kind, wanted = names.type_of(path) if path else None, PYTHON_TYPES[asked.type]
    fits = kind is None or kind is str or wanted in (str, kind) or (kind, wanted) in _READ
    return "" if fits else _("{name} is no {type}").format(name=value.source.strip(), type=asked.type)


_READ = {(int, Decimal), (Decimal, int), (datetime, date)}
