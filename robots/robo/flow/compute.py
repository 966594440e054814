"""From the tree of an expression to a function of the scope: one closure for each part, no code is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from pathlib import PurePath
from typing import Any, TypeAlias

from robo.flow.filters import apply
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
    Slice,
    Test,
)
from robo.flow.notation import read_date
from robo.flow.problems import did_you_mean
from robo.flow.values import SPECIAL, Missing, Unsaved, contains, equal, kind, less, reckon, text_of, truth, use
from robo.kit.change import NOT_KNOWN_YET
from robo.kit.errors import Refused
from robo.kit.messages import _

Run: TypeAlias = Callable[[Mapping[str, Any], str], Any]
"""Of the scope and the language; may return what stands for a value (Missing, Fault, ...): whoever uses it refuses."""


def compiled(node: Node, source: str) -> Run:
    """The function that evaluates the tree of this source."""
    return _Compiler(source).of(node)


class _Compiler:
    def __init__(self, source: str) -> None:
        self.source = source

    def said(self, node: Node) -> str:
        """The part as the author wrote it, for messages."""
        return self.source[node.start : node.end]

    def of(self, node: Node) -> Run:
        make: Callable[[Any], Run] = getattr(self, _MAKERS[type(node)])
        return make(node)

    def const(self, node: Const) -> Run:
        value = node.value
        return lambda scope, language: value

    def name(self, node: Name) -> Run:
        name = node.name
        return lambda scope, language: scope[name] if name in scope else missing(name, scope)

    def operation(self, node: Operation) -> Run:
        if node.sign == "~":
            return self.joined(node)
        sign, said = node.sign, (self.said(node.left), self.said(node.right))
        left, right = self.of(node.left), self.of(node.right)
        return lambda scope, language: reckon(sign, left(scope, language), right(scope, language), said)

    def minus(self, node: Minus) -> Run:
        run, said = self.of(node.of), ("0", self.said(node.of))
        return lambda scope, language: reckon("-", 0, run(scope, language), said)

    def listing(self, node: Listing) -> Run:
        runs = [self.of(one) for one in node.items]
        return lambda scope, language: [use(run(scope, language)) for run in runs]

    def part(self, node: Part) -> Run:
        run, what = self.of(node.of), self.said(node.of)
        if node.name is not None:
            name = node.name
            return lambda scope, language: member(run(scope, language), name, what)
        assert node.key is not None
        run_key, said_key = self.of(node.key), self.said(node.key)

        def computed(scope: Mapping[str, Any], language: str) -> Any:
            whole, key = run(scope, language), use(run_key(scope, language))
            if type(whole) in SPECIAL or key is NOT_KNOWN_YET:
                return key if key is NOT_KNOWN_YET else whole
            if isinstance(key, str):
                if key.startswith("_"):
                    raise Refused(_('a name cannot begin with "_"'))
                return member(whole, key, what)
            if not isinstance(key, int) or isinstance(key, bool) or not isinstance(whole, list | tuple | str):
                raise Refused(_("{what}[{key}] does not exist").format(what=what, key=said_key))
            inside = -len(whole) <= key < len(whole)
            return whole[key] if inside else Missing(_("{what}[{key}] does not exist").format(what=what, key=key))

        return computed

    def slice(self, node: Slice) -> Run:
        run, what = self.of(node.of), self.said(node.of)
        ends = [self.of(one) if one else None for one in (node.first, node.last)]

        def sliced(scope: Mapping[str, Any], language: str) -> Any:
            whole = use(run(scope, language))
            if whole is NOT_KNOWN_YET:
                return whole
            first, last = (use(end(scope, language)) if end else None for end in ends)
            if not isinstance(whole, list | tuple | str):
                raise Refused(_("{what} is no text and no list: nothing can be cut out of it").format(what=what))
            if not all(one is None or (kind(one) == "number" and one == int(one)) for one in (first, last)):
                raise Refused(_("whole numbers say from where to where {what} is cut").format(what=what))
            return whole[None if first is None else int(first) : None if last is None else int(last)]

        return sliced

    def call(self, node: Call) -> Run:
        name, runs = node.name, [self.of(one) for one in node.arguments]
        if name == "date":
            return lambda scope, language: read_date(str(use(runs[0](scope, language))), "yyyy-mm-dd")
        if name == "days":
            return lambda scope, language: use(runs[0](scope, language))

        def called(scope: Mapping[str, Any], language: str) -> Any:
            function = scope.get(name)
            if not callable(function):
                raise Refused(_("{name}() is not available here").format(name=name))
            return function(*[use(run(scope, language)) for run in runs])

        return called

    def default(self, node: Filter) -> Run:
        run, instead = self.of(node.of), self.of(node.arguments[0])

        def defaulted(scope: Mapping[str, Any], language: str) -> Any:
            value = run(scope, language)
            empty = value is None or value == "" or isinstance(value, Missing | Unsaved)
            return instead(scope, language) if empty else value

        return defaulted

    def filter(self, node: Filter) -> Run:
        if node.name == "default":
            return self.default(node)
        name, run, what = node.name, self.of(node.of), self.said(node.of)
        given = [self.of(one) for one in node.arguments]
        named = [(word, self.of(one)) for word, one in node.named]

        def filtered(scope: Mapping[str, Any], language: str) -> Any:
            value = run(scope, language)
            if value is NOT_KNOWN_YET:
                return value
            places = tuple(one(scope, language) for one in given)
            return apply(name, value, places, {word: one(scope, language) for word, one in named}, what, language)

        return filtered

    def test(self, node: Test) -> Run:
        name, run = node.name, self.of(node.of)
        kinds = {"none": "nothing", "number": "number", "string": "text", "boolean": "yes or no"}

        def tested(scope: Mapping[str, Any], language: str) -> Any:
            value = run(scope, language)
            if name in ("defined", "undefined"):
                return isinstance(value, Missing | Unsaved) is (name == "undefined")
            if isinstance(value, Unsaved):
                return name == "none"
            return NOT_KNOWN_YET if value is NOT_KNOWN_YET else kind(use(value)) == kinds[name]

        return tested

    def compare(self, node: Compare) -> Run:
        steps = []
        left = node.left
        for sign, right in node.pairs:
            steps.append((_COMPARE[sign], self.of(right), (self.said(left), self.said(right))))
            left = right
        first = self.of(node.left)

        def compared(scope: Mapping[str, Any], language: str) -> Any:
            value = use(first(scope, language))
            for judge, run, said in steps:
                other = use(run(scope, language))
                if value is NOT_KNOWN_YET or other is NOT_KNOWN_YET:
                    return NOT_KNOWN_YET
                if not judge(value, other, said):
                    return False
                value = other
            return True

        return compared

    def logic(self, node: Logic) -> Run:
        """Unlike Jinja2's, always a yes or no: `default` is the way to say "or else this value"."""
        left, right, said = self.of(node.left), self.of(node.right), (self.said(node.left), self.said(node.right))
        decided = node.word == "or"

        def both(scope: Mapping[str, Any], language: str) -> Any:
            one = left(scope, language)
            if one is not NOT_KNOWN_YET and truth(one, said[0]) is decided:
                return decided
            other = right(scope, language)
            if other is not NOT_KNOWN_YET and truth(other, said[1]) is decided:
                return decided
            return NOT_KNOWN_YET if NOT_KNOWN_YET in (one, other) else not decided

        return both

    def not_(self, node: Not) -> Run:
        run, said = self.of(node.of), self.said(node.of)

        def negated(scope: Mapping[str, Any], language: str) -> Any:
            value = run(scope, language)
            return value if value is NOT_KNOWN_YET else not truth(value, said)

        return negated

    def choose(self, node: Choose) -> Run:
        condition, said = self.of(node.condition), self.said(node.condition)
        yes, no = self.of(node.yes), self.of(node.no)

        def chosen(scope: Mapping[str, Any], language: str) -> Any:
            value = condition(scope, language)
            if value is NOT_KNOWN_YET:
                return value
            return (yes if truth(value, said) else no)(scope, language)

        return chosen

    def joined(self, node: Operation) -> Run:
        left, right, said = self.of(node.left), self.of(node.right), (self.said(node.left), self.said(node.right))

        def both(scope: Mapping[str, Any], language: str) -> Any:
            one, other = use(left(scope, language)), use(right(scope, language))
            return reckon("+", text_of(one, said[0], language), text_of(other, said[1], language), said)

        return both


_MAKERS: Mapping[type[Node], str] = {
    Const: "const", Name: "name", Part: "part", Slice: "slice", Call: "call", Filter: "filter", Test: "test",
    Not: "not_", Compare: "compare", Logic: "logic", Choose: "choose", Operation: "operation", Minus: "minus",
    Listing: "listing",
}  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any, tuple[str, str]], bool]] = {
    "==": equal,
    "!=": lambda left, right, said: not equal(left, right, said),
    "<": less,
    "<=": lambda left, right, said: not less(right, left, (said[1], said[0])),
    ">": lambda left, right, said: less(right, left, (said[1], said[0])),
    ">=": lambda left, right, said: not less(left, right, said),
    "in": lambda left, right, said: contains(right, left, said),
    "not in": lambda left, right, said: not contains(right, left, said),
}


def missing(name: str, known: Mapping[str, Any], before: str = "") -> Missing:
    """That a name does not exist, with what it may have been meant to be."""
    said = _("{name} does not exist").format(name=f"{before}.{name}" if before and name.isidentifier() else name)
    if before and not name.isidentifier():
        said = _('{whole} has no "{name}"').format(whole=before, name=name)
    near = did_you_mean(name, [str(one) for one in known])
    return Missing(f"{said}. {near}" if near else said)


_OF_DATES = frozenset({"year", "month", "day", "hour", "minute", "second"})
_OF_PATHS = frozenset({"name", "stem", "suffix", "parent"})


def member(whole: Any, name: str, what: str) -> Any:
    """`whole.name`: a key of a map before anything else, else one of the few attributes that values have."""
    if isinstance(whole, Mapping):
        return whole[name] if name in whole else missing(name, whole, what)
    if type(whole) in SPECIAL:
        return whole
    if whole is None:
        return Missing(_("{what} is empty: it has no {name}").format(what=what, name=name))
    has = (
        (isinstance(whole, date | time) and name in _OF_DATES and hasattr(whole, name))
        or (isinstance(whole, PurePath) and name in _OF_PATHS)
        or (is_dataclass(whole) and any(one.name == name for one in fields(whole)))
    )
    return getattr(whole, name) if has else missing(name, {}, what)


def path_reader(parts: tuple[str, ...]) -> Run:
    """The function for `row.nom`: what most formulas are, so it goes the shortest way."""
    first, *rest = parts

    def read(scope: Mapping[str, Any], language: str) -> Any:
        try:
            value = scope[first]
        except KeyError:
            return missing(first, scope)
        for place, name in enumerate(rest, 1):
            try:
                value = value[name] if type(value) is dict else member(value, name, ".".join(parts[:place]))
            except KeyError:
                return missing(name, value, ".".join(parts[:place]))
        return value

    return read
