"""What a lane knows of the run it works for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from robo.flow.model import Flow, Loop
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace
from robo.kit.errors import Failed
from robo.kit.shelf import Shelf
from robo.run.steps.evidence import Evidence
from robo.run.steps.lent import Lent
from robo.run.storage.clock import Clock
from robo.run.storage.deaths import Boundary, Deaths
from robo.run.storage.journal import Journal
from robo.run.storage.ledger import Ledger
from robo.run.storage.store import Store
from robo.run.system.audit import Wall


class EndLane(Exception):
    """The lane must end before anything else is done: what it sent is in doubt, or its tool died."""


class Stopped(Exception):
    """A person asked to stop; everything done so far is kept, and the run can be resumed."""


class StopFlow(Exception):
    """The flow itself says that it is over."""

    def __init__(self, reason: str, failed: bool) -> None:
        super().__init__(reason)
        self.reason, self.failed = reason, failed


class Waits(Exception):
    """A person is asked and has not answered yet: the run holds nothing until then."""


class SkipItem(Exception):
    """The flow itself says that this item is not to be done today."""


class Broken(Failed):
    """A fault of Robo or of a robot, not of the flow or its data."""


@dataclass(frozen=True)
class Dry:
    """What makes a run a dry one.

    rows: so many items of each loop are rehearsed, None for all. wall: what stands behind.
    numbers: of the documents that are kept.
    """

    rows: int | None = None
    wall: Wall | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def tried(self) -> list[str]:
        """What robots wanted to change while they were only to look, since it was last asked."""
        return self.wall.tried() if self.wall else []


@dataclass
class Course:
    """One start of a run, as one lane carries it out.

    attempt: 1, then one more at each resume. sender: this lane's process, as it signs its intents.
    late: seconds after which what was sent is committed or never will be; None when nobody can say.
    folder: where the run's own files go. boundary: told each instant at which a stop makes a difference.
    report: tells the supervisor. stopping: whether a person asked to stop. lost: ledgers whose loop is gone.
    corrected: rows that a person has corrected, which alone are gone through.
    dry: in a dry run, whose store is a copy of its own.
    """

    run: str
    attempt: int
    flow: Flow
    workspace: Workspace
    vault: Vault
    shelf: Shelf
    store: Store
    journal: Journal
    clock: Clock
    deaths: Deaths
    lent: Lent
    inputs: Mapping[str, Any]
    sender: str
    folder: Path
    late: float | None = 60.0
    lost: tuple[str, ...] = ()
    corrected: Path | None = None
    boundary: Boundary = lambda where: None
    report: Callable[..., None] = lambda **event: None
    stopping: Callable[[], bool] = lambda: False
    dry: Dry | None = None
    top: Ledger = field(init=False)
    evidence: Evidence = field(init=False)

    def __post_init__(self) -> None:
        self.top = self.ledger(f"run/{self.run}")
        wanted = self.flow.settings.screenshots
        self.evidence = Evidence(wanted, self.folder, self.folder_shown, self.lent, self.journal)

    @property
    def folder_shown(self) -> str:
        """The run's folder, from the workspace's root where it stands below."""
        root = self.workspace.root
        return self.folder.relative_to(root).as_posix() if self.folder.is_relative_to(root) else self.folder.as_posix()

    def pause(self, seconds: float) -> None:
        """Wait, so that the supervisor does not take it for hanging."""
        self.report(within=seconds)
        self.clock.wait(seconds)

    def ledger(self, name: str) -> Ledger:
        """A ledger, written on behalf of this start of the run."""
        return Ledger(self.store, name, self.journal, self.clock, self.run, self.attempt)

    def ledger_of(self, loop: Loop) -> Ledger:
        """The ledger of a keyed loop of the flow, or of one that it runs."""
        return self.ledger(ledger_name(self.workspace.environment, loop, self.run))


def ledger_name(environment: str, loop: Loop, run: str) -> str:
    """ENVIRONMENT/PATH-UNDER-FLOWS/LOOP, with the run for a loop whose items are once per run only.

    The path is that of the file in which the loop is written, whichever flow runs it.
    """
    name = f"{environment}/{loop.flow}/{loop.name}"
    return f"{name}@{run}" if loop.once == "run" else name
