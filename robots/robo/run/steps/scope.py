"""What the formulas of a flow can see: inputs, the row, names saved by earlier steps, the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from robo.flow.formula import Unsaved
from robo.flow.model import Step, walk
from robo.kit.action import Action
from robo.kit.shelf import Shelf
from robo.kit.text import slug
from robo.run.storage.values import digest


class Row(Mapping[str, Any]):
    """An entry as formulas see it, by header or by slug; remembers the columns that were used."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values_by_header = values
        self.used: set[str] = set()
        self._headers: dict[str, str] = {}
        for header in values:
            short = slug(header)
            # Two headers with one slug are told apart by their full names only.
            self._headers[short] = "" if short in self._headers else header
        self._headers |= {header: header for header in values}

    def __getitem__(self, name: str) -> Any:
        header = self._headers.get(name, "")
        if header not in self.values_by_header:
            raise KeyError(name)
        self.used.add(header)
        return self.values_by_header[header]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_header)

    def __len__(self) -> int:
        return len(self.values_by_header)

    def digests(self) -> dict[str, str]:
        """Fingerprints of the columns used so far."""
        return {header: digest(self.values_by_header[header]) for header in sorted(self.used)}


def differing(known: Mapping[str, str], row: Mapping[str, Any]) -> list[str]:
    """The columns whose value is no longer the one of these fingerprints."""
    return [header for header, old in known.items() if header not in row or digest(row[header]) != old]


def saved_names(step: Step, shelf: Shelf) -> tuple[str, ...]:
    """The names that a step makes for those after it."""
    names = [step.save] if step.save else []
    if step.action == "set":
        names += [str(name) for name in step.arguments]
    elif step.action in shelf.actions:
        binds = shelf.actions[step.action].manners.binds
        bound = step.arguments.get(binds) if binds else None
        names += [str(name) for name in bound] if isinstance(bound, Mapping) else []
    return tuple(names)


def unsaved(steps: tuple[Step, ...], shelf: Shelf) -> dict[str, Any]:
    """Every name that one of the steps may save, as not saved yet."""
    return {name: Unsaved(name) for step in walk(steps, calls=False) for name in saved_names(step, shelf)}


def bound(step: Step, action: Action, values: Mapping[str, Any], gives: Any) -> dict[str, Any]:
    """The names that a step saves, with their values."""
    names: dict[str, Any] = {}
    asked = values.get(action.manners.binds) if action.manners.binds else None
    if isinstance(asked, Mapping):
        given = gives if isinstance(gives, Mapping) else {}
        names |= {str(name): given.get(name) for name in asked}
    if step.save:
        names[step.save] = gives
    return names


class Mishap(Mapping[str, Any]):
    """`error` in formulas: what went wrong, where, and a picture, which is taken when a formula asks for it."""

    def __init__(self, message: str, step: str, picture: Callable[[], str]) -> None:
        self._told = {"message": message, "step": step}
        self._picture = picture

    def __getitem__(self, name: str) -> Any:
        if name == "screenshot" and name not in self._told:
            self._told[name] = self._picture()
        return self._told[name]

    def __iter__(self) -> Iterator[str]:
        return iter(("message", "step", "screenshot"))

    def __len__(self) -> int:
        return 3


class Page(Mapping[str, Any]):
    """`page` in formulas: asked only when a formula asks."""

    def __init__(self, address: Callable[[], str]) -> None:
        self._address = address

    def __getitem__(self, name: str) -> Any:
        if name != "address":
            raise KeyError(name)
        return self._address()

    def __iter__(self) -> Iterator[str]:
        return iter(("address",))

    def __len__(self) -> int:
        return 1


def times(now: datetime) -> dict[str, Callable[[], Any]]:
    """`now()` and `today()`, standing still."""
    return {"now": lambda: now, "today": lambda: now.date()}
