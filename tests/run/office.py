"""A make-believe office with its clock, its robot and its list of items: real for the engine, and it can be cruel."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from robo.kit.action import Action, action
from robo.kit.change import CannotTell, Cell, Change, Changing, Done, Intent, NotDone, Settled
from robo.kit.errors import Failed, InDoubt, LaneLost, Refused, SignedOut
from robo.kit.lane import Lane
from robo.kit.resource import Crossing, resource
from robo.kit.shelf import Shelf
from robo.kit.source import Entry, KeyOf, SourceType, WrittenBack, source


class Stop(BaseException):
    """The process ends here: no handler of the engine may see it."""


class Violation(AssertionError):
    """The law was broken: twice, lost, endless, unproven."""


class FakeClock:
    """Time that passes only when somebody waits; the wall clock may jump, the monotonic one never does."""

    def __init__(self, passed: Callable[[], None]) -> None:
        self._seconds, self._jump, self._passed = 1000.0, timedelta(), passed

    def now(self) -> datetime:
        return datetime(2026, 5, 3, 8) + timedelta(seconds=int(self._seconds)) + self._jump

    def monotonic(self) -> float:
        return self._seconds

    def wait(self, seconds: float) -> None:
        self._seconds += max(seconds, 0.001)
        self._passed()

    def jump(self, by: timedelta) -> None:
        """Somebody sets the wall clock."""
        self._jump += by


@dataclass
class Office:
    """What really happened, and how the office and the robot's tools misbehave.

    rows: the source, in order. entered, filed, sent: how often each item was, and `copies` what stands in Sent.
    fates: what becomes of the next presses; `mails`: of the next mails; afterwards all is prompt.
    deadly: number of times that filling in an item ends its lane, `looks_deadly` that looking for it does.
    ticks: told of each instant at which a stop makes a difference.
    """

    name: str
    tick: Callable[[str], None] = lambda where: None
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    listed: list[dict[str, Any]] | None = None
    entered: Counter[str] = field(default_factory=Counter)
    filed: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    copies: set[str] = field(default_factory=set)
    fates: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    deadly: Counter[str] = field(default_factory=Counter)
    looks_deadly: Counter[str] = field(default_factory=Counter)
    broken: set[str] = field(default_factory=set)
    search_down: bool = False
    signed_out: int = 0
    cells: dict[str, dict[str, Any]] = field(default_factory=dict)
    under_way: list[tuple[float, str]] = field(default_factory=list)
    steps_done: list[str] = field(default_factory=list)
    appears: dict[str, float] = field(default_factory=dict)
    """What the page comes to show by itself, and when."""

    open: ClassVar[dict[str, Office]] = {}

    def __post_init__(self) -> None:
        self.clock = FakeClock(self.arrive)
        Office.open[self.name] = self

    def arrive(self) -> None:
        """What was sent is committed when its time has come, whoever still lives."""
        for due, key in [one for one in self.under_way if one[0] <= self.clock.monotonic()]:
            self.under_way.remove((due, key))
            self.entered[key] += 1

    def press(self, key: str) -> str:
        """The robot presses the button; returns the reference that the answer shows."""
        fate = self.fates.pop(0) if self.fates else "prompt"
        self.tick("before the press")
        self.clock.wait(0.5)
        if fate in ("prompt", "unanswered"):
            self.entered[key] += 1
        elif fate.startswith("slow"):
            self.under_way.append((self.clock.monotonic() + float(fate[4:]), key))
        self.tick("after the press")
        match fate:
            case "prompt":
                return self.reference(key)
            case "refused":
                raise Refused("number unknown")
            case "nothing left":
                raise Failed("the button did nothing")
        self.clock.wait(3.0)
        raise InDoubt("no proof came")

    def reference(self, key: str) -> str:
        return f"REF-{key}"

    def entries(self) -> Sequence[Mapping[str, Any]]:
        return self.listed if self.listed is not None else list(self.rows.values())


@resource
class Desk:
    """The page: what it shows is gone with its lane."""

    fleeting: ClassVar[bool] = True

    def __init__(self, office: Office) -> None:
        self.office, self.shown, self.form = office, "", ""

    @classmethod
    def open(cls, lane: Lane) -> Self:
        return cls(Office.open[lane.folder.name])

    def close(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.shown, self.form = "", ""

    def shows(self, text: str) -> bool:
        return text == self.shown or self.office.clock.monotonic() >= self.office.appears.get(text, math.inf)

    def evidence(self, folder: Path, name: str) -> Mapping[str, str]:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.txt").write_text(self.shown, encoding="utf-8")
        return {"text": f"{name}.txt", "screenshot": f"{name}.jpg"}

    def crossings(self) -> Sequence[Crossing]:
        return ()


@resource
class Outside:
    """Shelves and mail, which stay as they are whatever becomes of the lane."""

    fleeting: ClassVar[bool] = False

    def __init__(self, office: Office) -> None:
        self.office = office

    @classmethod
    def open(cls, lane: Lane) -> Self:
        return cls(Office.open[lane.folder.name])

    def close(self) -> None: ...

    def renew(self) -> None: ...

    def shows(self, text: str) -> bool:
        return False

    def evidence(self, folder: Path, name: str) -> Mapping[str, str]:
        return {}

    def crossings(self) -> Sequence[Crossing]:
        return ()


@action(session=True)
def login(desk: Desk, account: str = "main") -> None:
    desk.office.steps_done.append("login")


@action(opens=True)
def open_(desk: Desk, address: str, look_for: str = "") -> None:
    office = desk.office
    office.clock.wait(0.2)
    office.steps_done.append(f"open {address} {look_for}".strip())
    if office.signed_out:
        office.signed_out -= 1
        raise SignedOut("please sign in")
    if address == "form":
        desk.shown = "form"
        return
    if office.looks_deadly[look_for]:
        office.looks_deadly[look_for] -= 1
        raise LaneLost("the browser died")
    if office.search_down:
        desk.shown = "error 500"
    else:
        desk.shown = f"Dossier {look_for}" if office.entered[look_for] else "Aucun dossier"


@action
def fill(desk: Desk, number: str, name: str = "") -> None:
    office = desk.office
    if desk.shown != "form":
        raise Failed("this is not the form")
    if number in office.broken:
        raise Failed("the field is disabled")
    if office.deadly[number]:
        office.deadly[number] -= 1
        raise LaneLost("the browser died")
    office.steps_done.append(f"fill {number} {name}".strip())
    desk.form = number


@action(binds="read")
def submit(desk: Desk, read: dict[str, str]) -> Changing[dict[str, str]]:
    if desk.shown != "form" or not desk.form:
        raise Failed("this is not a filled form")
    key = desk.form
    yield Change(f"enter {key}")
    desk.shown = ""
    reference = desk.office.press(key)
    desk.shown = "saved"
    return dict.fromkeys(read, reference)


@action(binds="read")
def read(desk: Desk, read: dict[str, str]) -> dict[str, str]:
    return dict.fromkeys(read, desk.office.reference(desk.shown.removeprefix("Dossier ")))


def filed(intent: Intent) -> Settled[str]:
    name, key = map(str, intent.change.same_as)
    return Done(f"shelf/{key}") if Office.open[name].filed[key] else NotDone("it is not on its shelf")


@action(settle=filed)
def move(outside: Outside, file: str) -> Changing[str]:
    office = outside.office
    yield Change(f"file {file}", same_as=(office.name, file))
    office.tick("before it is filed")
    office.filed[file] += 1
    office.tick("after it is filed")
    return f"shelf/{file}"


def in_sent(intent: Intent) -> Settled[str]:
    name, key = map(str, intent.change.same_as)
    return Done(f"mail of {key}") if key in Office.open[name].copies else CannotTell("it is not in Sent")


@action(settle=in_sent)
def send_mail(outside: Outside, to: str, reference: str) -> Changing[str]:
    office = outside.office
    if reference != office.reference(to):
        raise Violation(f"lost: {to} was to be mailed {reference!r}")
    yield Change(f"mail {to}", same_as=(office.name, to))
    fate = office.mails.pop(0) if office.mails else "prompt"
    office.tick("before the mail")
    if fate == "lost":
        raise InDoubt("the server did not answer")
    office.sent[to] += 1
    office.tick("after the mail")
    if fate == "unanswered":
        raise InDoubt("the server did not answer")
    office.copies.add(to)
    office.tick("after the copy")
    return f"mail of {to}"


@action
def stamp(outside: Outside, text: str) -> Changing[dict[str, str]]:
    """What it gives is made of the text."""
    gives = {"text": text, "number": str(len(text))}
    yield Change(f"stamp {text}", preview={"text": text}, gives=gives)
    outside.office.steps_done.append(f"stamp {text}")
    return gives


@action
def stubborn(outside: Outside, file: str) -> Changing[str]:
    """Is not to be stopped."""
    try:
        yield Change(f"file {file}")
    except GeneratorExit:
        return "stopped"
    return "filed"


@action
def note(text: str, outside: Outside) -> str:
    outside.office.steps_done.append(f"note {text}")
    return text


@action
def fail_once(outside: Outside, mark: str) -> None:
    """Fails at its first call with that mark."""
    if f"failed {mark}" not in outside.office.steps_done:
        outside.office.steps_done.append(f"failed {mark}")
        raise Failed("not this time")


@source
class Rows:
    """The office's list of what is to be entered."""

    kind: ClassVar[str] = "row"

    def __init__(self, of: str) -> None:
        self._office = Office.open[of]

    def describe(self) -> str:
        return "rows.xlsx"

    def columns(self) -> Sequence[str] | None:
        return None

    def entries(self) -> Iterator[Entry]:
        for number, row in enumerate(list(self._office.entries()), 2):
            yield Entry(number, dict(row))

    def write_back(
        self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf, copy_to: Path | None = None
    ) -> WrittenBack:
        self._office.tick("before the rows are written")
        known = {key_of(entry) for entry in self.entries()}
        for key, cells in values.items():
            if key in known:
                self._office.cells.setdefault(key, {}).update(cells)
        self._office.tick("after the rows are written")
        return WrittenBack(tuple(k for k in values if k in known), (), tuple(k for k in values if k not in known))

    def would_write(self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf) -> Sequence[tuple[str, Cell]]:
        return ()

    def set_aside(self, reasons: Mapping[int, str], to: Path) -> Path | None:
        return None


_ACTIONS: dict[str, Callable[..., Any]] = {
    "login": login, "open": open_, "fill": fill, "submit": submit, "read": read, "move": move,
    "send_mail": send_mail, "stamp": stamp, "stubborn": stubborn, "note": note, "fail_once": fail_once,
}  # fmt: skip
SHELF = Shelf({name: Action(name, function) for name, function in _ACTIONS.items()}, {"row": SourceType.of(Rows)})
