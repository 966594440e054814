"""Time as a run knows it: the wall clock for people, the monotonic clock for what must have passed."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """What the engine asks of time; a test may give its own."""

    def now(self) -> datetime:
        """Local date and time, to the second, without zone: what people call now."""
        ...

    def monotonic(self) -> float:
        """Seconds since the machine's start; never set back, whatever happens to the wall clock."""
        ...

    def wait(self, seconds: float) -> None:
        """Return after that many seconds."""
        ...


class SystemClock:
    """The machine's own."""

    def now(self) -> datetime:
        return datetime.now().replace(microsecond=0)  # noqa: DTZ005  # what the person at this machine calls now

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))
