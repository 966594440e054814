"""What people are asked in a run, as the store keeps it: each question by its step, and by how often it was asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from robo.flow.model import Input
from robo.run.storage.store import Store
from robo.run.storage.values import pack, unpack

Kind = Literal["ask", "approve"]
State = Literal["open", "given", "refused", "expired", "overtaken"]
"""given: answered, or approved. expired: nobody had answered in time. overtaken: what was shown has changed, or the run
went on without it; its answer does not count any more."""

_COLUMNS = (
    "run, step, number, kind, title, shown, form, digest, allowed, asked_at, until, state, answer, answered_by, "
    "answered_at, remark"
)


@dataclass(frozen=True)
class Shown:
    """Something that the answer is about. label: empty where it has none.

    digest, size: of the content where it is a file, in octets; else "" and 0.
    """

    label: str
    value: Any
    digest: str = ""
    size: int = 0


@dataclass(frozen=True)
class Asking:
    """What is asked. by: the accounts that may answer, everybody where there is none; not_by: those that may not."""

    kind: Kind
    title: str
    shown: tuple[Shown, ...]
    form: tuple[Input, ...]
    by: tuple[str, ...]
    not_by: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The fingerprint of all that is shown to who answers."""
        told = [self.kind, self.title, [asdict(one) for one in self.shown], [asdict(one) for one in self.form]]
        return hashlib.sha256(pack(told).encode()).hexdigest()


@dataclass(frozen=True)
class Asked(Asking):
    """A question in the store. step: the identity of its step. until: when the time to answer ends, None for never.

    answer: what was entered in the form, by name, and whether it was approved.
    """

    run: str
    step: str
    number: int
    fingerprint: str
    asked_at: str
    until: str | None
    state: State
    answer: Mapping[str, Any]
    answered_by: str
    answered_at: str
    remark: str

    def is_over(self, now: datetime) -> bool:
        """Whether the time to answer has passed."""
        return self.until is not None and now >= datetime.fromisoformat(self.until)


def questions_of(store: Store, run: str, *states: State) -> list[Asked]:
    """The questions of a run in these states, in all where none is named, as they were asked."""
    rows = store.all(f"SELECT {_COLUMNS} FROM question WHERE run = :run ORDER BY rowid", run=run)  # noqa: S608
    return [asked for asked in map(_asked, rows) if not states or asked.state in states]


def latest(store: Store, run: str, step: str) -> Asked | None:
    """How a step has asked last."""
    return next((one for one in reversed(questions_of(store, run)) if one.step == step), None)


def ask(store: Store, run: str, step: str, asking: Asking, asked_at: datetime, until: datetime | None) -> int:
    """Write a question down; returns its number, 1 where the step had not asked before."""
    before = latest(store, run, step)
    number = before.number + 1 if before else 1
    with store.write():
        store.all(
            "INSERT INTO question (run, step, number, kind, title, shown, form, digest, allowed, asked_at, until, "
            "state) VALUES (:run, :step, :number, :kind, :title, :shown, :form, :digest, :allowed, :asked_at, :until, "
            "'open')",
            run=run, step=step, number=number, kind=asking.kind, title=asking.title,
            shown=pack([asdict(one) for one in asking.shown]), form=pack([asdict(one) for one in asking.form]),
            digest=asking.digest, allowed=pack({"by": asking.by, "not_by": asking.not_by}),
            asked_at=asked_at.isoformat(), until=until.isoformat() if until else None,
        )  # fmt: skip
    return number


def overtake(store: Store, asked: Asked) -> None:
    """The question, or its answer, does not count any more."""
    with store.write():
        store.all(
            "UPDATE question SET state = 'overtaken' WHERE run = :run AND step = :step AND number = :number",
            run=asked.run, step=asked.step, number=asked.number,
        )  # fmt: skip


def answer(
    store: Store, asked: Asked, state: Literal["given", "refused"], values: Mapping[str, Any], by: str, at: str,
    remark: str,
) -> bool:  # fmt: skip
    """Write the answer down; False where the question was no longer open."""
    with store.write():
        done = store.one(
            "UPDATE question SET state = :state, answer = :answer, answered_by = :by, answered_at = :at, "
            "remark = :remark WHERE run = :run AND step = :step AND number = :number AND state = 'open' RETURNING run",
            run=asked.run, step=asked.step, number=asked.number, state=state, answer=pack(values), by=by, at=at,
            remark=remark or None,
        )  # fmt: skip
    return done is not None


def close_questions(store: Store, run: str, now: datetime) -> None:
    """The run has ended: what it still asks needs no answer."""
    with store.write():
        store.all(
            "UPDATE question SET state = CASE WHEN until <= :now THEN 'expired' ELSE 'overtaken' END "
            "WHERE run = :run AND state = 'open'",
            run=run, now=now.isoformat(),
        )  # fmt: skip


def is_open(store: Store, run: str) -> bool:
    """Whether the run asks something."""
    return store.one("SELECT 1 FROM question WHERE run = :run AND state = 'open'", run=run) is not None


def is_denied(store: Store, run: str, now: datetime) -> bool:
    """Whether a person has refused what the run asks, or nobody has answered in time."""
    found = store.one(
        "SELECT 1 FROM question WHERE run = :run AND (state = 'refused' OR (state = 'open' AND until <= :now))",
        run=run, now=now.isoformat(),
    )  # fmt: skip
    return found is not None


def waits_for_its_start(store: Store, run: str) -> bool:
    """Whether a person has answered and the run has not gone on yet."""
    found = store.one(
        "SELECT 1 FROM question WHERE run = :run AND state = 'given' AND NOT EXISTS (SELECT 1 FROM change "
        "WHERE ledger = 'run/' || question.run AND change.step = question.step AND change.state = 'receipt')",
        run=run,
    )
    return found is not None and not is_open(store, run)


def overdue(store: Store, now: datetime) -> list[str]:
    """The runs of the service that wait for an answer whose time has passed: going on with one ends it."""
    rows = store.all(
        "SELECT DISTINCT run.id FROM run JOIN submission ON submission.run = run.id "
        "JOIN question ON question.run = run.id "
        "WHERE question.state = 'open' AND question.until <= :now AND run.state = 'waits'",
        now=now.isoformat(),
    )
    return [str(run) for (run,) in rows]


def _asked(row: tuple[Any, ...]) -> Asked:
    (run, step, number, kind, title, shown, form, digest, allowed, asked_at, until, state, given, by, at,
     remark) = row  # fmt: skip
    may = unpack(allowed)
    return Asked(
        kind, title, tuple(Shown(**one) for one in unpack(shown)), tuple(map(_field, unpack(form))),
        tuple(may["by"]), tuple(may["not_by"]), run, step, int(number), digest, asked_at, until, state,
        unpack(given) or {}, by or "", at or "", remark or "",
    )  # fmt: skip


def _field(told: Mapping[str, Any]) -> Input:
    return Input(**{**told, "choices": tuple(told["choices"]), "accept": tuple(told["accept"])})
