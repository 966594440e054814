"""A place in the tree of steps while it is read, and what reading a loop asks of the reading of steps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

from robo.flow.columns import Columns
from robo.flow.draft import Draft
from robo.flow.model import Step
from robo.flow.names import Names, Node
from robo.flow.text import Path
from robo.kit.shelf import Shelf


@dataclass
class Spot:
    """Where steps stand. prefix: of their addresses; aside: said before their identities ("prepare/"), which are
    counted apart; segment: the names that are known wherever this segment of the item begins anew."""

    names: Names
    prefix: str = ""
    aside: str = ""
    in_loop: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    segment: Names = field(init=False)

    def __post_init__(self) -> None:
        self.segment = self.names.copy()

    def branch(self, address: str, names: Names) -> Spot:
        """A list of steps below a step, counted with it."""
        made = Spot(names, f"{address}/", self.aside, self.in_loop, self.counts)
        made.segment = self.segment
        return made


class ReadsSteps(Protocol):
    """Reads a list of steps, whatever stands in it."""

    draft: Draft
    shelf: Shelf
    columns: Columns | None
    loop_columns: dict[str, Node]

    def steps(self, data: Any, path: Path, spot: Spot) -> tuple[Step, ...]:
        """A list of steps; the names that they save are added to those of the spot."""
        ...
