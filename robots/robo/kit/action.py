"""An action: a typed Python function that a flow names as a step.

Its signature is the schema of the step; its docstring is the help: one sentence, then `parameter: phrase` lines, then
an optional example. Its shape says what it does to the world:

* a plain function **looks**; one that borrows a fleeting resource (a page) works **in the page**;
* a generator function **changes** the world: it looks, yields one `Change`, and only then does it;
* `session=True` marks a sign-in: redone at each start.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Literal, ParamSpec, TypeVar, get_type_hints, overload

from robo.kit.change import Settled
from robo.kit.data import dataclass
from robo.kit.resource import is_resource

P = ParamSpec("P")
R = TypeVar("R")
Kind = Literal["look", "page", "session", "change"]
Settle = Callable[..., Settled[Any]]
"""Asked about an intent; it may borrow resources by further parameters, as an action does."""
_MARK = "__robo_action__"


@dataclass(frozen=True)
class _Manners:
    main: str | None = None
    rest: str | None = None
    binds: str | None = None
    opens: bool = False
    session: bool = False
    settle: Settle | None = None
    late: float | None = None
    one_of: tuple[str, ...] = ()


@overload
def action(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def action(
    *,
    main: str | None = None,
    rest: str | None = None,
    binds: str | None = None,
    opens: bool = False,
    session: bool = False,
    settle: Settle | None = None,
    late: float | None = None,
    one_of: tuple[str, ...] = (),
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def action(function: Any = None, /, **manners: Any) -> Any:
    """Mark a function as a step that flows may name; the function itself stays as it is.

    main: the parameter that a lone scalar fills (`- open: /cases`); by default the first one that is not lent.
    rest: the parameter that takes the step's whole map (`fill: {Nom: =row.nom}`).
    binds: the parameter whose keys become names for the following steps; the action returns their values by name.
    opens: whether it brings its resource to a known place, so that a segment may begin with it.
    session: whether it signs in; redone at each start of a lane.
    settle: asked, after a stop, whether an intent without receipt was carried out; it may borrow resources.
    late: seconds after the death of its process in which the change may still come, 0 for what the process does itself
        (files); by default those of the flow's site.
    one_of: parameters of which exactly one must be written.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        setattr(function, _MARK, _Manners(**manners))
        return function

    return mark if function is None else mark(function)


def is_action(thing: object) -> bool:
    """Whether the function was marked with `@action`."""
    return callable(thing) and hasattr(thing, _MARK)


@dataclass(frozen=True)
class Action:
    """A marked function under the name by which flows call it."""

    name: str
    function: Callable[..., Any]

    @property
    def manners(self) -> _Manners:
        return getattr(self.function, _MARK)  # type: ignore[no-any-return]

    @cached_property
    def hints(self) -> Mapping[str, Any]:
        """Parameter name to type, with its annotations."""
        hints = get_type_hints(self.function, include_extras=True)
        return {name: hints.get(name, Any) for name in inspect.signature(self.function).parameters}

    @cached_property
    def lent(self) -> Mapping[str, type]:
        """The parameters that a resource fills, with its class."""
        return {name: hint for name, hint in self.hints.items() if is_resource(hint)}

    @cached_property
    def lent_to_settle(self) -> Mapping[str, type]:
        """The parameters of its `settle` that a resource fills, with its class."""
        hints = get_type_hints(self.manners.settle) if self.manners.settle else {}
        return {name: hint for name, hint in hints.items() if is_resource(hint)}

    @cached_property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """The parameters that a flow may write, by the name that the flow writes (`in_` is written `in`)."""
        signature = inspect.signature(self.function)
        return {n.rstrip("_"): p for n, p in signature.parameters.items() if n not in self.lent}

    @cached_property
    def kind(self) -> Kind:
        if inspect.isgeneratorfunction(self.function):
            return "change"
        if self.manners.session:
            return "session"
        return "page" if any(lent.fleeting for lent in self.lent.values()) else "look"  # type: ignore[attr-defined]

    @property
    def main(self) -> str | None:
        """The parameter that a lone scalar fills."""
        return self.manners.main or self.manners.rest or next(iter(self.parameters), None)
