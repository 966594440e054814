"""The grammar of expressions: Jinja2's, without statements, calls of methods and whatever a flow has no use for.

It is read here rather than by Jinja2, whose import alone would take a third of the time of a `robo check`; what it
accepts means the same as in Jinja2. Nothing is ever turned into Python code, so there is no sandbox to break out of.
"""

from __future__ import annotations

import re
from decimal import Decimal

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
from robo.flow.words import Token, Unreadable, tokens, unescaped
from robo.kit.messages import _

LONGEST = 2_000
"""Characters of one expression."""
_DEEPEST = 20
_MOST_WORDS = 400


_CONSTANTS = {"true": True, "True": True, "false": False, "False": False, "none": None, "None": None}
_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else"})
_TESTS = frozenset({"defined", "undefined", "none", "number", "string", "boolean"})
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})


def parse(source: str) -> Node:
    """The expression as a tree. Raises Unreadable."""
    if len(source) > LONGEST:
        raise Unreadable(_("a formula may have {n} characters at most").format(n=LONGEST), 0, 1)
    words = list(tokens(source))
    if len(words) > _MOST_WORDS:
        raise Unreadable(_("a formula may have {n} words and signs at most").format(n=_MOST_WORDS))
    return _Parser(source, words).whole()


class _Parser:
    def __init__(self, source: str, words: list[Token]) -> None:
        self.source, self.words, self.at, self.depth = source, words, 0, 0

    @property
    def next(self) -> Token:
        return self.words[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.words[self.at - 1]

    def sees(self, *texts: str) -> bool:
        return self.next.kind in ("sign", "name") and self.next.text in texts

    def want(self, text: str) -> Token:
        if not self.sees(text):
            raise self.unexpected(_('"{text}" is missing here').format(text=text))
        return self.take()

    def ended(self) -> int:
        return self.words[self.at - 1].end

    def whole(self) -> Node:
        if self.next.kind == "end":
            raise Unreadable(_("the formula is empty"), 0, 1, _('A text that begins with "=" is written "=="'))
        node = self.choice()
        if self.next.kind != "end":
            raise self.unexpected()
        return node

    def unexpected(self, otherwise: str = "") -> Unreadable:
        """The fault of the next word, as well as can be guessed what was meant."""
        word, before = self.next, self.words[self.at - 1] if self.at else None
        if word.kind == "end":
            return Unreadable(otherwise or _("the formula ends too early"), max(0, word.start - 1), 1)
        mend = _meant(word.text)
        if word.text == "," and before and before.kind == "number":
            mend = _("Decimals are written with a point: 1.5")
        elif word.kind == "name" and before and before.kind == "name" and not mend:
            slugged = f"{self.source[: before.end].split()[-1]}_{word.text}".lower()
            mend = _("A column with a space is written {name}").format(name=slugged)
        message = _('"{word}" is not expected here').format(word=word.text)
        return Unreadable(message, word.start, len(word.text), mend or otherwise)

    def deeper(self) -> None:
        """One level more, of parentheses, choices or signs."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable(_("the formula is nested too deeply"), self.next.start)

    def choice(self) -> Node:
        self.deeper()
        node = self.either()
        while self.sees("if"):
            begin = self.take()
            condition = self.either()
            if not self.sees("else"):
                raise Unreadable(
                    _('"if" in a formula needs an "else"'), begin.start, 2, _("Write: x if condition else y")
                )
            self.take()
            no = self.choice()
            node = Choose(node.start, no.end, node, condition, no)
        self.depth -= 1
        return node

    def either(self) -> Node:
        node = self.both()
        while self.sees("or"):
            self.take()
            right = self.both()
            node = Logic(node.start, right.end, "or", node, right)
        return node

    def both(self) -> Node:
        node = self.negation()
        while self.sees("and"):
            self.take()
            right = self.negation()
            node = Logic(node.start, right.end, "and", node, right)
        return node

    def negation(self) -> Node:
        begins = []
        while self.sees("not"):
            begins.append(self.take().start)
            if len(begins) > 2:
                raise self.unexpected()
        node = self.comparison()
        for start in reversed(begins):
            node = Not(start, node.end, node)
        return node

    def comparison(self) -> Node:
        left = self.sum()
        pairs: list[tuple[str, Node]] = []
        while True:
            if self.sees(*_COMPARISONS, "in"):
                sign = self.take().text
            elif self.sees("not") and self.words[self.at + 1].text == "in":
                self.at += 2
                sign = "not in"
            else:
                break
            pairs.append((sign, self.sum()))
        return Compare(left.start, pairs[-1][1].end, left, tuple(pairs)) if pairs else left

    def sum(self) -> Node:
        node = self.joined()
        while self.sees("+", "-"):
            sign = self.take().text
            right = self.joined()
            node = Operation(node.start, right.end, sign, node, right)
        return node

    def joined(self) -> Node:
        node = self.product()
        while self.sees("~"):
            self.take()
            right = self.product()
            node = Operation(node.start, right.end, "~", node, right)
        return node

    def product(self) -> Node:
        node = self.unary()
        while self.sees("*", "/", "//", "%"):
            sign = self.take().text
            right = self.unary()
            node = Operation(node.start, right.end, sign, node, right)
        return node

    def unary(self) -> Node:
        """As in Jinja2, a filter takes the sign along: `-x|abs` is the absolute value of -x."""
        signs = []
        while self.sees("-", "+"):
            self.deeper()
            signs.append(self.take())
        node = self.parts(self.primary())
        for sign in reversed(signs):
            node = Minus(sign.start, node.end, node) if sign.text == "-" else node
        self.depth -= len(signs)
        return self.filtered(node)

    def primary(self) -> Node:
        word = self.next
        if word.kind == "number":
            self.take()
            if re.match(r"0\d", word.text):
                raise Unreadable(
                    _("{word} is no number").format(word=word.text),
                    word.start,
                    len(word.text),
                    _("A text is put in quotes"),
                )
            return Const(word.start, word.end, Decimal(word.text) if "." in word.text else int(word.text))
        if word.kind == "text":
            self.take()
            return Const(word.start, word.end, unescaped(word.text))
        if word.kind == "name" and word.text not in _WORDS:
            self.take()
            if word.text in _CONSTANTS:
                return Const(word.start, word.end, _CONSTANTS[word.text])
            if self.sees("("):
                arguments, named = self.arguments()
                if named:
                    raise Unreadable(_("this takes no named arguments"), named[0][1].start)
                return Call(word.start, self.ended(), word.text, arguments)
            return Name(word.start, word.end, word.text)
        if self.sees("("):
            self.take()
            items = self.items(")")
            listed = len(items) != 1 or self.words[self.at - 1].text == ","
            self.want(")")
            return Listing(word.start, self.ended(), items) if listed else items[0]
        if self.sees("["):
            self.take()
            items = self.items("]")
            self.want("]")
            return Listing(word.start, self.ended(), items)
        raise self.unexpected()

    def items(self, closing: str) -> tuple[Node, ...]:
        """The items of a list up to its closing sign, which stays; a comma may follow the last one."""
        items: list[Node] = []
        while not self.sees(closing):
            items.append(self.choice())
            if not self.sees(","):
                break
            self.take()
        return tuple(items)

    def parts(self, node: Node) -> Node:
        while self.sees(".", "["):
            if self.take().text == "[":
                node = self.bracket(node)
                continue
            name = self.next
            if name.kind not in ("name", "number") or not name.text.isidentifier():
                raise Unreadable(
                    _("a name is missing after the point"),
                    self.ended() - 1,
                    1,
                    _('A column that begins with a digit is written row["1er versement"]'),
                )
            self.take()
            node = Part(node.start, name.end, node, _allowed(name.text, name.start))
            if self.sees("("):
                raise Unreadable(
                    _("{name}() cannot be called on a value").format(name=name.text),
                    name.start,
                    len(name.text),
                    _("Filters follow a bar: {value}|upper").format(value=self.source[node.start : name.start - 1]),
                )
        return node

    def bracket(self, node: Node) -> Node:
        first = None if self.sees(":") else self.choice()
        if self.sees(":"):
            self.take()
            last = None if self.sees("]") else self.choice()
            self.want("]")
            return Slice(node.start, self.ended(), node, first, last)
        self.want("]")
        if isinstance(first, Const) and isinstance(first.value, str):
            return Part(node.start, self.ended(), node, _allowed(first.value, first.start))
        return Part(node.start, self.ended(), node, None, first)

    def filtered(self, node: Node) -> Node:
        while self.sees("|", "is"):
            if self.take().text == "is":
                node = self.test(node)
                continue
            name = self.next
            if name.kind != "name":
                raise self.unexpected(_("The name of a filter follows the bar"))
            self.take()
            arguments, named = self.arguments() if self.sees("(") else ((), ())
            node = Filter(node.start, self.ended(), node, name.text, arguments, named)
        return node

    def test(self, node: Node) -> Node:
        negated = self.sees("not")
        if negated:
            self.take()
        name = self.take()
        if name.text.lower() not in _TESTS:
            known = ", ".join(sorted(_TESTS))
            raise Unreadable(
                _('"is {name}" is not known').format(name=name.text),
                name.start,
                len(name.text) or 1,
                _("Known are: {known}. To compare, write == or in").format(known=known),
            )
        tested: Node = Test(node.start, name.end, node, name.text.lower())
        return Not(node.start, name.end, tested) if negated else tested

    def arguments(self) -> tuple[tuple[Node, ...], tuple[tuple[str, Node], ...]]:
        self.want("(")
        places: list[Node] = []
        named: list[tuple[str, Node]] = []
        while not self.sees(")"):
            if self.next.kind == "name" and self.words[self.at + 1].text == "=":
                name = self.take().text
                self.take()
                named.append((name, self.choice()))
            else:
                places.append(self.choice())
            if not self.sees(","):
                break
            self.take()
        self.want(")")
        return tuple(places), tuple(named)


def _allowed(name: str, start: int) -> str:
    if name.startswith("_"):
        raise Unreadable(_('a name cannot begin with "_"'), start, len(name))
    return name


def _meant(word: str) -> str:
    mends = {
        "=": _("To compare, write =="),
        "**": _("Write x * x"),
        "et": _("Write and"),
        "ou": _("Write or"),
        "non": _("Write not"),
        "pas": _("Write not"),
        "dans": _("Write in"),
        "sinon": _("Write else"),
    }
    return mends.get(word, "")
