"""The way of a run from the queue to its end, each step one statement that only one process can win.

queued -> admitted -> running -> done, failed ... or waits -> queued again. An attempt is numbered when it is admitted;
who comes with an older number has lost its turn. All but `close` are called within a transaction of the store, so that
what they decide and why are on disk together.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from typing import Any

from robo.flow.model import Retry
from robo.kit.errors import Busy
from robo.kit.messages import _
from robo.run.admission.claims import Claim, lay_claim, occupied
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Journal
from robo.run.storage.store import Store

LATER = 5.0
"""Seconds after which a run whose turn came to nothing is tried again."""


def admit(store: Store, now: float | None = None) -> list[tuple[str, int]]:
    """Let every waiting run whose needs are met begin: the more urgent first, then those that have waited longest.

    Returns (run, attempt). A run that must wait keeps nobody behind it waiting that needs other things.
    now: seconds since the epoch.
    """
    now = time.time() if now is None else now
    waiting = store.all(
        "SELECT run.id, run.attempt FROM run JOIN submission ON submission.run = run.id "
        "LEFT JOIN paused ON paused.flow = submission.flow "
        "WHERE run.state = 'queued' AND submission.due <= :now AND paused.flow IS NULL "
        "ORDER BY submission.priority DESC, submission.number",
        now=now,
    )
    if not waiting:
        return []
    taken = {resource: len(runs) for resource, runs in occupied(store).items()}
    begun = []
    for run, attempt in waiting:
        claims = store.all("SELECT resource, most FROM claim WHERE run = :run", run=run)
        if any(taken.get(resource, 0) >= most for resource, most in claims):
            continue
        for resource, _most in claims:
            taken[resource] = taken.get(resource, 0) + 1
        store.all("UPDATE run SET state = 'admitted', attempt = attempt + 1 WHERE id = :run", run=run)
        begun.append((run, attempt + 1))
    return begun


def reconsider(store: Store, begun: Collection[str], now: float | None = None) -> None:
    """Let what is admitted and not begun wait again where something more urgent waits, which may need the same.

    begun: runs that somebody carries out already, or is about to. A transaction of its own, where there is any need.
    """
    now = time.time() if now is None else now
    idle = [
        run
        for (run,) in store.all(
            "SELECT run.id FROM run JOIN submission ON submission.run = run.id WHERE run.state = 'admitted' "
            "AND submission.priority < (SELECT max(priority) FROM submission AS other JOIN run AS waits "
            "ON waits.id = other.run WHERE waits.state = 'queued' AND other.due <= :now)",
            now=now,
        )
        if run not in begun
    ]
    if not idle:
        return
    with store.write():
        for run in idle:
            # Nobody has this attempt, so its number is free again.
            store.all(
                "UPDATE run SET state = 'queued', attempt = attempt - 1 WHERE id = :run AND state = 'admitted'", run=run
            )
        admit(store, now)


def take(store: Store, run: str, attempt: int, holder: str) -> bool:
    """Begin an admitted attempt; False where that turn is over, or another process has it."""
    won = store.all(
        "UPDATE run SET state = 'running', reason = NULL, ended_at = NULL, holder = :holder "
        "WHERE id = :run AND state = 'admitted' AND attempt = :attempt RETURNING id",
        run=run, attempt=attempt, holder=holder,
    )  # fmt: skip
    return bool(won)


def occupy(store: Store, run: str, claims: Iterable[Claim]) -> None:
    """Have what a run of one's own needs, at once. Raises Busy naming who has it."""
    claims = tuple(claims)
    taken = occupied(store)
    for claim in claims:
        others = [other for other in taken.get(claim.resource, []) if other != run]
        if len(others) >= claim.most:
            raise Busy(
                _("{resource} is taken by run {others}").format(resource=claim.resource, others=", ".join(others))
            )
    lay_claim(store, run, claims)


def put_back(store: Store, run: str, attempt: int, now: float | None = None) -> None:
    """Give a turn back that came to nothing; it comes again in a while."""
    given = store.all(
        "UPDATE run SET state = 'queued', holder = NULL WHERE id = :run AND attempt = :attempt "
        "AND state IN ('admitted', 'running') RETURNING id",
        run=run, attempt=attempt,
    )  # fmt: skip
    if given:
        later(store, run, (time.time() if now is None else now) + LATER)


def give_back(store: Store, run: str, attempt: int) -> None:
    """Let a run wait in the queue again that was about to begin, if this is still the attempt that counts."""
    store.all(
        "UPDATE run SET state = 'queued' WHERE id = :run AND attempt = :attempt AND state = 'admitted'",
        run=run, attempt=attempt,
    )  # fmt: skip


def hold_back(store: Store, flow: str) -> None:
    """Let a flow's runs that were about to begin wait in the queue again. flow: ENVIRONMENT/PATH."""
    store.all(
        "UPDATE run SET state = 'queued' WHERE state = 'admitted' "
        "AND id IN (SELECT run FROM submission WHERE flow = :flow)",
        flow=flow,
    )


def later(store: Store, run: str, due: float) -> None:
    """Let a run begin no sooner than that. due: seconds since the epoch."""
    store.all("UPDATE submission SET due = :due WHERE run = :run", run=run, due=due)


def ended(store: Store, run: str, attempt: int, state: str, reason: str, at: str) -> bool:
    """Write down how an attempt ended; False, and nothing is written, where the run has gone on without it."""
    won: list[tuple[Any, ...]] = store.all(
        "UPDATE run SET state = :state, reason = :reason, ended_at = :at "
        "WHERE id = :run AND attempt = :attempt AND state = 'running' RETURNING id",
        run=run, attempt=attempt, state=state, reason=reason, at=at,
    )  # fmt: skip
    return bool(won)


def close(store: Store, run: str, attempt: int, state: str, reason: str, begun: bool = True) -> bool:
    """End an attempt that nobody carries out; whether it was still the one that counts. A transaction of its own.

    begun: also where its turn has come already, since whoever had it is known to be dead.
    """
    now = SystemClock()
    with store.write():
        won = store.all(
            "UPDATE run SET state = :state, reason = :reason, ended_at = :at, holder = NULL "
            "WHERE id = :run AND attempt = :attempt "
            "AND (state IN ('queued', 'admitted') OR :begun AND state = 'running') RETURNING id",
            run=run, attempt=attempt, state=state, reason=reason, at=now.now().isoformat(), begun=begun,
        )  # fmt: skip
        if won:
            journal = Journal(store, run, now)
            journal.note("run.ended", state=state, reason=reason)
            journal.flush()
            admit(store)
    return bool(won)


def try_again(store: Store, run: str, retry: Retry, now: float | None = None) -> bool:
    """Put a run that the service did and that has failed back into the queue, as often as its flow says."""
    row = store.one("SELECT retries FROM submission WHERE run = :run", run=run)
    if row is None or row[0] >= retry.times:
        return False
    wait = retry.wait * retry.grow ** row[0]
    store.all("UPDATE run SET state = 'queued', holder = NULL WHERE id = :run", run=run)
    store.all("UPDATE submission SET retries = retries + 1 WHERE run = :run", run=run)
    later(store, run, (time.time() if now is None else now) + wait)
    return True


def go_on(store: Store, run: str, now: float | None = None) -> bool:
    """Put a run back into the queue that waited for a person, or was stopped; whether it was asked of the service.

    A run of one's own is resumed by hand. A deadline that has passed meanwhile is now that of the next day.
    """
    now = time.time() if now is None else now
    if store.one("SELECT 1 FROM submission WHERE run = :run", run=run) is None:
        return False
    store.all(
        "UPDATE run SET state = 'queued', holder = NULL WHERE id = :run "
        "AND state IN ('waits', 'stopped', 'failed', 'done')",
        run=run,
    )
    store.all(
        "UPDATE submission SET due = 0, cancelled_by = NULL, until = "
        "CASE WHEN until < :now THEN until + :day * (1 + CAST((:now - until) / :day AS INTEGER)) ELSE until END "
        "WHERE run = :run",
        run=run, now=now, day=86400,
    )  # fmt: skip
    admit(store, now)
    return True
