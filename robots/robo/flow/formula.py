"""Formulas (`=row.amount * 2`) and merge text (`Case {{ row.number }}`): read at load, evaluated in a scope."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import cached_property, lru_cache
from typing import Any

from robo.flow import analysis
from robo.flow.analysis import Read
from robo.flow.compute import Run, compiled, path_reader
from robo.flow.expression import parse
from robo.flow.nodes import Call, Filter, Node
from robo.flow.values import Unsaved, text_of, truth, use
from robo.flow.words import Unreadable, tokens
from robo.kit.change import NOT_KNOWN_YET
from robo.kit.data import dataclass
from robo.kit.errors import Refused
from robo.kit.messages import _

TypeOf = Callable[[tuple[str, ...]], type | None]
"""The type of a dotted path, None where it is not known."""


class Expression(ABC):
    """What stands in a flow for a value that only the run knows: a formula, a merge text, a template."""

    @abstractmethod
    def evaluate(self, scope: Mapping[str, Any], language: str = "fr") -> Any:
        """The value. Raises Refused in plain words."""

    @abstractmethod
    def names(self) -> tuple[tuple[str | None, ...], ...]:
        """The dotted paths that it reads: ("row", "nom"), with None for a computed part."""


@dataclass(frozen=True)
class Formula(Expression):
    """One expression, without the leading "=". Make it by `parse`."""

    source: str
    tree: Node = field(compare=False, repr=False)

    @classmethod
    def parse(cls, source: str) -> Formula:
        """Raises Unreadable."""
        return _formula(source)

    @cached_property
    def _run(self) -> Run:
        reads = self.reads()
        if len(reads) == 1 and ".".join(part or "" for part in reads[0].path) == self.source.strip():
            return path_reader(tuple(str(part) for part in reads[0].path))
        return compiled(self.tree, self.source)

    def evaluate(self, scope: Mapping[str, Any], language: str = "fr") -> Any:
        """Its value, of whatever type; `NOT_KNOWN_YET` where it rests on one. Raises Refused in plain words."""
        return use(self._run(scope, language))

    def holds(self, scope: Mapping[str, Any], language: str = "fr") -> bool:
        """Whether it holds as a condition: a name that was not saved does not, what is not known yet does.

        Raises Refused, also for a text that says yes or no.
        """
        value = self._run(scope, language)
        return value is NOT_KNOWN_YET or truth(value, self.source.strip())

    def is_unknown(self, scope: Mapping[str, Any], language: str = "fr") -> bool:
        """Whether it rests on what is not known yet. Raises Refused."""
        return self._run(scope, language) is NOT_KNOWN_YET

    def reads(self) -> tuple[Read, ...]:
        """The dotted paths that it reads, with their places in the source."""
        return analysis.reads(self.tree)

    def names(self) -> tuple[tuple[str | None, ...], ...]:
        """The dotted paths that it reads: ("row", "nom"), with None for a computed part."""
        return tuple(one.path for one in self.reads())

    def calls(self) -> tuple[str, ...]:
        """The functions that it calls: date, days, now, today, shows."""
        return tuple(one.name for one in analysis.walk(self.tree) if isinstance(one, Call))

    def filters(self) -> tuple[str, ...]:
        """The filters that it uses."""
        return tuple(one.name for one in analysis.walk(self.tree) if isinstance(one, Filter))

    def mistyped(self, known: TypeOf) -> Unreadable | None:
        """The first two values compared or reckoned with whose known types do not go together, with its place."""
        return analysis.mistyped(self.tree, self.source, known)

    def types(self, known: TypeOf) -> str | None:
        """The message of `mistyped`."""
        found = self.mistyped(known)
        return found.message if found else None


@lru_cache(4096)
def _formula(source: str) -> Formula:
    tree = parse(source)
    analysis.check(tree)
    return Formula(source, tree)


@dataclass(frozen=True)
class Template(Expression):
    """A text with merge fields. Make it by `parse`. parts: texts and formulas, with their offsets in the source."""

    source: str
    parts: tuple[tuple[int, str | Formula], ...] = field(compare=False, repr=False)

    @classmethod
    def parse(cls, source: str) -> Template:
        """Raises Unreadable."""
        return _template(source)

    @property
    def is_constant(self) -> bool:
        """Whether it has no merge field."""
        return not any(isinstance(part, Formula) for _offset, part in self.parts)

    @property
    def formulas(self) -> tuple[tuple[int, Formula], ...]:
        """Its merge fields, with their offsets in the source."""
        return tuple((offset, part) for offset, part in self.parts if isinstance(part, Formula))

    def evaluate(self, scope: Mapping[str, Any], language: str = "fr") -> Any:
        """The text; a single merge field with nothing around it keeps its type. Raises Refused."""
        if len(self.parts) == 1 and isinstance(self.parts[0][1], Formula):
            return self.parts[0][1].evaluate(scope, language)
        return "".join(
            part if isinstance(part, str) else text_of(part.evaluate(scope, language), part.source.strip(), language)
            for _offset, part in self.parts
        )

    def reads(self) -> tuple[Read, ...]:
        """The dotted paths that it reads, with their places in the source."""
        return tuple(
            Read(one.path, offset + one.offset, one.width, one.optional)
            for offset, formula in self.formulas
            for one in formula.reads()
        )

    def names(self) -> tuple[tuple[str | None, ...], ...]:
        """The dotted paths that it reads."""
        return tuple(one.path for one in self.reads())

    def calls(self) -> tuple[str, ...]:
        """The functions that it calls."""
        return tuple(name for _offset, formula in self.formulas for name in formula.calls())

    def mistyped(self, known: TypeOf) -> Unreadable | None:
        """As of a formula."""
        for offset, formula in self.formulas:
            found = formula.mistyped(known)
            if found:
                return found.shifted(offset)
        return None


_STATEMENT = re.compile(r"\{%|\{#")


@lru_cache(4096)
def _template(source: str) -> Template:
    statement = _STATEMENT.search(source)
    if statement:
        raise Unreadable(
            _('"{sign}" has no place in a flow').format(sign=statement[0]),
            statement.start(),
            2,
            _("Only {{ }} does; write conditions as `if`, loops as steps, or put the text into templates/"),
        )
    return Template(source, tuple(_cut(source)))


def _cut(source: str) -> Iterator[tuple[int, str | Formula]]:
    """The parts of a text with merge fields. A lone `{{` is a fault; `}}` outside of a field is plain text."""
    place = 0
    while (opening := source.find("{{", place)) >= 0:
        if opening > place:
            yield place, source[place:opening]
        begin = opening + 2
        if "}}" not in source[begin:]:
            raise Unreadable(_('"{{" is never closed'), opening, 2, _('Write "{{ row.name }}"'))
        for token in tokens(source, begin, closing=True):
            end = token.start
        if not source.startswith("}}", end):
            raise Unreadable(_('"{{" is never closed'), opening, 2, _('Write "{{ row.name }}"'))
        try:
            yield begin, Formula.parse(source[begin:end])
        except Unreadable as fault:
            raise fault.shifted(begin) from None
        place = end + 2
    if place < len(source) or not source:
        yield place, source[place:]


def parse_value(text: str) -> str | Formula | Template:
    """What a text of a flow stands for: "=..." a formula, "==x" the text "=x", with `{{ }}` a merge text, else itself.

    Raises Unreadable, whose offset counts in the text (the "=" included).
    """
    if text.startswith("=="):
        return text[1:]
    if text.startswith("="):
        try:
            return Formula.parse(text[1:])
        except Unreadable as fault:
            raise fault.shifted(1) from None
    if "{{" in text or "{%" in text or "{#" in text:
        return Template.parse(text)
    return text


def evaluate(written: Any, scope: Mapping[str, Any], language: str = "fr") -> Any:
    """What is written with its formulas and merge texts evaluated, in lists, maps and keys of maps too.

    Values are data: whatever they look like, they are never evaluated in turn. Raises Refused.
    """
    match written:
        case Expression():
            return written.evaluate(scope, language)
        case Mapping():
            made: dict[Any, Any] = {}
            for key, value in written.items():
                name = _key(key, scope, language)
                if name in made:
                    raise Refused(_('"{name}" is there twice').format(name=name))
                made[name] = evaluate(value, scope, language)
            return made
        case list():
            return [evaluate(one, scope, language) for one in written]
        case tuple():
            return tuple(evaluate(one, scope, language) for one in written)
    return written


def _key(key: Any, scope: Mapping[str, Any], language: str) -> Any:
    if isinstance(key, str) and "{{" in key:
        key = Template.parse(key)
    if isinstance(key, Template):
        return text_of(key.evaluate(scope, language), key.source, language)
    return key


__all__ = ["Expression", "Formula", "Read", "Template", "Unreadable", "Unsaved", "evaluate", "parse_value"]
