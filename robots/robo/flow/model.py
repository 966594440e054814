"""A flow as written: its settings, inputs and steps, each with its place in the file. Nothing here is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import time
from pathlib import Path
from typing import Any, Literal

from robo.flow.formula import Formula, Template
from robo.flow.problems import Mark as Mark
from robo.flow.trigger import Trigger as Trigger
from robo.kit.data import dataclass


@dataclass(frozen=True)
class Retry:
    """How often a look is tried again, and after how many seconds; each wait is `grow` times the one before."""

    times: int
    wait: float = 5.0
    grow: float = 2.0


@dataclass(frozen=True)
class AlreadyDone:
    """How the application itself is asked whether an item in doubt was entered.

    found: text that proves it was; absent: text that proves it was not, judged only when `seen` is visible too.
    ask: only when in doubt, or before each item.
    """

    steps: tuple[Step, ...]
    found: Template
    absent: Template | None
    seen: Template | None = None
    ask: Literal["doubt", "always"] = "doubt"


@dataclass(frozen=True)
class Repeat:
    """How a block is repeated: `until` is asked before each round; after `most` rounds it must hold.

    every: seconds between two rounds.
    """

    until: Formula
    most: int = 100
    every: float = 0.0


@dataclass(frozen=True)
class Call:
    """Another flow as a part of its caller: its steps have addresses and identities below the calling step's.

    given: input to value, as the caller writes it. opened: whether the page is known once it has been called.
    """

    flow: Flow
    given: Mapping[str, Any]
    opened: bool = False


@dataclass(frozen=True)
class Question:
    """What a person is asked at a step; its title and what is shown are arguments of the step.

    wait: seconds after which the run fails where nobody has answered, None for ever.
    form: what is to be entered; its defaults may be formulas of what the step sees.
    """

    wait: float | None = None
    form: tuple[Input, ...] = ()


OnError = Literal["stop", "continue", "next"]


@dataclass(frozen=True)
class Step:
    """One step.

    address: its place in the tree, such as "2/each/1", for the journal.
    identity: what a receipt is kept under, such as "submit" or "submit.2"; stable when other steps come or go.
    arguments: parameter to value, with `Formula` and `Template` leaves; without what the engine reads itself.
    dry_run: whether a dry run does the step or leaves it out.
    raw: the step as plain data, to tell whether it was edited.
    body: the steps of a `group` or a `repeat`; loop: of a `for_each...`; call: of a `run`.
    question: of an `ask` or an `approve`.
    """

    address: str
    identity: str
    mark: Mark
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)
    name: Template | None = None
    condition: Formula | None = None
    otherwise: tuple[Step, ...] = ()
    save: str | None = None
    retry: Retry | None = None
    timeout: float | None = None
    on_error: OnError | tuple[Step, ...] | None = None
    dry_run: Literal["run", "skip"] = "run"
    body: tuple[Step, ...] = ()
    repeat: Repeat | None = None
    call: Call | None = None
    question: Question | None = None
    loop: Loop | None = None
    already_done: AlreadyDone | None = None


@dataclass(frozen=True)
class Loop:
    """A loop over a source.

    name: the last part of its ledger's name; flow: the path of the file in which it is written, the part before it.
    kind: the source ("row", "item"); alias: the name under which steps see the entry.
    source: what is written for the source; key: the parts of an item's key, none where the loop keeps no ledger.
    already_done: of the only change of the loop, unless the change has its own.
    """

    name: str
    kind: str
    alias: str
    source: Mapping[str, Any]
    steps: tuple[Step, ...]
    flow: str = ""
    key: tuple[Formula, ...] = ()
    once: Literal["for_ever", "run"] = "for_ever"
    where: Formula | None = None
    limit: Any = None
    max_errors: int | None = None
    on_error: Literal["next", "stop"] = "next"
    prepare: tuple[Step, ...] = ()
    prepare_again: bool = True
    already_done: AlreadyDone | None = None
    write_back: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Input:
    """One input of a flow, as its form, its command line and its schema show it."""

    name: str
    type: str
    label: str | None = None
    help: str | None = None
    default: Any = None
    required: bool = True
    choices: tuple[str, ...] = ()
    min: Any = None
    max: Any = None
    pattern: str | None = None
    accept: tuple[str, ...] = ()
    example: Any = None


@dataclass(frozen=True)
class Settings:
    """`settings:` of a flow. step_timeout in seconds.

    For runs that the service does: priority: higher first; limit: runs of this flow at once, None without limit; locks:
    names that only one run may hold at a time; timeout: seconds that one start of the run may take; deadline: the time
    of day on the workspace's clock, the next one after the run was due, from which it is not begun and at which it is
    ended; retry: how often a failed run is resumed; second_person: whether who asks for a run may not approve in it.
    """

    site: str | None = None
    screenshots: Literal["never", "on_error", "each_row", "always"] = "on_error"
    step_timeout: float = 30.0
    locale: str = "fr"
    allow_hosts: tuple[str, ...] = ()
    priority: int = 0
    limit: int | None = None
    locks: tuple[str, ...] = ()
    timeout: float | None = None
    deadline: time | None = None
    retry: Retry | None = None
    second_person: bool = False


@dataclass(frozen=True)
class Notice:
    """A rule of `notify`.

    on: failure, success, in_doubt, approval; step: sends the mail, but for its subject and its text.
    """

    on: tuple[str, ...]
    step: Step


@dataclass(frozen=True)
class Flow:
    """A whole flow.

    path: relative to the workspace's `flows/`, without suffix; text: the file as it stands.
    on_error, at_end: what is done once for the run when it has failed, and whenever it has ended (`finally`).
    called: the texts of all flows that it runs, and of those that they run, by path.
    templates: the texts of all templates that these name, by name.
    """

    path: str
    file: Path
    text: str
    name: str
    steps: tuple[Step, ...]
    about: str | None = None
    owner: str | None = None
    inputs: tuple[Input, ...] = ()
    secrets: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    vars: Mapping[str, Any] = field(default_factory=dict)
    gain: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    on_error: tuple[Step, ...] = ()
    at_end: tuple[Step, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    notify: tuple[Notice, ...] = ()
    schedule: tuple[Trigger, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """Those of its end included."""
        return (*self.steps, *self.on_error, *self.at_end)


def walk(steps: tuple[Step, ...], calls: bool = True) -> Iterator[Step]:
    """Every step below, in document order: branches, loops, preparations and look-ups included.

    calls: also the steps of other flows that are run; else only what stands in the same file.
    """
    for step in steps:
        yield step
        for below in _below(step):
            yield from walk(below, calls)
        if step.call and calls:
            yield from walk(step.call.flow.steps)


def _below(step: Step) -> Iterator[tuple[Step, ...]]:
    yield step.body
    yield step.otherwise
    if isinstance(step.on_error, tuple):
        yield step.on_error
    if step.already_done:
        yield step.already_done.steps
    if step.loop:
        yield step.loop.prepare
        yield step.loop.steps
        if step.loop.already_done:
            yield step.loop.already_done.steps


def loops(flow: Flow) -> tuple[Loop, ...]:
    """The loops that keep a ledger, in document order: those of the flow and of all that it runs."""
    return tuple(step.loop for step in walk(flow.all_steps) if step.loop and step.loop.key)
