"""The source of `for_each`: a list that the flow already has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from robo.kit.change import Cell
from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.kit.source import Entry, KeyOf, WrittenBack


class Listed:
    """The things of a list, in their order; each entry has one value, `item`."""

    kind: ClassVar[str] = "item"

    def __init__(self, in_: Sequence[Any]) -> None:
        self._things = in_

    def describe(self) -> str:
        return _("a list")

    def columns(self) -> Sequence[str] | None:
        return None

    def entries(self) -> Iterator[Entry]:
        for number, thing in enumerate(self._things, 1):
            yield Entry(number, {"item": thing})

    def write_back(
        self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf, copy_to: Path | None = None
    ) -> WrittenBack:
        raise Failed(_("a list cannot be written back"))

    def would_write(self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf) -> Sequence[tuple[str, Cell]]:
        return ()

    def set_aside(self, reasons: Mapping[int, str], to: Path) -> Path | None:
        return None
