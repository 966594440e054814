"""A file of `templates/`: text with `{{ fields }}` and `{% if %} {% for %} {% set %} {% include %}`, as in Jinja2.

Its expressions are those of flows, so that a template sees, writes and refuses exactly what a flow does. Nothing is
turned into code, and no statement does more than it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, TypeAlias

from robo.flow.formula import Expression, Formula
from robo.flow.problems import Mark, did_you_mean, split_lines
from robo.flow.values import LONGEST_TEXT, text_of, use
from robo.flow.words import Unreadable, tokens
from robo.kit.data import dataclass
from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.kit.rendered import Rendered

LOOP = "loop"
"""What a `for` tells of itself: loop.index, loop.first, loop.last, loop.length."""
_WORDS = ("if", "elif", "else", "endif", "for", "endfor", "set", "include")
_DEEPEST = 20
_STATEMENT = re.compile(r"\{%(-?)((?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^'\"])*?)(-?)%\}", re.DOTALL)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_OPENING = re.compile(r"\{\{|\{%|\{#")
_FOR = re.compile(r"\s*([A-Za-z_]\w*)\s+in\s+")
_SET = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)")
_QUOTED = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\")\s*")


@dataclass(frozen=True)
class Field:
    """A merge field. offset: of its formula in the source."""

    offset: int
    formula: Formula


@dataclass(frozen=True)
class Choice:
    """`if`, `elif`, `else`: the first branch whose condition holds; None holds always."""

    branches: tuple[tuple[Field | None, Nodes], ...]


@dataclass(frozen=True)
class Each:
    """`for name in list`, and what stands there where the list is empty."""

    name: str
    of: Field
    body: Nodes
    otherwise: Nodes


@dataclass(frozen=True)
class Put:
    """`set name = value`, known from there on within what surrounds it."""

    name: str
    value: Field


Nodes: TypeAlias = "tuple[str | Field | Choice | Each | Put | TemplateFile, ...]"
Include: TypeAlias = "Callable[[str, int], TemplateFile]"
"""Reads a template that another one includes, by its name and the offset at which it stands there."""


@dataclass(frozen=True)
class TemplateFile(Expression):
    """A template, read. source: its text; nodes: what it is made of, those of included templates among them."""

    name: str
    source: str
    nodes: Nodes

    @classmethod
    def parse(cls, name: str, source: str, include: Include) -> TemplateFile:
        """Raises Unreadable with the place in the source."""
        return cls(name, source, _Parser(source, include).whole())

    def evaluate(self, scope: Mapping[str, Any], language: str = "fr") -> Rendered:
        """The template filled in. Raises Refused, naming the line, for what is empty or cannot be used."""
        made = Rendered(self.name, "".join(self.filled(dict(scope), language, ESCAPES[Rendered(self.name, "").kind])))
        if len(made.text) > LONGEST_TEXT:
            raise Refused(_("{template} becomes too long").format(template=self.name))
        return made

    def filled(self, scope: dict[str, Any], language: str, escape: Callable[[str], str]) -> Iterator[str]:
        """Its text, piece by piece."""
        return _Filling(self, language, escape).nodes(self.nodes, scope)

    def names(self) -> tuple[tuple[str | None, ...], ...]:
        """The dotted paths that it reads of its scope; not those of its own names."""
        return tuple(_read(self.nodes, frozenset()))

    def mark(self, offset: int) -> Mark:
        """The place of a part of its source."""
        lines = split_lines(self.source[:offset])
        return Mark(f"templates/{self.name}", len(lines), len(lines[-1]) + 1)


def _read(nodes: Nodes, own: frozenset[str]) -> Iterator[tuple[str | None, ...]]:
    for node in nodes:
        match node:
            case Field(formula=formula):
                yield from _outer(formula, own)
            case Choice(branches=branches):
                for condition, body in branches:
                    yield from _outer(condition.formula, own) if condition else ()
                    yield from _read(body, own)
            case Each(name=name, of=of, body=body, otherwise=otherwise):
                yield from _outer(of.formula, own)
                yield from _read(body, own | {name, LOOP})
                yield from _read(otherwise, own)
            case Put(name=name, value=value):
                yield from _outer(value.formula, own)
                own |= {name}
            case TemplateFile(nodes=inner):
                yield from _read(inner, own)


def _outer(formula: Formula, own: frozenset[str]) -> Iterator[tuple[str | None, ...]]:
    return (path for path in formula.names() if path[0] not in own)


class _Filling:
    def __init__(self, template: TemplateFile, language: str, escape: Callable[[str], str]) -> None:
        self.template, self.language, self.escape = template, language, escape

    def nodes(self, nodes: Nodes, scope: dict[str, Any]) -> Iterator[str]:
        for node in nodes:
            match node:
                case str():
                    yield node
                case Field(formula=formula):
                    yield self.escape(self.told(node, self.value(node, scope), formula.source.strip()))
                case Put(name=name):
                    scope[name] = self.value(node.value, scope)
                case Choice():
                    yield from self.choice(node, scope)
                case Each():
                    yield from self.each(node, scope)
                case TemplateFile():
                    yield from node.filled(scope, self.language, self.escape)

    def choice(self, choice: Choice, scope: dict[str, Any]) -> Iterator[str]:
        for condition, body in choice.branches:
            if condition is None or self.holds(condition, scope):
                return self.nodes(body, scope)
        return iter(())

    def each(self, each: Each, scope: dict[str, Any]) -> Iterator[str]:
        entries = self.value(each.of, scope)
        if not isinstance(entries, list | tuple):
            self.refuse(each.of, _("{what} is no list").format(what=each.of.formula.source.strip()))
        if not entries:
            yield from self.nodes(each.otherwise, scope)
        for place, entry in enumerate(entries, 1):
            told = {"index": place, "first": place == 1, "last": place == len(entries), "length": len(entries)}
            yield from self.nodes(each.body, {**scope, each.name: entry, LOOP: told})

    def value(self, field: Field, scope: Mapping[str, Any]) -> Any:
        try:
            return use(field.formula.evaluate(scope, self.language))
        except Refused as refused:
            self.refuse(field, str(refused))

    def holds(self, field: Field, scope: Mapping[str, Any]) -> bool:
        try:
            return field.formula.holds(scope, self.language)
        except Refused as refused:
            self.refuse(field, str(refused))

    def told(self, field: Field, value: Any, what: str) -> str:
        if value is None:
            self.refuse(field, _("{what} is empty (write {what}|default('...') where it may be)").format(what=what))
        try:
            return text_of(value, what, self.language)
        except Refused as refused:
            self.refuse(field, str(refused))

    def refuse(self, field: Field, reason: str) -> NoReturn:
        mark = self.template.mark(field.offset)
        raise Refused(
            _("{file}, line {line}: {reason}").format(file=mark.file, line=mark.line, reason=reason)
        ) from None


_SIGNS = {ord(sign): f"\\{sign}" for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}


def _in_markdown(text: str) -> str:
    """A value as plain text of Markdown: no sign of it means anything, and a line of it begins no block."""
    return "\n".join(line.strip().translate(_SIGNS) for line in text.splitlines())


def _in_html(text: str) -> str:
    import html

    return html.escape(text)


ESCAPES: Mapping[str, Callable[[str], str]] = {".md": _in_markdown, ".html": _in_html, ".txt": str}
"""What makes plain text of a value, by the kind of template."""


class _Parser:
    """Cuts the source and nests its statements. open: those that are not ended yet, with their offsets."""

    def __init__(self, source: str, include: Include) -> None:
        self.source, self.include = source, include
        self.open: list[tuple[str, int]] = []

    def whole(self) -> Nodes:
        nodes, ended, _rest, _place = self.nodes(0)
        assert ended == ""
        return nodes

    def nodes(self, place: int, *until: str) -> tuple[Nodes, str, Field | None, int]:
        """What stands from there to one of these words or the end: (nodes, the word, its condition, where it ends)."""
        found: list[Any] = []
        while opening := _OPENING.search(self.source, place):
            start = opening.start()
            if opening[0] == "{{":
                found.append(self.source[place:start])
                field, place = self.field(start)
                found.append(field)
                continue
            tag = (_COMMENT if opening[0] == "{#" else _STATEMENT).match(self.source, start)
            if tag is None:
                raise Unreadable(_('"{sign}" is never closed').format(sign=opening[0]), start, 2)
            end, text = self.around(tag, place)
            found.append(text)
            place = end
            if opening[0] == "{#":
                continue
            word, offset, rest = self.word(tag)
            if word in until:
                return tuple(one for one in found if one != ""), word, self.condition(word, offset, rest), place
            node, place = self.statement(word, start, offset, rest, place)
            found.append(node)
        if until:
            word, start = self.open[-1]
            raise Unreadable(
                _('"{word}" is never ended').format(word=word),
                start,
                2,
                _("Write {{% end{word} %}} after it").format(word=word),
            )
        found.append(self.source[place:])
        return tuple(one for one in found if one != ""), "", None, len(self.source)

    def around(self, tag: re.Match[str], place: int) -> tuple[int, str]:
        """Where to go on after a tag, and the text before it: a line that holds nothing but a tag vanishes."""
        before, end = self.source[place : tag.start()], tag.end()
        dashed = tag.re is _STATEMENT
        line = before.rpartition("\n")[2]
        begins_line = not line.strip(" \t") and (place == 0 or "\n" in before or self.source[place - 1] == "\n")
        following = re.compile(r"[ \t]*(?:\r?\n|\Z)").match(self.source, end)
        if begins_line and following:
            before, end = before[: len(before) - len(line)], following.end()
        if dashed and tag[1]:
            before = before.rstrip()
        if dashed and tag[3]:
            end += len(self.source[end:]) - len(self.source[end:].lstrip())
        return end, before

    def field(self, start: int) -> tuple[Field, int]:
        begin = start + 2
        if self.source.startswith("-", begin):
            raise Unreadable(_('"{{-" is not known'), start, 3, _("Write {{ ... }}"))
        end = begin
        if "}}" in self.source[begin:]:
            for token in tokens(self.source, begin, closing=True):
                end = token.start
        if not self.source.startswith("}}", end):
            raise Unreadable(_('"{{" is never closed'), start, 2, _('Write "{{ row.name }}"'))
        return self.formula(begin, self.source[begin:end]), end + 2

    def formula(self, offset: int, source: str) -> Field:
        try:
            return Field(offset, Formula.parse(source))
        except Unreadable as fault:
            raise fault.shifted(offset) from None

    def word(self, tag: re.Match[str]) -> tuple[str, int, str]:
        """The first word of a statement, the offset of what follows it, and that."""
        found = re.match(r"\s*(\w*)", tag[2])
        assert found is not None
        if found[1] not in _WORDS:
            mend = did_you_mean(found[1], _WORDS) or _("Known are: {known}").format(known=", ".join(_WORDS))
            raise Unreadable(
                _('"{word}" is not known in a template').format(word=found[1]),
                tag.start(2) + found.start(1),
                len(found[1]) or 1,
                mend,
            )
        return found[1], tag.start(2) + found.end(), tag[2][found.end() :]

    def condition(self, word: str, offset: int, rest: str) -> Field | None:
        if word == "elif":
            return self.formula(offset, rest)
        self.nothing(offset, rest)
        return None

    def nothing(self, offset: int, rest: str) -> None:
        if rest.strip():
            raise Unreadable(_("nothing is expected here"), offset + 1, len(rest.strip()))

    def statement(self, word: str, start: int, offset: int, rest: str, place: int) -> tuple[Any, int]:
        """The node of a statement that stands at `start`, and where it ends."""
        match word:
            case "set":
                named = self.named(_SET, offset, rest, "{% set total = row.amount * 2 %}")
                return Put(named[1], self.formula(offset + named.end(), rest[named.end() :])), place
            case "include":
                quoted = self.named(_QUOTED, offset, rest, '{% include "signature.md" %}')
                return self.include(quoted[1] or quoted[2] or "", offset + quoted.start(quoted.lastindex or 0)), place
            case "if" | "for":
                if len(self.open) >= _DEEPEST:
                    raise Unreadable(_("nested deeper than {n} levels").format(n=_DEEPEST), start, 2)
                self.open.append((word, start))
                node, place = (self.choice if word == "if" else self.each)(offset, rest, place)
                self.open.pop()
                return node, place
        raise Unreadable(_('"{word}" ends or continues nothing').format(word=word), start, 2)

    def named(self, pattern: re.Pattern[str], offset: int, rest: str, example: str) -> re.Match[str]:
        found = pattern.match(rest)
        if found is None:
            raise Unreadable(
                _("this statement is not complete"),
                offset,
                len(rest) or 1,
                _("Write: {example}").format(example=example),
            )
        return found

    def choice(self, offset: int, rest: str, place: int) -> tuple[Choice, int]:
        branches: list[tuple[Field | None, Nodes]] = []
        condition: Field | None = self.formula(offset, rest)
        word = "if"
        until: tuple[str, ...] = ("elif", "else", "endif")
        while word != "endif":
            if word == "else":
                until = ("endif",)
            body, word, following, place = self.nodes(place, *until)
            branches.append((condition, body))
            condition = following
        return Choice(tuple(branches)), place

    def each(self, offset: int, rest: str, place: int) -> tuple[Each, int]:
        named = self.named(_FOR, offset, rest, "{% for one in row.pieces %}")
        of = self.formula(offset + named.end(), rest[named.end() :])
        body, word, _condition, place = self.nodes(place, "else", "endfor")
        otherwise: Nodes = ()
        if word == "else":
            otherwise, word, _condition, place = self.nodes(place, "endfor")
        return Each(named[1], of, body, otherwise), place
