"""The shapes of values that hold others: lists, groups of names, classes of data, and choices between shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from robo.kit.data import dataclass
from robo.kit.messages import _
from robo.kit.scalars import Nothing
from robo.kit.shape import LATER, JsonSchema, Later, Misfit, Shape, Unfit, WrongKind, holds_later

T = TypeVar("T")


@dataclass(frozen=True)
class Listed(Shape):
    """A list of any length. made: what it becomes; alone: whether a single value is a list of one."""

    entry: Shape
    made: Callable[[list[Any]], Any] = list
    alone: bool = False

    @property
    def expected(self) -> str:
        return _("{what}, or a list").format(what=self.entry.expected) if self.alone else _list()

    def is_exact(self, value: Any) -> bool:
        return isinstance(value, list | tuple)

    def read(self, value: Any, base: Path) -> Any:
        if isinstance(value, Later):
            return value
        if not isinstance(value, list | tuple):
            if self.alone:
                return self.made([self.entry.read(value, base)])
            raise self.wrong(value)
        return self.made(_each([self.entry] * len(value), value, base))

    def schema(self) -> JsonSchema:
        listed: JsonSchema = {"type": "array", "items": self.entry.schema()}
        return either([self.entry.schema(), listed]) if self.alone else listed

    @property
    def names(self) -> frozenset[str]:
        return self.entry.names


@dataclass(frozen=True)
class Fixed(Shape):
    """A list of so many values, each of its own shape."""

    entries: tuple[Shape, ...]

    @property
    def expected(self) -> str:
        return _("a list of {count}").format(count=len(self.entries))

    def is_exact(self, value: Any) -> bool:
        return isinstance(value, list | tuple) and len(value) == len(self.entries)

    def read(self, value: Any, base: Path) -> Any:
        if isinstance(value, Later):
            return value
        if not self.is_exact(value):
            raise self.wrong(value)
        return tuple(_each(list(self.entries), value, base))

    def schema(self) -> JsonSchema:
        count = len(self.entries)
        entries = [one.schema() for one in self.entries]
        return {"type": "array", "prefixItems": entries, "minItems": count, "maxItems": count}


@dataclass(frozen=True)
class Mapped(Shape):
    """A group of names that the flow chooses, all their values of one shape."""

    key: Shape
    value: Shape

    @property
    def expected(self) -> str:
        return _group()

    def is_exact(self, value: Any) -> bool:
        return isinstance(value, Mapping)

    def read(self, value: Any, base: Path) -> Any:
        if isinstance(value, Later):
            return value
        if not isinstance(value, Mapping):
            raise self.wrong(value)
        made: dict[Any, Any] = {}
        misfits: list[Misfit] = []
        for name, one in value.items():
            try:
                key = self.key.read(name, base)
            except Unfit as fault:
                misfits += [Misfit(each.reason, (name,), each.choices, name=True) for each in fault.misfits]
                continue
            try:
                made[key] = self.value.read(one, base)
            except Unfit as fault:
                misfits += fault.below(name)
        return _all_or_none(made, misfits)

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": self.value.schema()}

    @property
    def names(self) -> frozenset[str]:
        return self.value.names


@dataclass(frozen=True)
class Data(Shape):
    """A class of data, written as a group of its fields. fields: the name in the flow to its attribute and shape."""

    cls: type[Any]
    fields: Mapping[str, tuple[str, Shape]]
    required: frozenset[str]

    @property
    def expected(self) -> str:
        return _group()

    def is_exact(self, value: Any) -> bool:
        return isinstance(value, self.cls)

    def read(self, value: Any, base: Path) -> Any:
        if isinstance(value, self.cls | Later):
            return value
        if not isinstance(value, Mapping):
            raise self.wrong(value)
        misfits = [unknown(name, tuple(self.fields)) for name in value if name not in self.fields]
        if not misfits:  # else what is missing may only be misspelt
            misfits += [missing(name) for name in sorted(self.required - set(value))]
        made: dict[str, Any] = {}
        for name, one in value.items():
            if name not in self.fields:
                continue
            attribute, shape = self.fields[name]
            try:
                made[attribute] = shape.read(one, base)
            except Unfit as fault:
                misfits += fault.below(name)
        if holds_later(_all_or_none(made, misfits)):
            return LATER
        with _in_words():
            return self.cls(**made)

    def schema(self) -> JsonSchema:
        made: JsonSchema = {
            "type": "object",
            "properties": {name: shape.schema() for name, (_attribute, shape) in self.fields.items()},
            "additionalProperties": False,
        }
        return made | ({"required": sorted(self.required)} if self.required else {})

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.fields)


@dataclass(frozen=True)
class Either(Shape):
    """Any of several shapes: the one that the value is already, else the first that it can be read as."""

    branches: tuple[Shape, ...]

    @property
    def expected(self) -> str:
        words = list(dict.fromkeys(one.expected for one in self.branches if not isinstance(one, Nothing)))
        return words[0] if len(words) == 1 else _("{some} or {last}").format(some=", ".join(words[:-1]), last=words[-1])

    def is_exact(self, value: Any) -> bool:
        return any(one.is_exact(value) for one in self.branches)

    def read(self, value: Any, base: Path) -> Any:
        faults: list[Unfit] = []
        for one in sorted(self.branches, key=lambda branch: not branch.is_exact(value)):
            try:
                return one.read(value, base)
            except Unfit as fault:
                faults.append(fault)
        nearest = [fault for fault in faults if not isinstance(fault, WrongKind)]
        raise min(nearest, key=lambda fault: len(fault.misfits)) if nearest else self.wrong(value)

    def schema(self) -> JsonSchema:
        return either([one.schema() for one in self.branches])

    @property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(one.names for one in self.branches))


@dataclass(frozen=True)
class Made(Shape):
    """A value that a function makes of what is written.

    made: the class that it may be already. pattern: of the text that is written.
    """

    written: Shape
    make: Callable[[Any], Any]
    made: type[Any] | None
    pattern: str = ""

    @property
    def expected(self) -> str:
        return self.written.expected

    def is_exact(self, value: Any) -> bool:
        return self._is_made(value) or self.written.is_exact(value)

    def _is_made(self, value: Any) -> bool:
        return self.made is not None and isinstance(value, self.made) and not self.written.is_exact(value)

    def read(self, value: Any, base: Path) -> Any:
        if self._is_made(value):
            return value
        given = self.written.read(value, base)
        if holds_later(given):
            return LATER
        with _in_words():
            return self.make(given)

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": self.pattern} if self.pattern else self.written.schema()

    @property
    def names(self) -> frozenset[str]:
        return self.written.names


def unknown(name: Any, known: tuple[str, ...]) -> Misfit:
    """The fault of a name that a group does not have."""
    return Misfit(_('"{name}" is not known here').format(name=name), (name,), known, name=True)


def missing(name: str) -> Misfit:
    """The fault of a group without a name that it needs."""
    return Misfit(_('"{name}" is missing').format(name=name))


def either(schemas: list[JsonSchema]) -> JsonSchema:
    """A schema for any of them; flat where that says the same, because editors tell faults better so."""
    different = [one for place, one in enumerate(schemas) if one not in schemas[:place]]
    if {} in different:
        return {}
    if len(different) == 1:
        return different[0]
    kinds = [set(_kinds(one)) for one in different]
    if all(kinds) and sum(map(len, kinds)) == len(set().union(*kinds)):
        flat: JsonSchema = {}
        for one in different:
            flat |= one
        return flat | {"type": sorted(set().union(*kinds))}
    return {"anyOf": different}


def _kinds(schema: JsonSchema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _each(shapes: list[Shape], values: list[Any] | tuple[Any, ...], base: Path) -> list[Any]:
    made: list[Any] = []
    misfits: list[Misfit] = []
    for place, (shape, value) in enumerate(zip(shapes, values, strict=True)):
        try:
            made.append(shape.read(value, base))
        except Unfit as fault:
            misfits += fault.below(place)
    return _all_or_none(made, misfits)


def _all_or_none(made: T, misfits: list[Misfit]) -> T:
    if misfits:
        raise Unfit(misfits)
    return made


@contextmanager
def _in_words() -> Iterator[None]:
    """What a class or function says against its value is a fault of the value."""
    try:
        yield
    except Unfit:
        raise
    except ValueError as reason:
        raise Unfit([Misfit(str(reason))]) from None


def _list() -> str:
    return _("a list (lines that begin with -)")


def _group() -> str:
    return _("a group of `name: value`")
