"""What a value must be to become an argument, and in plain words why one is not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from robo.kit.data import dataclass
from robo.kit.messages import _
from robo.kit.text import written

Trail: TypeAlias = tuple[str | int, ...]
"""The way from a parameter down to a value within it: names of groups, places in lists."""

JsonSchema: TypeAlias = dict[str, Any]


class Later:
    """Stands for a value that only the run knows: it fits everywhere, and nothing is concluded from it."""


LATER: Final = Later()


@dataclass(frozen=True)
class Misfit:
    """One reason why a value does not fit.

    trail: down to the value that is meant. choices: the words that would have fitted there, to suggest one.
    name: whether the last name of the trail is wrong, rather than its value.
    """

    reason: str
    trail: Trail = ()
    choices: tuple[str, ...] = ()
    name: bool = False


class Unfit(ValueError):
    """A value does not fit: all the reasons at once."""

    def __init__(self, misfits: Iterable[Misfit]) -> None:
        self.misfits = tuple(misfits)
        super().__init__("; ".join(one.reason for one in self.misfits))

    def below(self, part: str | int) -> list[Misfit]:
        """The same, seen from the group or list that holds the value at that name or place."""
        return [Misfit(one.reason, (part, *one.trail), one.choices, one.name) for one in self.misfits]


class WrongKind(Unfit):
    """Another kind of value altogether is expected: a list, a number. expected: the words for it."""

    def __init__(self, expected: str, given: Any) -> None:
        self.expected = expected
        super().__init__([Misfit(_not_this(expected, given))])


class Shape(ABC):
    """One type of value: how it is recognised, read and described."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """What a person is told to write: "a number"."""

    @abstractmethod
    def is_exact(self, value: Any) -> bool:
        """Whether the value is of the type already, so that no other reading of it comes first."""

    @abstractmethod
    def read(self, value: Any, base: Path) -> Any:
        """The value as the type, LATER where that is not known yet. Raises Unfit.

        base: where relative paths start.
        """

    @abstractmethod
    def schema(self) -> JsonSchema:
        """What may be written, as JSON Schema 2020-12."""

    @property
    def names(self) -> frozenset[str]:
        """The names that a group may have as such a value, or as an entry of such a list."""
        return frozenset()

    def wrong(self, value: Any) -> WrongKind:
        """The fault of a value that is nothing of this type."""
        return WrongKind(self.expected, value)


def holds_later(value: Any) -> bool:
    """Whether any part of the value is known only to the run."""
    match value:
        case Later():
            return True
        case Mapping():
            return any(map(holds_later, value.values()))
        case list() | tuple():
            return any(map(holds_later, value))
    return False


def shown(value: Any) -> str:
    """A value as a message quotes it."""
    match value:
        case Mapping():
            return _("a group of `name: value`")
        case list() | tuple():
            return _("a list")
    text = written(value)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def _not_this(expected: str, given: Any) -> str:
    if given is None or given == "":
        return _("the value is empty, {what} is expected").format(what=expected)
    return _("{what} is expected, not {value}").format(what=expected, value=shown(given))
