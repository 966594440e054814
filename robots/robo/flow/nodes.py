"""The parts of an expression, as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression; start and end are offsets in its source."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Const(Node):
    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Part(Node):
    """`of.name` or `of["name"]`; name is None where it is computed, by `key`."""

    of: Node
    name: str | None
    key: Node | None = None


@dataclass(frozen=True, slots=True)
class Slice(Node):
    of: Node
    first: Node | None
    last: Node | None


@dataclass(frozen=True, slots=True)
class Call(Node):
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Filter(Node):
    of: Node
    name: str
    arguments: tuple[Node, ...] = ()
    named: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class Test(Node):
    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`left < middle <= right`: pairs of an operator and what stands to its right."""

    left: Node
    pairs: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Logic(Node):
    word: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Choose(Node):
    yes: Node
    condition: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Operation(Node):
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Minus(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Listing(Node):
    items: tuple[Node, ...]


def children(node: Node) -> Iterator[Node]:
    """The parts directly below."""
    match node:
        case Part(of=of, key=key):
            yield of
            if key:
                yield key
        case Slice(of=of, first=first, last=last):
            yield from (one for one in (of, first, last) if one)
        case Call(arguments=arguments):
            yield from arguments
        case Filter(of=of, arguments=arguments, named=named):
            yield from (of, *arguments, *(value for _name, value in named))
        case Test(of=of) | Not(of=of) | Minus(of=of):
            yield of
        case Compare(left=left, pairs=pairs):
            yield from (left, *(right for _sign, right in pairs))
        case Logic(left=left, right=right) | Operation(left=left, right=right):
            yield from (left, right)
        case Choose(yes=yes, condition=condition, no=no):
            yield from (yes, condition, no)
        case Listing(items=items):
            yield from items
