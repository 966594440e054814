"""Every text that a person may read has its French side, with the same parts to fill in."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from gettext import GNUTranslations
from string import Formatter

from babel.messages.pofile import read_po
from tools import words

MESSAGES = [message for message in words.read() if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def holes(text: str) -> Counter[str]:
    """What is to be filled in, with its format: `{left:.0f}`, `%(prog)s`."""
    try:
        braces = [f"{name}!{how}:{form}" for _text, name, form, how in Formatter().parse(text) if name is not None]
    except ValueError:
        braces = re.findall(r"\{\{|\}\}", text)
    return Counter([*braces, *re.findall(r"%\(\w+\)s", text)])


def test_every_text_of_today_has_its_french_and_no_other() -> None:
    known = {message.id for message in MESSAGES}
    today = set(words.gathered())
    assert sorted(map(str, today - known)) == [], "type `make words`, and give them their French"
    assert sorted(map(str, known - today)) == [], "type `make words`"
    assert [message.id for message in words.untold(words.read())] == []


def test_what_is_filled_in_is_the_same() -> None:
    wrong = []
    for message in MESSAGES:
        asked = [holes(text) for text in forms(message.id)]
        wrong += [french for french in forms(message.string) if holes(french) not in asked]
    assert wrong == []


def test_the_french_is_set_as_french_is() -> None:
    wrong = []
    for message in MESSAGES:
        for english, french in zip(forms(message.id), forms(message.string), strict=True):
            wrong += [f"{french}: {fault}" for fault in faults(english, french)]
    assert wrong == []


def faults(english: str, french: str) -> Iterator[str]:
    """What a printer would mend."""
    prose = re.sub(r"`[^`]*`|\{[^{}]*\}", "x", french)
    if re.search(r"\w'\w", prose):
        yield "an apostrophe is ’"
    if re.search(r"[“”]| »|« ", prose):
        yield "quotation marks are « », with no-break spaces"
    if re.search(r" [;!?](?=\s|$)| :(?=\s|$)", prose):
        yield "a no-break space stands before : ; ! ?"
    if len(english) - len(english.lstrip()) != len(french) - len(french.lstrip()):
        yield "it begins with the same blanks"


def test_the_program_reads_what_people_wrote() -> None:
    with words.MO.open("rb") as compiled, words.PO.open("rb") as written:
        read = GNUTranslations(compiled)
        for message in read_po(written, locale="fr"):
            if message.id:
                assert [read.gettext(one) for one in forms(message.id)[:1]] == forms(message.string)[:1]


def test_no_text_is_fixed_before_the_language_is_chosen() -> None:
    """Only commands are imported after that; everywhere else a text in a constant would stay English."""
    early = [
        f"{file.relative_to(words.ROOT)}:{line}"
        for file in sorted((words.ROOT / "robots").rglob("*.py"))
        if file.parent.name != "cli"
        for line in called_at_import(ast.parse(file.read_text("utf-8")))
    ]
    assert early == []


def called_at_import(node: ast.AST) -> Iterator[int]:
    """The lines of calls of `_` that are made as the module is imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for early in (*child.decorator_list, child.args):
                yield from called_at_import(early)
        elif not isinstance(child, ast.Lambda):
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in ("_", "ngettext"):
                yield child.lineno
            yield from called_at_import(child)
