"""The parts of an expression, as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from robo.kit.data import dataclass


@dataclass(frozen=True, repr=False, eq=False)
class Node:
    """A part of an expression; start and end are offsets in its source."""

    start: int
    end: int


@dataclass(frozen=True, repr=False, eq=False)
class Const(Node):
    value: Any


@dataclass(frozen=True, repr=False, eq=False)
class Name(Node):
    name: str


@dataclass(frozen=True, repr=False, eq=False)
class Part(Node):
    """`of.name` or `of["name"]`; name is None where it is computed, by `key`."""

    of: Node
    name: str | None
    key: Node | None = None


@dataclass(frozen=True, repr=False, eq=False)
class Slice(Node):
    of: Node
    first: Node | None
    last: Node | None


@dataclass(frozen=True, repr=False, eq=False)
class Call(Node):
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, repr=False, eq=False)
class Filter(Node):
    of: Node
    name: str
    arguments: tuple[Node, ...] = ()
    named: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, repr=False, eq=False)
class Test(Node):
    of: Node
    name: str


@dataclass(frozen=True, repr=False, eq=False)
class Compare(Node):
    """`left < middle <= right`: pairs of an operator and what stands to its right."""

    left: Node
    pairs: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, repr=False, eq=False)
class Logic(Node):
    word: str
    left: Node
    right: Node


@dataclass(frozen=True, repr=False, eq=False)
class Not(Node):
    of: Node


@dataclass(frozen=True, repr=False, eq=False)
class Choose(Node):
    yes: Node
    condition: Node
    no: Node


@dataclass(frozen=True, repr=False, eq=False)
class Operation(Node):
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, repr=False, eq=False)
class Minus(Node):
    of: Node


@dataclass(frozen=True, repr=False, eq=False)
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
