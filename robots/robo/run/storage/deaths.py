"""When a process that may have sent something was seen dead: only after that does "it is not there" prove anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from robo.run.storage.clock import Clock
from robo.run.storage.store import Store

RESTORED = "restored"
"""Signs for whoever sent something between a backup and its restore: all of them had ended when it was restored."""
ELSEWHERE = f"{RESTORED} elsewhere"
"""Signs for a process of the machine that the backup came from, which nobody sees from here: it had ended as well."""


class Deaths(Protocol):
    """What settling asks about the sender of an intent."""

    def since(self, sender: str) -> float | None:
        """Seconds since the sender and all below it were seen dead on this machine; None if they were not."""
        ...


class SeenDeaths:
    """Deaths as supervisors have written them down. `boot` tells one start of the machine from another."""

    def __init__(self, store: Store, clock: Clock, boot: str) -> None:
        self._store, self._clock, self._boot = store, clock, boot

    def saw(self, sender: str) -> None:
        """The sender's whole tree was seen dead now, unless it was before."""
        with self._store.write():
            # A death seen before the machine was started anew counts from now: the monotonic clock began again.
            self._store.all(
                "DELETE FROM death WHERE sender = :sender AND boot <> :boot", sender=sender, boot=self._boot
            )
            self._store.all(
                "INSERT OR IGNORE INTO death VALUES (:sender, :boot, :seen)",
                sender=sender,
                boot=self._boot,
                seen=self._clock.monotonic(),
            )

    def since(self, sender: str) -> float | None:
        sender = RESTORED if sender == ELSEWHERE else sender
        row = self._store.one(
            "SELECT seen FROM death WHERE sender = :sender AND boot = :boot", sender=sender, boot=self._boot
        )
        if row is None and sender == RESTORED:
            self.saw(sender)  # the machine was started anew since the restore: from now on it can be measured again
            return 0.0
        return None if row is None else max(0.0, self._clock.monotonic() - float(row[0]))


def open_senders(store: Store, ledgers: tuple[str, ...]) -> list[tuple[str, str]]:
    """(run, sender) of every intent and doubt of these ledgers whose sender is to be seen dead."""
    found = store.all("SELECT DISTINCT ledger, run, sender FROM change WHERE state IN ('intent', 'doubt')")
    return [(run, sender) for ledger, run, sender in found if ledger in ledgers and not sender.startswith(RESTORED)]


Boundary = Callable[[str], None]
"""Called at each instant at which a stop makes a difference; a test may stop there."""
