"""How a lane, a run's steps or its end came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from robo.kit.errors import FaultyFlow, LaneLost, RoboError
from robo.run.steps.course import Broken

Ended = Literal["done", "failed", "stopped", "waits", "asks", "lane", "faulty", "broken"]
"""asks: a person has not answered yet. lane: another lane is to go on. faulty: the flow is wrong. broken: a fault of
Robo or of a robot."""


@dataclass(frozen=True)
class Ending:
    """How it ended."""

    state: Ended
    reason: str = ""


def ended_by(error: RoboError) -> Ending:
    """The ending that an error makes."""
    states: tuple[tuple[type[RoboError], Ended], ...] = (
        (FaultyFlow, "faulty"), (Broken, "broken"), (LaneLost, "lane"),
    )  # fmt: skip
    return Ending(next((state for kind, state in states if isinstance(error, kind)), "failed"), str(error))
