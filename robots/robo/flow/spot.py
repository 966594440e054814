"""A place in the tree of steps while it is read, and what reading a loop asks of the reading of steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Any, Protocol

from robo.flow.columns import Columns
from robo.flow.draft import Draft
from robo.flow.model import Flow, Settings, Step
from robo.flow.names import Group, Names, Node
from robo.flow.text import Path
from robo.kit.data import dataclass
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

    def below(self, address: str, identity: str) -> Spot:
        """The steps of a flow that is run by the step there: named and counted apart, and seeing nothing of here."""
        return Spot(Names({}), f"{address}/run/", f"{identity}/")

    def branch(self, address: str, names: Names) -> Spot:
        """A list of steps below a step, counted with it."""
        made = Spot(names, f"{address}/", self.aside, self.in_loop, self.counts)
        made.segment = self.segment
        return made


@dataclass(frozen=True)
class Called:
    """Another flow, read as a part of its caller. opened: whether a page is known after it."""

    flow: Flow
    outputs: Group
    opened: bool


class Calls(Protocol):
    """Finds and reads the flows that a flow runs."""

    def read(self, name: str, caller: Settings, spot: Spot, given: Mapping[str, Any], later: Collection[str]) -> Called:
        """The flow of that name, its steps below the spot.

        caller: whose site it works on. given: inputs that are known before the run; later: those that only the run
        knows. Raises FaultyFlow in plain words where there is no such flow or it leads back to itself, FaultyFile where
        there are faults in it, which are told with the caller's own.
        """
        ...


class ReadsSteps(Protocol):
    """Reads a list of steps, whatever stands in it. flow: the path of the flow that it reads."""

    flow: str
    settings: Settings
    calls: Calls
    draft: Draft
    shelf: Shelf
    columns: Columns | None
    loop_columns: dict[str, Node]

    def steps(self, data: Any, path: Path, spot: Spot) -> tuple[Step, ...]:
        """A list of steps; the names that they save are added to those of the spot."""
        ...
