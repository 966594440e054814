"""How admitted runs reach whoever carries them out: a thin port, behind which another side may stand one day.

The store is the truth: what is admitted, under which limits, and which attempt counts, is decided there. A delivery
only says which of the admitted attempts a process with free slots is to begin. It may say one twice, or say one that is
over: the attempt is begun by a compare-and-set, and the second one comes to nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from robo.run.admission.turns import reconsider
from robo.run.storage.store import Store


@dataclass(frozen=True)
class Order:
    """An attempt to begin. dry: only a rehearsal."""

    run: str
    attempt: int
    environment: str
    language: str
    dry: bool = False


class Delivery(Protocol):
    """One side of the port, as a service with slots sees it."""

    def next(self, free: int, begun: Collection[str]) -> list[Order]:
        """At most so many attempts that wait to be begun, the more urgent first. Never waits.

        begun: the runs that this process carries out, or is about to.
        """
        ...


class LocalDelivery:
    """The side of one machine: its one service reads what is admitted in the store itself, and nobody else does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def next(self, free: int, begun: Collection[str]) -> list[Order]:
        reconsider(self._store, begun)
        rows = self._store.all(
            "SELECT run.id, run.attempt, run.environment, submission.language, submission.dry FROM run "
            "JOIN submission ON submission.run = run.id WHERE run.state = 'admitted' "
            "ORDER BY submission.priority DESC, submission.number LIMIT :free",
            free=free,
        )
        return [
            Order(run, attempt, environment, language, bool(dry)) for run, attempt, environment, language, dry in rows
        ]
