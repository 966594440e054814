"""From a type hint to the shape of the values that it takes."""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AnySet
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from robo.kit.data import dataclass
from robo.kit.groups import Data, Either, Fixed, Listed, Made, Mapped
from robo.kit.lane import Account
from robo.kit.messages import _
from robo.kit.rendered import Rendered
from robo.kit.scalars import SCALARS, Instance, OneOf
from robo.kit.secrets import Secret
from robo.kit.shape import Shape


@dataclass(frozen=True)
class Written:
    """Says, in `Annotated[Place, Written(str | Place, place)]`, as what a value is written and what makes it of that.

    The function may raise ValueError in words that a person understands. pattern: of the text, for editors.
    """

    written: Any
    make: Callable[[Any], Any]
    pattern: str = ""


@dataclass(frozen=True)
class Alone:
    """Says, in `Annotated[tuple[Proof, ...], Alone()]`, that a single value is a list of one."""


class UnknownHint(TypeError):
    """A type hint that no flow can write a value for."""


def shape_of(hint: Any) -> Shape:
    """The shape of a parameter with this hint; names in it are resolved. Raises UnknownHint."""
    return _Reader().shape(hint)


class _Reader:
    """inside: the classes of data around the hint."""

    def __init__(self, inside: tuple[type, ...] = ()) -> None:
        self.inside = inside

    def shape(self, hint: Any) -> Shape:
        found = _simple(hint)
        if found is not None:
            return found
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self._annotated(*inner)
        if origin is Literal:
            return OneOf(inner)
        if origin in (Union, types.UnionType):
            return Either(tuple(map(self.shape, inner)))
        if origin is None and is_dataclass(hint) and isinstance(hint, type):
            return self._data(hint)
        kind = origin or hint
        if kind is tuple and inner and inner[-1] is not Ellipsis:
            return Fixed(tuple(map(self.shape, inner)))
        if kind in _LISTS:
            return Listed(self.shape(inner[0] if inner else Any), _LISTS[kind])
        if kind in _GROUPS:
            key, value = inner or (str, Any)
            return Mapped(self.shape(key), self.shape(value))
        raise UnknownHint(_name(hint))

    def _annotated(self, inner: Any, *remarks: Any) -> Shape:
        for remark in remarks:
            if isinstance(remark, Written):
                return Made(
                    self.shape(remark.written),
                    remark.make,
                    inner if isinstance(inner, type) else None,
                    remark.pattern,
                )
            if isinstance(remark, Alone):
                listed = self.shape(inner)
                if isinstance(listed, Listed):
                    return Listed(listed.entry, listed.made, alone=True)
        return self.shape(inner)

    def _data(self, cls: type[Any]) -> Shape:
        if cls in self.inside:
            raise UnknownHint(_("{name}, which holds itself").format(name=cls.__name__))
        within = _Reader((*self.inside, cls))
        hints = get_type_hints(cls, include_extras=True)
        taken = [one for one in fields(cls) if one.init]
        shapes = {one.name.rstrip("_"): (one.name, within.shape(hints[one.name])) for one in taken}
        return Data(cls, shapes, frozenset(one.name.rstrip("_") for one in taken if _is_needed(one)))


def _simple(hint: Any) -> Shape | None:
    if isinstance(hint, NewType):
        return shape_of(hint.__supertype__)
    if hint in (Account, Rendered, Secret):
        return Instance(hint, by_name=hint is not Secret)
    return SCALARS.get(hint) if isinstance(hint, type) or hint in (Any, None) else None


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint)


_LISTS: Mapping[Any, Callable[[list[Any]], Any]] = {
    list: list, tuple: tuple, set: set, frozenset: frozenset,
    Sequence: list, MutableSequence: list, Iterable: list, Collection: list, AnySet: frozenset,
}  # fmt: skip
_GROUPS = (dict, Mapping, MutableMapping)
