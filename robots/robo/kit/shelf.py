"""The shelf: every action, source and resource that flows may use, by name."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from types import ModuleType

from robo.kit.action import Action, is_action
from robo.kit.source import SourceType, is_source


@dataclass(frozen=True)
class Shelf:
    """Actions by the name of their step, sources by their kind ("row")."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    sources: Mapping[str, SourceType] = field(default_factory=dict)

    @classmethod
    def of(cls, modules: Iterable[ModuleType], prefixed: Mapping[str, ModuleType] | None = None) -> Shelf:
        """What these modules export; those under a prefix are called `prefix.action`."""
        actions: dict[str, Action] = {}
        sources: dict[str, SourceType] = {}
        named = [("", module) for module in modules] + [(f"{n}.", m) for n, m in (prefixed or {}).items()]
        for prefix, module in named:
            for name, thing in vars(module).items():
                if is_action(thing) and not name.startswith("_"):
                    step = prefix + name.rstrip("_")
                    actions[step] = Action(step, thing)
                elif is_source(thing):
                    sources[prefix + thing.kind] = SourceType.of(thing)
        return cls(actions, sources)


OURS = ("browser", "workbook", "files", "mail", "documents", "web", "people")
"""Robots whose actions have bare names; everybody else's carry their robot's name."""


@functools.cache
def installed() -> Shelf:
    """The robots of every installed package, found by the entry point group `robo.robots`."""
    ours: list[ModuleType] = []
    others: dict[str, ModuleType] = {}
    for point in sorted(entry_points(group="robo.robots"), key=lambda point: point.name):
        if point.name in OURS and point.value.startswith("robo."):
            ours.append(point.load())
        else:
            others[point.name] = point.load()
    return Shelf.of(ours, others)
