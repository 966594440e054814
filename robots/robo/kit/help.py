"""What an action says of itself: the parts of its docstring, in the reader's language.

A docstring is one sentence, then `parameter: phrase` lines (a phrase may go on, indented), then an example that begins
with `- `; its other paragraphs are notes.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping

from robo.kit.action import Action
from robo.kit.data import dataclass
from robo.kit.messages import _
from robo.kit.source import SourceType

_PHRASE = re.compile(r"^(\w+): (.+(?:\n[ \t]+\S.*)*)$", re.MULTILINE)


@dataclass(frozen=True)
class Help:
    """The help of one action or source.

    summary: what it does, a sentence or two. parameters: name to phrase. example: as a flow writes it, "" for none.
    notes: what else is good to know, a paragraph each.
    """

    summary: str
    parameters: Mapping[str, str]
    example: str
    notes: tuple[str, ...] = ()

    def texts(self) -> Iterator[str]:
        """What a person reads of it, but the example."""
        yield from (text for text in (self.summary, *self.parameters.values(), *self.notes) if text)

    def translated(self) -> Help:
        """The same in the reader's language."""
        return Help(
            _(self.summary) if self.summary else "",
            {name: _(phrase) for name, phrase in self.parameters.items()},
            self.example,
            tuple(map(_, self.notes)),
        )


def written_help(called: Action | SourceType) -> Help:
    """The help as its author wrote it."""
    paragraphs = inspect.cleandoc((called.function if isinstance(called, Action) else called.cls).__doc__ or "")
    summary, *rest = paragraphs.split("\n\n")
    phrases = {name.rstrip("_"): phrase for part in rest for name, phrase in _PHRASE.findall(part)}
    parameters = {name: _one_line(phrases[name]) for name in called.parameters if name in phrases}
    examples = [part for part in rest if part.startswith("- ")]
    others = [part for part in rest if part not in examples and part.partition(":")[0].rstrip("_") not in parameters]
    return Help(_one_line(summary), parameters, "\n\n".join(examples), tuple(map(_one_line, others)))


def help_of(called: Action | SourceType) -> Help:
    """The help in the reader's language."""
    return written_help(called).translated()


def _one_line(text: str) -> str:
    return " ".join(text.split())
