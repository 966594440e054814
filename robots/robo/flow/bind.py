"""From what a step says to the arguments of a call: parameters, accounts, types; and what steps read of an item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from robo.flow.formula import Expression
from robo.flow.model import Step
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace
from robo.kit.action import Action
from robo.kit.errors import Refused
from robo.kit.lane import Account
from robo.kit.messages import _
from robo.kit.schema import bind, shapes, takes
from robo.kit.shape import Misfit, Unfit
from robo.kit.source import Fault, SourceType


def by_parameter(called: Action | SourceType, written: Any) -> dict[str, Any] | None:
    """{parameter: value} from what stands under an action: a map, its main value, or the whole map of its `rest`.

    A map may also be the main value itself, where all its names are those of such a value.
    None where it does not fit: a lone value where the action needs a map.
    """
    rest = called.manners.rest if isinstance(called, Action) else None
    if isinstance(written, dict):
        main = called.manners.main if isinstance(called, Action) else None
        if main and written and set(written) <= shapes(called)[main].names - set(called.parameters):
            return {main: dict(written)}  # `click: {label: Suivant}`: a place is a map too
        if rest is None:
            return dict(written)
        long_form = isinstance(written.get(rest), dict | list) and set(written) <= set(called.parameters)
        return dict(written) if long_form else {rest: dict(written)}
    if written is None:
        return {}
    main = called.main or next(iter(called.parameters), None)
    if main is None or (main == rest and not isinstance(written, list)):
        return None
    return {main: written}


def call_arguments(
    called: Action | SourceType, values: Mapping[str, Any], workspace: Workspace, vault: Vault
) -> dict[str, Any]:
    """The keyword arguments of the call from evaluated values, as `by_parameter` gives them.

    Relative paths start at the workspace's root; names of accounts become accounts with their password.
    Raises FaultyFlow for an unknown account or a missing password, Refused for a value that does not fit.
    """
    written = dict(values)
    for name in takes(called, Account):
        if isinstance(written.get(name), str):
            written[name] = workspace.account(written[name], vault)
    _refuse_faults(written)
    try:
        return bind(called, written, workspace.root)
    except Unfit as unfit:
        raise Refused("\n".join(_told(called, one) for one in unfit.misfits)) from None


def _told(called: Action | SourceType, misfit: Misfit) -> str:
    """A misfit at its place below the step: "submit.read.reference.nth: a whole number is expected"."""
    trail = misfit.trail[:-1] if misfit.name else misfit.trail
    place = ".".join(str(part) for part in (called.name, *trail))
    return _("{place}: {reason}").format(place=place, reason=misfit.reason)


def _refuse_faults(value: Any) -> None:
    """A cell that could not be read refuses the item as soon as it is used."""
    match value:
        case Fault(reason=reason):
            raise Refused(reason)
        case dict():
            for one in value.values():
                _refuse_faults(one)
        case list() | tuple():
            for one in value:
                _refuse_faults(one)


def leaves(written: Any) -> Iterator[Expression]:
    """The formulas, merge texts and templates of what is written, keys of maps included."""
    match written:
        case Expression():
            yield written
        case Mapping():
            for key, value in written.items():
                yield from leaves(key)
                yield from leaves(value)
        case list() | tuple():
            for one in written:
                yield from leaves(one)


def used_columns(steps: Iterable[Step], alias: str, *more: Any) -> tuple[str, ...] | None:
    """The columns of the item that these steps read, as formulas name them (slug or header), in order of the alphabet.

    more: further written values that count, such as the parts of a key. None: all of them may be read.
    """
    found: set[str] = set()
    expressions = [*leaves(list(more)), *(one for step in steps for one in _expressions(step))]
    for expression in expressions:
        for path in expression.names():
            if path[0] != alias:
                continue
            if len(path) < 2 or path[1] is None:
                return None
            found.add(path[1])
    return tuple(sorted(found))


def _expressions(step: Step) -> Iterator[Expression]:
    """Everything that one step evaluates, its branches included; what merely looks up a doubt does not count."""
    yield from leaves([step.arguments, step.name, step.condition])
    below = [*step.body, *step.otherwise, *(step.on_error if isinstance(step.on_error, tuple) else ())]
    if step.loop:
        yield from leaves([step.loop.source, step.loop.key, step.loop.where, step.loop.limit, step.loop.write_back])
        below += [*step.loop.prepare, *step.loop.steps]
    for one in below:
        yield from _expressions(one)
