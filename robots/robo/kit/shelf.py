"""The shelf: every action, source and resource that flows may use, by name."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from types import ModuleType

from robo.kit.action import Action, is_action
from robo.kit.data import dataclass
from robo.kit.errors import FaultyFlow
from robo.kit.hints import UnknownHint
from robo.kit.installed import load, offered
from robo.kit.messages import _
from robo.kit.resource import heavy, is_resource
from robo.kit.schema import shapes
from robo.kit.source import SourceType, is_source


@dataclass(frozen=True)
class Shelf:
    """Actions by the name of their step, sources by their kind ("row"), modules worth importing ahead."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    sources: Mapping[str, SourceType] = field(default_factory=dict)
    heavy: tuple[str, ...] = ()

    @classmethod
    def of(cls, modules: Iterable[ModuleType], prefixed: Mapping[str, ModuleType] | None = None) -> Shelf:
        """What these modules export; those under a prefix are called `prefix.action`."""
        actions: dict[str, Action] = {}
        sources: dict[str, SourceType] = {}
        ahead: list[str] = []
        named = [("", module) for module in modules] + [(f"{n}.", m) for n, m in (prefixed or {}).items()]
        for prefix, module in named:
            for name, thing in vars(module).items():
                if is_action(thing) and not name.startswith("_"):
                    step = prefix + name.rstrip("_")
                    actions[step] = Action(step, thing)
                elif is_source(thing):
                    sources[prefix + thing.kind] = SourceType.of(thing)
                elif is_resource(thing) and heavy(thing):
                    ahead.append(heavy(thing))
        return cls(actions, sources, tuple(ahead))


OURS = ("browser", "workbook", "files", "mail", "documents", "web", "people")
"""Robots whose actions have bare names; everybody else's carry their robot's name."""


OWN = "robo_own_"
"""How the module names of a workspace's own robots begin: they are loaded by their path and cannot be imported."""


@functools.cache
def installed() -> Shelf:
    """The robots of every installed package, found by the entry point group `robo.robots`."""
    ours: list[ModuleType] = []
    others: dict[str, ModuleType] = {}
    for name, value in sorted(offered("robo.robots")):
        if name in OURS and value.startswith("robo."):
            ours.append(load(value))
        else:
            others[name] = load(value)
    return Shelf.of(ours, others)


@functools.cache
def shelf_of(root: Path) -> Shelf:
    """The installed robots and the workspace's own, `robots/NAME.py`, whose actions are called `NAME.action`.

    Raises FaultyFlow naming the file and the line where one of them cannot be loaded.
    """
    files = sorted(file for file in (root / "robots").glob("*.py") if file.stem.isidentifier() and file.stem[0] != "_")
    own = Shelf.of((), {file.stem: _loaded(file) for file in files})
    for called in own.actions.values():
        _writable(called, root / "robots" / f"{called.name.partition('.')[0]}.py")
    base = installed()
    return Shelf({**base.actions, **own.actions}, {**base.sources, **own.sources}, base.heavy) if files else base


def _loaded(file: Path) -> ModuleType:
    import importlib.util

    name = OWN + file.stem
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs: type hints are looked up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        import traceback

        del sys.modules[name]
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
        raise _unloadable(file, line or 1, f"{type(error).__name__}: {error}") from error
    return module


def _writable(called: Action, file: Path) -> None:
    """See that a flow can write every parameter of the action; else raises FaultyFlow at its line."""
    line = inspect.unwrap(called.function).__code__.co_firstlineno
    try:
        shapes(called)
    except UnknownHint as error:
        raise _unloadable(file, line, str(error)) from None
    except Exception as error:
        raise _unloadable(file, line, f"{type(error).__name__}: {error}") from error


def _unloadable(file: Path, line: int, reason: str) -> FaultyFlow:
    return FaultyFlow(
        _("{file}:{line}: this robot cannot be loaded: {reason}").format(file=file, line=line, reason=reason)
    )
