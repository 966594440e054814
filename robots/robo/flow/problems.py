"""Faults of a file, each shown at its place: `file:line:column`, the line with a caret, the fault, the mend."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping

from robo.kit.data import dataclass
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _

_SHOWN = 110
"""Longer lines are shown around the caret."""
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True)
class Mark:
    """A place in a file; line and column count from 1, columns in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One fault. width: how many characters the caret underlines; mend: what to write instead."""

    mark: Mark
    width: int
    message: str
    mend: str = ""


class FaultyFile(FaultyFlow):
    """All faults of a file at once.

    problems: ordered by their place.
    sources: file name, as in the marks, to its text.
    """

    def __init__(self, problems: Iterable[Problem], sources: Mapping[str, str]) -> None:
        self.problems = ordered(problems)
        self.sources = dict(sources)
        super().__init__(self.problems, self.sources)

    def __str__(self) -> str:
        return render(self.problems, self.sources)


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By file, line and column; of several at one place only the first that was found."""
    first: dict[tuple[str, int, int], Problem] = {}
    for one in problems:
        first.setdefault((one.mark.file, one.mark.line, one.mark.column), one)
    return tuple(first[place] for place in sorted(first))


def render(problems: Iterable[Problem], sources: Mapping[str, str]) -> str:
    """The problems as people read them, in order."""
    lines = {file: split_lines(text) for file, text in sources.items()}
    return "\n".join(_one(problem, lines.get(problem.mark.file, ())) for problem in ordered(problems))


def split_lines(text: str) -> list[str]:
    """The lines as YAML counts them, which is not quite as Python does."""
    return _BREAK.split(text.removeprefix("\ufeff"))


def _one(problem: Problem, lines: list[str] | tuple[str, ...]) -> str:
    shown = [f"{problem.mark}: {problem.message}"]
    number = str(problem.mark.line)
    if 1 <= problem.mark.line <= len(lines):
        line, start, end = _window(lines[problem.mark.line - 1], problem.mark.column - 1, problem.width)
        shown.append(f"  {number} | {line}".rstrip())
        shown.append(f"  {' ' * len(number)} | {_indent(line[:start])}{'^' * max(1, _cells(line[start:end]))}")
    if problem.mend:
        first, *others = problem.mend.split("\n")
        shown += [f"  -> {first}", *(f"     {other}" for other in others)]
    return "\n".join(shown)


def _window(line: str, start: int, width: int) -> tuple[str, int, int]:
    """The part of the line to show, with the start and the end of the underlined part within it."""
    start = min(start, len(line))
    end = min(start + max(1, width), len(line))
    if len(line) <= _SHOWN:
        return line, start, end
    left = max(0, min(start - _SHOWN // 3, len(line) - _SHOWN))
    right = min(len(line), left + _SHOWN)
    before, after = "…" if left else "", "…" if right < len(line) else ""
    return before + line[left:right] + after, start - left + len(before), min(end, right) - left + len(before)


def _indent(text: str) -> str:
    """Blanks as wide as the text on a terminal; tabs stay tabs."""
    return "".join("\t" if char == "\t" else " " * _cells(char) for char in text)


def _cells(text: str) -> int:
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def did_you_mean(word: str, choices: Iterable[str], n: int = 3) -> str:
    """'Did you mean "numero" or "nom"?', nothing where no choice comes near."""
    near = difflib.get_close_matches(word, list(dict.fromkeys(choices)), n=n, cutoff=0.55)
    if not near:
        return ""
    return _("Did you mean {words}?").format(words=_(" or ").join(f'"{one}"' for one in near))
