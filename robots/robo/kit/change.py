"""A change: said in words before it is made, so that it can be shown, recorded, resumed and found again."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from robo.kit.data import dataclass
from robo.kit.messages import _

R = TypeVar("R")
Evidence: TypeAlias = tuple[str | int | None, ...]


class NotKnownYet:
    """What only the change itself will tell, such as a number given by the application."""

    def __repr__(self) -> str:
        return "not known yet"

    def __str__(self) -> str:
        return _("‹not known yet›")


NOT_KNOWN_YET = NotKnownYet()


@dataclass(frozen=True)
class Cell:
    """A cell of a workbook that would hold something else. place: "registre.xlsx, Registre!B4"; column: its header."""

    place: str
    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Document:
    """A rendered document, shown and kept as it would leave. name: of the file, "convocation-A12.eml"."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Change:
    """One thing about to be different in the world.

    summary: one sentence for people.
    same_as: the evidence by which `settle` knows the change again, the same at each attempt.
    preview: what would be entered, written or sent, by label; shown in a dry run and kept with the intent.
    gives: the result as far as it can be foreseen.
    files: absolute path to the path that holds its bytes now; None where nothing is left. What a dry run hands on.
    cells: what would be written into workbooks.
    documents: what would be sent, as it would leave.
    remarks: what a person should look at before the real run, such as an empty field.
    once: names of what should hardly happen twice in one run, such as a recipient: "mail to a@b.fr".
    """

    summary: str
    same_as: Evidence = ()
    preview: Mapping[str, Any] = field(default_factory=dict)
    gives: Any = NOT_KNOWN_YET
    files: Mapping[Path, Path | None] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    documents: tuple[Document, ...] = ()
    remarks: tuple[str, ...] = ()
    once: tuple[str, ...] = ()


Changing: TypeAlias = Generator[Change, None, R]
"""What a changing action returns: look, `yield Change(...)` once, do, `return` the receipt."""


@dataclass(frozen=True)
class Intent:
    """A change that was said and whose end is not known."""

    step: str
    number: int
    at: datetime
    change: Change


@dataclass(frozen=True)
class Done(Generic[R]):
    """Settled: the change was made, and this is its receipt."""

    gives: R


@dataclass(frozen=True)
class NotDone:
    """Settled: the change was certainly not made."""

    reason: str = ""


@dataclass(frozen=True)
class CannotTell:
    """Not settled: somebody else must look."""

    reason: str = ""


Settled: TypeAlias = Done[R] | NotDone | CannotTell
