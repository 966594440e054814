"""Runs of the engine in the make-believe office: flows built by hand, lanes that may die at any instant, a person."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from robo.flow.formula import Formula, Template, parse_value
from robo.flow.model import AlreadyDone, Flow, Loop, Mark, Retry, Step
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace
from robo.kit.errors import Failed
from robo.kit.lane import Lane
from robo.kit.secrets import Mask
from robo.run.dry.copied import own_copy
from robo.run.dry.plan import plan_of
from robo.run.lane.conduct import conduct
from robo.run.lane.ending import Ending
from robo.run.steps.course import Course, Dry
from robo.run.steps.lent import Lent
from robo.run.storage.deaths import SeenDeaths, open_senders
from robo.run.storage.journal import Event, Journal, events
from robo.run.storage.ledger import Ledger
from robo.run.storage.records import Item
from robo.run.storage.store import Store
from robo.run.told.people import Question, decide, questions, retry
from run.office import SHELF, Office, Stop, Violation

LATE = 60.0
LEDGER = "production/entry/dossiers"
_names = itertools.count(1)

# ---- flows


def step(action: str, arguments: Any = None, **more: Any) -> Step:
    """A step as a flow would write it; its address is given by `numbered`."""
    condition = more.pop("condition", None)
    raw = {action: arguments} | ({"if": condition} if condition else {})
    return Step(
        address="",
        identity="",
        mark=Mark("entry.yaml", 1, 1),
        action=action,
        arguments=_parsed(arguments or {}),
        raw=raw,
        condition=Formula.parse(condition) if condition else None,
        **more,
    )


def each(steps: Iterable[Step], of: Office, **options: Any) -> Step:
    """A loop over the rows of the office, kept under their number."""
    found = options.pop("already_done", None)
    key = options.pop("key", ("row.numero",))
    where = options.pop("where", None)
    return Step(
        address="",
        identity="",
        mark=Mark("entry.yaml", 1, 1),
        action="for_each_row",
        loop=Loop(
            name="dossiers",
            kind="row",
            alias="row",
            source={"of": of.name},
            steps=tuple(steps),
            flow="entry",
            key=tuple(map(Formula.parse, key)),
            where=Formula.parse(where) if where else None,
            already_done=found,
            write_back=_parsed(options.pop("write_back", {})),
            **options,
        ),
    )


def looked_up(ask: Literal["doubt", "always"] = "doubt") -> AlreadyDone:
    """The office is asked by its search."""
    steps = (
        step("open", {"address": "search", "look_for": "=row.numero"}),
        step("read", {"read": {"reference": "#r"}}),
    )
    return AlreadyDone(steps, Template.parse("Dossier {{ row.numero }}"), Template.parse("Aucun dossier"), ask=ask)


def entering(**more: Any) -> tuple[Step, ...]:
    """Three changes for each item: entered in the office, filed on a shelf, mailed."""
    return (
        step("open", {"address": "form"}),
        step("fill", {"number": "=row.numero", "name": "=row.nom"}),
        step("submit", {"read": {"reference": "#r"}}, already_done=looked_up(), **more),
        step("move", {"file": "=row.numero"}),
        step("send_mail", {"to": "=row.numero", "reference": "=reference"}),
    )


def flow(*steps: Step) -> Flow:
    """A flow of these steps."""
    return Flow("entry", Path("entry.yaml"), "", "Entry", numbered(steps))


def numbered(steps: Iterable[Step], at: str = "", seen: dict[str, int] | None = None) -> tuple[Step, ...]:
    """The steps with their addresses and identities."""
    seen = {} if seen is None else seen
    made = []
    for number, one in enumerate(steps, 1):
        address = f"{at}{number}"
        count = seen[one.action] = seen.get(one.action, 0) + 1
        loop, on_error = one.loop, one.on_error
        if loop:
            loop = replace(
                loop,
                steps=numbered(loop.steps, f"{address}/each/", seen),
                prepare=numbered(loop.prepare, f"{address}/prepare/", seen),
                already_done=_asked(loop.already_done, address, seen),
            )
        if isinstance(on_error, tuple):
            on_error = numbered(on_error, f"{address}/on_error/", seen)
        made.append(
            replace(
                one,
                address=address,
                identity=one.action + (f".{count}" if count > 1 else ""),
                body=numbered(one.body, f"{address}/", seen),
                otherwise=numbered(one.otherwise, f"{address}/else/", seen),
                on_error=on_error,
                loop=loop,
                already_done=_asked(one.already_done, address, seen),
            )
        )
    return tuple(made)


def _asked(asked: AlreadyDone | None, at: str, seen: dict[str, int]) -> AlreadyDone | None:
    # Its steps never take a number away from the item's own.
    return (
        replace(asked, steps=numbered(asked.steps, f"{at}/already_done/", {"read": 90, "open": 90})) if asked else None
    )


def _parsed(written: Any) -> Any:
    if isinstance(written, Mapping):
        return {name: _parsed(one) for name, one in written.items()}
    return parse_value(written) if isinstance(written, str) else written


# ---- the machine that runs them


class _Stopping(Store):
    """A store of the fast kind, whose transactions are instants at which its process may end."""

    tick: Callable[[str], None] = staticmethod(lambda where: None)

    @contextmanager
    def write(self) -> Iterator[None]:
        if self._db.in_transaction:
            yield
            return
        self.tick("before a transaction")
        with super().write():
            yield
        self.tick("after a transaction")

    def quick(self) -> None:
        """Without waiting for the disk: nothing here cuts the power."""
        self._db.execute("PRAGMA synchronous=OFF")


@dataclass
class Machine:
    """A machine with its store, on which one run is alive at a time; each start and each lane is counted.

    stops: each (ticks, survives): the process ends so many ticks after the last stop or start of a lane, one after the
    other; whether its supervisor survives and starts another lane.
    stop_at: the process ends at the next tick of that name. most_lanes: more than so many are taken for endless.
    visits: ticks at which the person comes by, whatever the robot is doing.
    """

    folder: Path
    office: Office = field(init=False)
    flow: Flow = field(init=False)
    stops: list[tuple[int, bool]] = field(default_factory=list)
    stop_at: str | None = None
    most_lanes: int = 150
    visits: dict[int, Callable[[], object]] = field(default_factory=dict)
    run: str = "r0"
    attempt: int = 0
    lanes: int = 0
    stopped: int = 0
    ticks: int = 0
    where: list[str] = field(default_factory=list)
    late: float | None = LATE
    lost: tuple[str, ...] = ()
    asked_to_stop: bool = False

    def __post_init__(self) -> None:
        name = f"office-{next(_names)}"
        self.office = Office(name, self.tick)
        self.place = self.folder / name
        self.place.mkdir(parents=True)
        self._dead = False
        self._supervised = self._outlived = True
        self._since_stop = 0
        self._runs = 0
        self.store = self.connect()

    def close(self) -> None:
        """Forget the office."""
        self.store.close()
        Office.open.pop(self.office.name, None)

    def connect(self) -> _Stopping:
        """A connection for a process."""
        store = _Stopping(self.place / "robo.db")
        store.quick()
        return store

    # ---- time and death

    def tick(self, where: str) -> None:
        """An instant at which a stop makes a difference."""
        if self._dead:
            raise Stop(where)
        self.ticks += 1
        self._since_stop += 1
        if self._since_stop > 6000:
            raise Violation(f"endless: one lane went on and on at {where!r}")
        visit = self.visits.pop(self.ticks, None)
        if visit:
            visit()
        if self.stops and self._since_stop >= self.stops[0][0]:
            self._supervised = self.stops.pop(0)[1]
            self._die(where)
        if where == self.stop_at:
            self.stop_at, self._supervised = None, self._outlived
            self._die(where)

    def die_at(self, where: str) -> None:
        """Robot and supervisor end at the next tick of that name."""
        self.stop_at, self._outlived = where, False

    def _die(self, where: str) -> None:
        self.stopped += 1
        self._dead = True
        self.where.append(where)
        raise Stop(where)

    # ---- starts

    def start(self) -> Ending:
        """A new run, until it ends by itself or its process does ("killed")."""
        self._runs += 1
        self.run, self.attempt = f"r{self._runs}", 0
        return self.resume()

    def resume(self) -> Ending:
        """A further start of the same run."""
        self.attempt += 1
        self.bury()
        return self.go_on()

    def go_on(self) -> Ending:
        """Lane after lane of the same start."""
        fruitless = 0
        while True:
            before = self._progress()
            ending = self.lane()
            if ending.state != "lane" or not self._supervised:
                return ending
            self.bury()
            fruitless = fruitless + 1 if self._progress() == before else 0
            if fruitless >= 4:
                return Ending("failed", "the robot ended without any progress")

    def lane(self) -> Ending:
        """One lane, as a process of its own would be; ("lane", "killed") when it was stopped."""
        self.lanes += 1
        if self.lanes > self.most_lanes:
            raise Violation("endless: lane after lane")
        self._dead, self._supervised, self._since_stop = False, True, 0
        store = self.connect()
        store.tick = self.tick
        try:
            return conduct(self.course(store))
        except Stop:
            return Ending("lane", "killed")
        finally:
            self._dead = False
            store.close()

    def course(self, store: Store) -> Course:
        """What a lane is told."""
        office = self.office
        return Course(
            run=self.run,
            attempt=self.attempt,
            flow=self.flow,
            workspace=Workspace(self.place),
            vault=Vault(self.place / ".robo"),
            shelf=SHELF,
            store=store,
            journal=Journal(store, self.run, office.clock),
            clock=office.clock,
            deaths=SeenDeaths(store, office.clock, "boot"),
            lent=Lent(Lane(self.place, self.place, self.place)),
            inputs={},
            sender=f"{self.run}.{self.attempt}.{self.lanes}",
            folder=self.place,
            late=self.late,
            lost=self.lost,
            boundary=self.tick,
            stopping=lambda: self.asked_to_stop,
        )

    def rehearse(self) -> dict[str, Any]:
        """A dry run, lane after lane; returns its plan."""
        clock = self.office.clock
        with own_copy(self.place / "robo.db") as copy:
            store = _Stopping(copy)
            store.quick()
            store.all(
                "INSERT INTO run (id, flow, environment, state, attempt, inputs, began_at, folder) "
                "VALUES ('dry', 'entry', 'production', 'done', 1, '{}', '', :folder)",
                folder=str(self.place),
            )
            for number in range(1, 20):
                course = replace(
                    self.course(store),
                    run="dry",
                    attempt=1,
                    sender=f"dry.{number}",
                    journal=Journal(store, "dry", clock),
                    lent=Lent(Lane(self.place, self.place, self.place, dry=True)),
                    dry=Dry(),
                )
                if conduct(course).state != "lane":
                    break
            plan = plan_of(store, "dry", self.flow, Workspace(self.place), None, "", Mask())
            store.close()
        return dict(plan.told)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that the store holds."""
        names = [name for (name,) in self.store.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: self.store.all(f"SELECT * FROM {name} ORDER BY rowid") for name in names}

    def bury(self) -> None:
        """The supervisor sees dead whoever still has something open: nobody else is alive now."""
        deaths = SeenDeaths(self.store, self.office.clock, "boot")
        ledgers = (name for (name,) in self.store.all("SELECT name FROM ledger"))
        for _run, sender in open_senders(self.store, (*ledgers, f"run/{self.run}")):
            deaths.saw(sender)

    def _progress(self) -> int:
        row = self.store.one(
            "SELECT count(*) FROM journal WHERE run = :run AND (kind = 'item.ended' OR kind LIKE 'change.%')",
            run=self.run,
        )
        return int(row[0]) if row else 0

    # ---- what is known

    def ledger(self, name: str = LEDGER) -> Ledger:
        """The ledger, as the person's commands see it."""
        return Ledger(
            self.store, name, Journal(self.store, "person", self.office.clock), self.office.clock, "person", 0
        )

    def item(self, key: str) -> Item:
        item = self.ledger().item(key)
        assert item, f"{key} is not known"
        return item

    def states(self) -> dict[str, str]:
        """State by key."""
        return {item.key: item.state for item in self.ledger().items()}

    def events(self, *kinds: str) -> list[Event]:
        """What the journal says of these kinds, over all runs."""
        runs = [f"r{number}" for number in range(1, self._runs + 1)]
        return [event for run in runs for event in events(self.store, run) if event.kind in kinds]

    # ---- the person

    def asked(self, name: str = LEDGER) -> list[Question]:
        """What waits for the person."""
        return questions(self.ledger(name))

    def answer(self, question: Question, verdict: Any = None, looked: float | None = None) -> bool:
        """Answer a question, truthfully unless told otherwise; False where the answer was not accepted.

        looked: the instant at which the person looked, if that was not just now.
        """
        office, key = self.office, question.key
        row = next((one for one in office.entries() if one["numero"] == key), None)
        gives = None
        verdict = verdict or self.truth(question)
        if verdict == "done" and _action_of(question) == "submit":
            gives = {"reference": office.reference(key)}
        try:
            decide(
                self.ledger(question.ledger),
                key,
                verdict,
                step=question.step,
                number=question.number,
                gives=gives,
                deaths=SeenDeaths(self.store, office.clock, "boot"),
                late=self.late,
                row=row,
                looked=0.0 if looked is None else office.clock.monotonic() - looked,
            )
        except Failed:
            return False
        return True

    def truth(self, question: Question) -> str:
        """What somebody says who looks now."""
        happened = {"submit": self.office.entered, "move": self.office.filed, "send_mail": self.office.sent}
        if question.step is None:
            return "done" if question.why == "changed" else "again"
        return "done" if happened[_action_of(question)][question.key] else "again"

    def retry(self, *keys: str) -> list[str]:
        """`robo retry`."""
        return retry(self.ledger(), list(keys) or None, ("refused", "failed", "given_up"))

    # ---- the law

    def check(self) -> None:
        """What must hold at every instant."""
        for what in ("entered", "filed", "sent"):
            for key, count in getattr(self.office, what).items():
                if count > 1:
                    raise Violation(f"twice: {key} was {what} {count} times")
        for item in self.ledger().items("done"):
            for what in ("entered", "filed", "sent"):
                if not getattr(self.office, what)[item.key]:
                    raise Violation(f"lost: {item.key} is done and was not {what}")
            if len(self.ledger().changes(item.key, "receipt")) != 3:
                raise Violation(f"lost: {item.key} is done without all its receipts")

    def settle_down(self) -> None:
        """From now on nothing goes wrong and the person answers everything: then everything must come to its end."""
        self.stops.clear()
        self.visits.clear()
        office = self.office
        office.fates.clear()
        office.mails.clear()
        office.deadly.clear()
        office.looks_deadly.clear()
        office.broken.clear()
        office.search_down, office.signed_out = False, 0
        for _round in range(12):
            self.resume() if self.attempt else self.start()
            self.check()
            office.clock.wait(LATE + 1)
            for question in self.asked():
                if not self.answer(question):
                    raise Violation(f"unproven: nobody may say what became of {question}")
            listed = [row["numero"] for row in office.entries()]
            if not self.asked() and all(self.states().get(key) in ("done", "refused", "given_up") for key in listed):
                break
        else:
            raise Violation(f"endless: {self.states()}, {self.asked()}")
        self.check()


def _action_of(question: Question) -> str:
    """The action of the change that it is about, in whichever flow it stands."""
    return (question.step or "").rpartition("/")[2]


__all__ = ["LATE", "LEDGER", "Machine", "Retry", "each", "entering", "flow", "looked_up", "numbered", "step"]
