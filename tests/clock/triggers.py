"""Triggers as flows write them, and times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from robo.flow.load import load_text
from robo.flow.trigger import Trigger
from robo.flow.workspace import Workspace
from robo.kit.shelf import Shelf

PARIS = ZoneInfo("Europe/Paris")


@cache
def trigger(entry: str, holidays: str = "metropole") -> Trigger:
    """The one of `schedule: [{entry}]`."""
    here = Workspace(Path.cwd(), holidays=holidays, folders={"arrivee": Path.cwd()})
    text = f"robo: 1\nschedule: [{{{entry}}}]\nsteps: [log: x]\n"
    (made,) = load_text(text, here.flows / "a.yaml", here, Shelf.of([])).schedule
    return made


def paris(wall: str, fold: int = 0) -> datetime:
    """What the clocks of Paris show, "2026-03-29 02:30"; fold 1: the second time of two."""
    return datetime.fromisoformat(wall).replace(tzinfo=PARIS, fold=fold).astimezone(UTC)


def utc(text: str) -> datetime:
    """An instant, "2026-03-29 01:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
