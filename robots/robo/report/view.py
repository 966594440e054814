"""What a page shows, of a run and of a dry run alike: texts in the reader's language, in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "bad", "warn", "plain"]
Pairs = tuple[tuple[str, str], ...]
"""Label and value, in the order in which they were entered."""


@dataclass(frozen=True)
class Cell:
    """A cell of a workbook. place: "registre.xlsx, Registre!B4"."""

    place: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Document:
    """A rendered document; address: of its file, from the folder of the page, empty where it was not kept."""

    name: str
    address: str = ""


@dataclass(frozen=True)
class Deed:
    """One change: what was or would be entered, written, moved, sent, and what came of it.

    outcome: how it ended, in words. gives: the values of its receipt. moves: from, to.
    """

    summary: str
    outcome: str = ""
    tone: Tone = "plain"
    at: str = ""
    fields: Pairs = ()
    gives: Pairs = ()
    cells: tuple[Cell, ...] = ()
    moves: Pairs = ()
    documents: tuple[Document, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """One step of an item on its way. said: what went wrong, or what it looked up."""

    number: str
    action: str
    tone: Tone
    said: str = ""


@dataclass(frozen=True)
class Picture:
    """What could be seen. data: the picture itself, "data:..."; address: of its file, from the folder of the page.

    page: the address in the browser. text: what could be read on the page.
    """

    address: str = ""
    data: str = ""
    page: str = ""
    text: str = ""


@dataclass(frozen=True)
class Item:
    """One work item. name: its key, or its line where it has none. at: of its end.

    brief: what is told of it at once: the reason, or its receipt. cells: what its results write into its source.
    """

    name: str
    state: str
    tone: Tone
    line: str = ""
    brief: str = ""
    at: str = ""
    deeds: tuple[Deed, ...] = ()
    stages: tuple[Stage, ...] = ()
    pictures: tuple[Picture, ...] = ()
    cells: tuple[Cell, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_more(self) -> bool:
        """Whether there is anything to unfold."""
        return bool(self.deeds or self.stages or self.pictures or self.cells or self.notes)


@dataclass(frozen=True)
class Group:
    """Items under one heading. open: whether they are unfolded at once; note: what is not shown here and where it is"""

    title: str
    items: tuple[Item, ...]
    open: bool = False
    note: str = ""


@dataclass(frozen=True)
class Question:
    """Something that waits for a person. shown: what it is about; answers: what may be said, with its command."""

    name: str
    reason: str
    deed: Deed | None = None
    answers: Pairs = ()
    shown: Pairs = ()


@dataclass(frozen=True)
class Request:
    """A request of a page that could have written.

    line: what to add to robo.toml where it only reads. items: those whose steps it came from.
    """

    verdict: str
    tone: Tone
    method: str
    address: str
    fields: Pairs = ()
    why: str = ""
    line: str = ""
    items: str = ""


@dataclass(frozen=True)
class Count:
    """A number with its word."""

    number: int
    word: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Report:
    """A whole page. kind: what it is, "Report of a run"; state: in one or two words; sentence: in one sentence.
    details: under which word the changes of an item are unfolded; gives: of what they give.

    todo: sentences about the run as a whole that a person should act on, each with a command or "".
    attention: what else a person should look at. outside: changes outside of any loop. cells: those of no item.
    stages: the steps outside of any loop, where one of them ended the run.
    next: the command that does for real what was rehearsed. outputs: what the flow gave.
    files: what else lies in the folder, name and address.
    """

    kind: str
    title: str
    state: str
    tone: Tone
    sentence: str
    language: str
    details: str
    gives: str
    about: str = ""
    todo: Pairs = ()
    questions: tuple[Question, ...] = ()
    attention: tuple[str, ...] = ()
    counts: tuple[Count, ...] = ()
    gain: str = ""
    facts: Pairs = ()
    inputs: Pairs = ()
    groups: tuple[Group, ...] = ()
    outside: tuple[Deed, ...] = ()
    pictures: tuple[Picture, ...] = ()
    stages: tuple[Stage, ...] = ()
    cells: tuple[Cell, ...] = ()
    requests: tuple[Request, ...] = ()
    next: str = ""
    outputs: Pairs = ()
    notes: tuple[str, ...] = ()
    files: Pairs = ()

    @property
    def waits(self) -> int:
        """How many questions and tasks a person has."""
        return len(self.questions) + len(self.todo)
