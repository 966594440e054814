"""What can be told of an expression without evaluating it: what it reads, calls and compares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

from robo.flow.filters import FILTERS
from robo.flow.nodes import (
    Call,
    Choose,
    Compare,
    Const,
    Filter,
    Listing,
    Logic,
    Minus,
    Name,
    Node,
    Not,
    Operation,
    Part,
    Test,
    children,
)
from robo.flow.notation import read_date
from robo.flow.problems import did_you_mean
from robo.flow.values import DATES, ORDERED, impossible, kind, result_kind, unlike
from robo.flow.words import Unreadable
from robo.kit.data import dataclass
from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.kit.secrets import Secret

Path: TypeAlias = tuple[str | None, ...]
FUNCTIONS: Mapping[str, int] = {"date": 1, "days": 1, "now": 0, "today": 0, "shows": 1}
"""What may be called, with the number of its arguments."""


@dataclass(frozen=True)
class Read:
    """A dotted path that is read: ("row", "nom"), with None for a computed part and what follows it.

    offset, width: its place in the source.
    optional: whether it is asked for by `default` or `is defined`, so that it may be empty.
    """

    path: Path
    offset: int
    width: int
    optional: bool = False


def walk(node: Node) -> Iterator[Node]:
    """The node and all below, from left to right."""
    left = [node]
    while left:
        one = left.pop()
        yield one
        left.extend(reversed(list(children(one))))


def reads(tree: Node) -> tuple[Read, ...]:
    """Every path that is read, from left to right."""
    found: list[Read] = []
    waiting: list[tuple[Node, bool]] = [(tree, False)]
    while waiting:
        node, optional = waiting.pop()
        if not isinstance(node, Name | Part):
            excused = (isinstance(node, Filter) and node.name == "default") or (
                isinstance(node, Test) and node.name in ("defined", "undefined")
            )
            below = list(children(node))
            waiting.extend((one, excused and place == 0) for place, one in reversed(list(enumerate(below))))
            continue
        parts: list[str | None] = []
        base, keys = node, []
        while isinstance(base, Part):
            parts.append(base.name)
            keys += [base.key] if base.key else []
            base = base.of  # type: ignore[assignment]
        if isinstance(base, Name):
            found.append(Read((base.name, *reversed(parts)), node.start, node.end - node.start, optional))
        else:
            waiting.append((base, False))
        waiting.extend((key, False) for key in keys)
    return tuple(sorted(found, key=lambda one: one.offset))


def check(tree: Node) -> None:
    """That only known functions and filters are used, with as many arguments as they take. Raises Unreadable."""
    for node in walk(tree):
        if isinstance(node, Call):
            _check_call(node)
        elif isinstance(node, Filter):
            _check_filter(node)


def _check_call(node: Call) -> None:
    if node.name not in FUNCTIONS:
        if node.name in FILTERS or node.name in ("len", "default"):
            mend = _("A filter follows the value: value|{name}").format(
                name={"len": "length"}.get(node.name, node.name)
            )
        else:
            mend = did_you_mean(node.name, FUNCTIONS) or _("Known are: {known}").format(known=", ".join(FUNCTIONS))
        raise Unreadable(_("{name}() is not known").format(name=node.name), node.start, len(node.name), mend)
    if len(node.arguments) != FUNCTIONS[node.name]:
        examples = {"date": "date('2026-12-15')", "days": "days(30)", "shows": "shows('Brouillon')"}
        raise Unreadable(
            _("{name}() is given too much or too little").format(name=node.name),
            node.start,
            node.end - node.start,
            _("Write: {example}").format(example=examples.get(node.name, f"{node.name}()")),
        )
    given = node.arguments[0] if node.arguments else None
    if node.name == "date" and isinstance(given, Const):
        try:
            read_date(str(given.value), "yyyy-mm-dd")
        except Refused as refused:
            raise Unreadable(
                str(refused),
                given.start,
                given.end - given.start,
                _("Write: {example}").format(example="date('2026-12-15')"),
            ) from None


def _check_filter(node: Filter) -> None:
    known: tuple[str, ...] = ("value",)
    required = 1
    if node.name != "default":
        if node.name not in FILTERS:
            start = node.of.end
            mend = did_you_mean(node.name, (*FILTERS, "default")) or _("Known are: {known}").format(
                known=", ".join(sorted((*FILTERS, "default")))
            )
            raise Unreadable(_("the filter {name} is not known").format(name=node.name), start, node.end - start, mend)
        known, required = FILTERS[node.name].arguments, FILTERS[node.name].required
    named = [name for name, _value in node.named]
    if (
        any(name not in known[len(node.arguments) :] for name in named)
        or len(set(named)) < len(named)
        or not (required <= len(node.arguments) + len(named) <= len(known))
        or (node.name == "default" and named)
    ):
        shown = f"({', '.join(known)})" if known else ""
        raise Unreadable(
            _("the filter {name} is given something it does not take").format(name=node.name),
            node.of.end,
            node.end - node.of.end,
            _("Write: value|{name}").format(name=node.name + shown),
        )


_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "yes or no"), (int, "number"), (float, "number"), (Decimal, "number"), (str, "text"),
    (datetime, "date with time"), (date, "date"), (time, "time"), (Secret, "secret"),
    (list, "list"), (tuple, "list"), (dict, "map"),
)  # fmt: skip
_RESULTS = {"date": "date", "today": "date", "now": "date with time", "days": "number", "shows": "yes or no"}


def mistyped(tree: Node, source: str, known: Callable[[tuple[str, ...]], type | None]) -> Unreadable | None:
    """The first comparison or reckoning of two kinds that do not go together, as far as types are known."""
    kinds = _Kinds(source, known)
    return next(filter(None, (kinds.fault(node) for node in walk(tree))), None)


class _Kinds:
    def __init__(self, source: str, known: Callable[[tuple[str, ...]], type | None]) -> None:
        self.source, self.known = source, known

    def fault(self, node: Node) -> Unreadable | None:
        """What does not go together in this very node."""
        if isinstance(node, Compare):
            lefts = (node.left, *(right for _sign, right in node.pairs))
            found = (self.compared(sign, left, right) for left, (sign, right) in zip(lefts, node.pairs, strict=False))
            return next(filter(None, found), None)
        if isinstance(node, Operation) and node.sign != "~":
            mine, other = self.of(node.left), self.of(node.right)
            if mine and other and result_kind(node.sign, mine, other) is None:
                return self.between(node.left, node.right, impossible(node.sign, mine, other, self.said(node)))
        return None

    def compared(self, sign: str, left: Node, right: Node) -> Unreadable | None:
        if sign in ("in", "not in"):
            items = right.items if isinstance(right, Listing) else ()
            return next(filter(None, (self.compared("==", left, one) for one in items)), None)
        mine, other = self.of(left), self.of(right)
        if mine is None or other is None or "nothing" in (mine, other):
            return None
        ordering = sign not in ("==", "!=")
        if (mine == other and (mine in ORDERED or not ordering)) or ({mine, other} <= DATES and ordering):
            return None
        said = (self.source[left.start : left.end], self.source[right.start : right.end])
        return self.between(left, right, unlike(mine, other, said))

    def said(self, node: Operation) -> tuple[str, str]:
        left, right = node.left, node.right
        return self.source[left.start : left.end], self.source[right.start : right.end]

    @staticmethod
    def between(left: Node, right: Node, message: str) -> Unreadable:
        return Unreadable(message, left.start, right.end - left.start)

    def of(self, node: Node) -> str | None:
        """The kind of its value, None where it is not known."""
        match node:
            case Const(value=value):
                return kind(value)
            case Name() | Part():
                read = next(iter(reads(node)), None)
                return _kind_of_type(self.known(_all_text(read.path))) if read and None not in read.path else None
            case Call(name=name):
                return _RESULTS[name]
            case Filter(name=name):
                return FILTERS[name].gives if name in FILTERS else None
            case Operation(sign=sign, left=left, right=right):
                mine, other = self.of(left), self.of(right)
                return "text" if sign == "~" else result_kind(sign, mine, other) if mine and other else None
            case Choose(yes=yes, no=no):
                mine = self.of(yes)
                return mine if mine == self.of(no) else None
        return _ALWAYS.get(type(node))


_ALWAYS: Mapping[type, str] = {
    Compare: "yes or no", Logic: "yes or no", Not: "yes or no", Test: "yes or no", Minus: "number", Listing: "list",
}  # fmt: skip


def _all_text(path: Path) -> tuple[str, ...]:
    return tuple(str(part) for part in path)


def _kind_of_type(known: Any) -> str | None:
    if not isinstance(known, type):
        return None
    return next((name for cls, name in _KINDS if issubclass(known, cls)), None)
