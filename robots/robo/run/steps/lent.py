"""The resources of a lane: opened when first borrowed, the same one for every action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any

from robo.flow.model import Flow, walk
from robo.kit.lane import Lane
from robo.kit.resource import Crossing, Resource
from robo.kit.shelf import Shelf


def borrowed(flow: Flow, shelf: Shelf) -> set[type]:
    """The classes of resources that the flow's steps borrow, those of its end and of the flows that it runs too."""
    called = [shelf.actions[step.action] for step in walk(flow.all_steps) if step.action in shelf.actions]
    return {kind for action in called for kind in action.lent.values()}


class Lent:
    """All that is lent in a lane."""

    def __init__(self, lane: Lane, gate: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        """gate: what surrounds the opening and closing of each."""
        self._lane, self._gate = lane, gate
        self._open: dict[type, Resource] = {}

    def adopt(self, kind: type, opened: Resource) -> None:
        """Lend what was opened ahead."""
        self._open[kind] = opened

    def borrow(self, kind: Any) -> Resource:
        """The lane's resource of that class."""
        if kind not in self._open:
            with self._gate():
                self._open[kind] = kind.open(self._lane)
        return self._open[kind]

    def renew(self) -> None:
        """A fresh start for whatever shows something."""
        for one in self._open.values():
            if one.fleeting:
                with self._gate():
                    one.renew()

    def shows(self, text: str) -> bool:
        """Whether any of them shows the text."""
        return any(one.shows(text) for one in self._open.values() if one.fleeting)

    @property
    def address(self) -> str:
        """The address of the page that is shown, empty if there is none."""
        return next((str(getattr(one, "address", "")) for one in self._open.values() if one.fleeting), "")

    def evidence(self, folder: Path, name: str) -> Mapping[str, str]:
        """Keep what can be seen now."""
        kept: dict[str, str] = {}
        for one in self._open.values():
            if one.fleeting:
                # Evidence of a failure must never become a failure of its own.
                with suppress(Exception):
                    kept |= one.evidence(folder, name)
        return kept

    def crossings(self) -> list[Crossing]:
        """What could have written and wanted to leave in a dry run, since it was last asked."""
        return [crossing for one in self._open.values() for crossing in one.crossings()]

    def close(self) -> None:
        """End them all."""
        for one in self._open.values():
            with suppress(Exception), self._gate():
                one.close()
        self._open.clear()
