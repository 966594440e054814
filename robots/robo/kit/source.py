"""Sources: what a loop goes through. `for_each_row` goes through the source named "row", whichever robot offers it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeGuard, TypeVar, get_type_hints

from robo.kit.change import Cell
from robo.kit.data import dataclass

T = TypeVar("T")
_MARK = "__robo_source__"


@dataclass(frozen=True)
class Entry:
    """One thing of a source, such as a row.

    position: its place in the source as people count it (the line of a sheet), whatever was skipped.
    values: column (or attribute) to value; a value that could not be read is a `Fault`.
    title: what people call it, where that is not its position.
    later: why it is left for the next run, which is told; empty where it is to be taken.
    """

    position: int
    values: Mapping[str, Any]
    title: str = ""
    later: str = ""


@dataclass(frozen=True)
class Fault:
    """A value that cannot be used, with the reason in plain words: using it refuses the item, ignoring it does not."""

    reason: str


KeyOf = Callable[[Entry], str | None]
"""The key of an entry as the flow defines it; None where it has none."""


@dataclass(frozen=True)
class WrittenBack:
    """What became of values that were to be written back.

    written: keys whose values are in the source now, or were already.
    conflicts: (key, column, what stands there): another value stands there, which is never overwritten.
    missing: keys that the source no longer lists.
    """

    written: tuple[str, ...] = ()
    conflicts: tuple[tuple[str, str, str], ...] = ()
    missing: tuple[str, ...] = ()


class Source(Protocol):
    """What the engine asks of a source; its constructor's parameters are what the flow writes in the loop."""

    kind: ClassVar[str]
    """The word of the loop: "row" for `for_each_row`; also the name under which steps see the entry."""

    def describe(self) -> str:
        """Where the entries come from, for messages: "dossiers.xlsx, sheet Dossiers"."""
        ...

    def columns(self) -> Sequence[str] | None:
        """The headers as written, without reading further; None where the source has no fixed columns.

        Raises Failed where the source cannot be opened, FaultyFlow where it does not fit what the flow says of it.
        """
        ...

    def entries(self) -> Iterator[Entry]:
        """All of them in order. Raises like `columns`."""
        ...

    def write_back(
        self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf, copy_to: Path | None = None
    ) -> WrittenBack:
        """Write {key: {column: value}} into the source, durably and all at once, finding each entry by its key.

        copy_to: write a copy at this path instead and leave the source as it is.
        Raises Busy while somebody has the source open; then nothing is written.
        """
        ...

    def would_write(self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf) -> Sequence[tuple[str, Cell]]:
        """What `write_back` would change, as (key, cell), without changing it. Raises like `columns`."""
        ...

    def set_aside(self, reasons: Mapping[int, str], to: Path) -> Path | None:
        """Write the entries of these positions alone, each with its reason, as something that people correct.

        A source of this kind reads it again by its parameter `in`, at the same positions, with a further column.
        to: a new path without suffix. Returns the path with it; None where there is nothing of that kind to write.
        Raises like `write_back`.
        """
        ...


def source(cls: type[T]) -> type[T]:
    """Mark a class as a source that `for_each_KIND` loops may name."""
    setattr(cls, _MARK, True)
    return cls


def is_source(thing: object) -> TypeGuard[type[Source]]:
    """Whether the class was marked with `@source`."""
    return inspect.isclass(thing) and getattr(thing, _MARK, False) is True


@dataclass(frozen=True, eq=False)
class SourceType:
    """A marked class, with the parameters that a flow writes for it (`in_` is written `in`).

    writes_back: whether values can be written into it; a class without an attribute of that name can.
    """

    cls: Callable[..., Source]
    kind: str
    writes_back: bool = True
    main: str | None = None
    hints: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, inspect.Parameter] = field(default_factory=dict)

    @classmethod
    def of(cls, marked: type[Source]) -> SourceType:
        signature = inspect.signature(marked)
        hints = get_type_hints(marked.__init__, include_extras=True)
        return cls(
            cls=marked,
            kind=marked.kind,
            writes_back=getattr(marked, "writes_back", True),
            hints={name: hints.get(name, Any) for name in signature.parameters},
            parameters={name.rstrip("_"): parameter for name, parameter in signature.parameters.items()},
        )

    @property
    def name(self) -> str:
        """The step that loops over it."""
        return f"for_each_{self.kind}"
