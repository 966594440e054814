"""What Robo asks of the processes of a system."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection
from typing import Protocol

from robo.platforms.processes.process import Process


class Notice(Protocol):
    """What a poll finds readable once a certain process has ended."""

    def fileno(self) -> int:
        """Its descriptor."""
        ...

    def close(self) -> None:
        """Wait no longer."""
        ...


class Processes(Protocol):
    """Where nothing can be seen, every answer is the careful one: no death is proven."""

    sees_deaths: bool
    """Whether it can tell that a process has surely ended."""
    was_tried: bool
    """Whether Robo was ever run on this system; else its code is checked for types alone."""
    can_guard: bool
    """Whether a browser can be started that does not outlive, by an instant, the process that guards its pages."""
    stop_signals: tuple[signal.Signals, ...]
    """The signals that ask a process to stop by itself."""

    def machine(self) -> str:
        """What tells this machine from all others, the same for all of its processes and starts."""
        ...

    def boot(self) -> str:
        """What tells this start of the machine from earlier ones, without blanks; "" where that cannot be told."""
        ...

    def process(self, pid: int) -> Process | None:
        """The process with that number, None where there is none or it cannot be seen."""
        ...

    def is_absent(self, pid: int) -> bool:
        """Whether surely no process has that number."""
        ...

    def adopt_orphans(self) -> None:
        """From now on all that is started below this process stays known as being below it, whoever dies."""
        ...

    def below(self, root: int, spare: Collection[int] = ()) -> list[Process]:
        """All descendants of that process, without those in `spare` and what is under them."""
        ...

    def kill(self, process: Process) -> None:
        """End that very process at once, never one that was given its number meanwhile."""
        ...

    def reap(self, pid: int) -> None:
        """Let a zombie of ours go."""
        ...

    def end_marked(self, mark: str, known: Collection[tuple[int, int]], timeout: float) -> bool:
        """End every process of a dead run; True when none of them is left.

        mark: what ROBO_RUN says in their environment. known: (number, start) of lanes of that run, ended as well with
        all that is below them.
        """
        ...

    def death_notice(self, pid: int) -> Notice | None:
        """Tells the end of that process; None where the system does not."""
        ...

    def ask_to_stop(self, pid: int, started: int) -> None:
        """Ask that process to stop by itself. OSError where there is none, or where it is not ours to ask."""
        ...

    def heed_stop(self, act: Callable[[], None]) -> None:
        """Have it called, in a thread, when this process is asked to stop and no signal of the system says so."""
        ...

    def memory(self, pid: int) -> int:
        """Bytes that a process takes, its part of what it shares included; 0 where the system does not tell."""
        ...

    def is_administrator(self) -> bool:
        """Whether this process may do anything."""
        ...

    def account(self) -> str:
        """The account that this process runs for, as the system knows it; "?" where it does not say."""
        ...

    def person(self) -> str:
        """The account that has logged in and brought this process about, whatever it has become since, by sudo say.

        Where the system keeps no such thing, and for what nobody's login has started, it is that of the process.
        """
        ...
