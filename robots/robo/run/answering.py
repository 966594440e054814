"""A person answers what a run asks, and the run goes on with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from robo.flow.inputs import read_values
from robo.flow.workspace import Workspace
from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.run.admission.turns import go_on
from robo.run.storage.clock import Clock
from robo.run.storage.journal import Journal
from robo.run.storage.ledger import TOP
from robo.run.storage.questions import Asked, Kind, answer, questions_of
from robo.run.storage.store import Store
from robo.run.told.states import moment, state_word

Verdict = Literal["given", "refused"]
_ASKS = ("waits", "running", "queued", "admitted")
"""States of a run in which it may be answered."""


def question_to_answer(store: Store, run: str, kind: Kind, step: str | None, number: int | None) -> Asked:
    """The open question that a person means. Raises Failed in plain words where there is none.

    step, number: those that the person looked at; where none is said, the only question, asked once.
    """
    every = [one for one in questions_of(store, run) if step in (None, one.step)]
    asked = next((one for one in every if one.state == "open"), None)
    if asked is None:
        raise Failed(_not_open(run, every[-1] if every else None))
    if asked.kind != kind:
        other = f"robo {'answer' if asked.kind == 'ask' else 'approve'} {run}"
        raise Failed(_("“{title}” is answered with {command}").format(title=asked.title, command=other))
    if asked.number != (number or 1):
        raise Failed(
            _("“{title}” was asked anew, since what it shows has changed. Look again: robo show {run}").format(
                title=asked.title, run=run
            )
        )
    return asked


def give_answer(
    store: Store,
    workspace: Workspace,
    asked: Asked,
    verdict: Verdict,
    given: Mapping[str, Any],
    by: str,
    clock: Clock,
    remark: str = "",
) -> bool:
    """Write a person's answer down; returns whether the service takes the run up again by itself.

    given: what was entered in the form, as texts or values; nothing of it counts where the approval is refused.
    by: the account that answers. Raises Failed where the answer is not to be taken any more, or not from that account,
    FaultyFlow where something entered is wrong.
    """
    now = clock.now()
    _may_answer(asked, by, now)
    values: dict[str, Any] = {}
    if verdict == "given":
        verdict_of = {"approved": True, "by": by, "at": now} if asked.kind == "approve" else {}
        values = {**verdict_of, **read_values(asked.form, given, workspace)}
    journal = Journal(store, asked.run, clock)
    with store.write():
        state = store.one("SELECT state FROM run WHERE id = :run", run=asked.run)
        if state and state[0] not in _ASKS:
            said = _("run {run} asks nothing now: it is {state}. Go on with it first: robo resume {run}")
            raise Failed(said.format(run=asked.run, state=state_word(state[0])))
        if not answer(store, asked, verdict, values, by, now.isoformat(), remark):
            again = [one for one in questions_of(store, asked.run) if one.step == asked.step]
            raise Failed(_not_open(asked.run, again[-1]))
        journal.note(
            "question.answered", ledger=f"run/{asked.run}", key=TOP, step=asked.step, number=asked.number,
            question=asked.kind, verdict=verdict, title=asked.title, by=by, remark=remark, answer=values,
        )  # fmt: skip
        journal.flush()
        return go_on(store, asked.run)


def _may_answer(asked: Asked, by: str, now: datetime) -> None:
    if asked.is_over(now):
        raise Failed(
            _("“{title}” was to be answered until {moment}: robo resume {run} ends the run").format(
                title=asked.title, moment=moment(asked.until), run=asked.run
            )
        )
    if by in asked.not_by:
        raise Failed(
            _("“{title}” needs a second person: {name} has started this run").format(title=asked.title, name=by)
        )
    if asked.by and by not in asked.by:
        raise Failed(
            _("“{title}” is not for {name} to answer, but for {allowed}").format(
                title=asked.title, name=by, allowed=", ".join(asked.by)
            )
        )


def _not_open(run: str, last: Asked | None) -> str:
    """Why there is nothing to answer."""
    if last is None:
        return _("run {run} asks nothing").format(run=run)
    words = {
        "title": last.title,
        "name": last.answered_by,
        "moment": moment(last.answered_at or last.until),
        "run": run,
    }
    return {
        "given": _("“{title}” was answered by {name} on {moment}"),
        "refused": _("“{title}” was refused by {name} on {moment}"),
        "expired": _("“{title}” was to be answered until {moment}; robo resume {run} asks it again"),
    }.get(last.state, _("“{title}” is asked no more: the run has gone on without it, or has ended")).format(**words)
