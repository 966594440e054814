"""A change: said in words before it is made, so that it can be shown, recorded, resumed and found again."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

R = TypeVar("R")
Evidence: TypeAlias = tuple[str | int | None, ...]


class NotKnownYet:
    """What only the change itself will tell, such as a number given by the application."""

    def __repr__(self) -> str:
        return "not known yet"


NOT_KNOWN_YET = NotKnownYet()


@dataclass(frozen=True)
class Change:
    """One thing about to be different in the world.

    summary: one sentence for people.
    same_as: the evidence by which `settle` knows the change again, the same at each attempt.
    preview: what would be entered, written or sent, by label; shown in a dry run and kept with the intent.
    gives: the result as far as it can be foreseen.
    """

    summary: str
    same_as: Evidence = ()
    preview: Mapping[str, Any] = field(default_factory=dict)
    gives: Any = NOT_KNOWN_YET


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
