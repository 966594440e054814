"""What the lanes of a run are told: which run it is, how it is done, what can be got ready before its flow is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robo.flow.model import Flow, loops, walk
from robo.flow.workspace import Workspace
from robo.kit.shelf import OWN, Shelf
from robo.run.steps.lent import borrowed
from robo.run.storage.store import Store
from robo.run.system.processes import Child


@dataclass(frozen=True)
class Options:
    """How to run.

    language: of messages. headed: whether a person wants to watch the browser.
    lane: one that was started while the flow was read, by `standby`; else one is started when it is needed.
    corrected: rows that an earlier run set aside and a person has corrected: only these are gone through.
    cancelled: why, once somebody has cancelled the run. pausing: whether it is to go on another time.
    exceeding: why, once it takes more than it may have.
    """

    language: str = "fr"
    headed: bool = False
    lane: Child | None = None
    corrected: Path | None = None
    cancelled: Callable[[], str] = lambda: ""
    pausing: Callable[[], bool] = lambda: False
    exceeding: Callable[[], str] = lambda: ""


def order_for(
    workspace: Workspace,
    shelf: Shelf,
    store: Store,
    flow: Flow,
    run: str,
    attempt: int,
    folder: Path,
    options: Options,
) -> dict[str, Any]:
    """What every lane of a start is told. store: the workspace's own, or the copy of a dry run."""
    settings = flow.settings
    return {
        "run": run,
        "attempt": attempt,
        "root": str(workspace.root),
        "environment": workspace.environment,
        "database": str(store.path),
        "flow": str(flow.file),
        "folder": str(folder),
        "language": options.language,
        "headed": options.headed,
        "site": settings.site,
        "allow_hosts": hosts(flow),
        "locale": settings.locale,
        "step_timeout": settings.step_timeout,
        "ahead": ahead(flow, shelf),
        "lost": lost(store, workspace, flow),
        "dry": False,
    }


def ahead(flow: Flow, shelf: Shelf) -> list[str]:
    """The resources that the flow will borrow, as "module:class", to be opened while everything else loads."""
    # Those of a workspace's own robots are opened when they are borrowed: nobody can import them by name.
    lent = [kind for kind in borrowed(flow, shelf) if not kind.__module__.startswith(OWN)]
    return sorted(f"{kind.__module__}:{kind.__qualname__}" for kind in lent)


def hosts(flow: Flow) -> list[str]:
    """The further hosts that the flow and those that it runs allow."""
    settings = (flow.settings, *(step.call.flow.settings for step in walk(flow.all_steps) if step.call))
    return sorted({host for one in settings for host in one.allow_hosts})


def lost(store: Store, workspace: Workspace, flow: Flow) -> list[str]:
    """Ledgers of this environment whose flow is gone, or which this flow no longer has."""
    mine = {(loop.flow, loop.name) for loop in loops(flow)}
    found = []
    for name, path, loop in store.all("SELECT name, flow, loop FROM ledger ORDER BY name"):
        if not name.startswith(f"{workspace.environment}/") or "@" in name:
            continue
        if path == flow.path or path in flow.called:
            gone = (path, loop) not in mine
        else:
            gone = not any((workspace.flows / f"{path}{suffix}").exists() for suffix in (".yaml", ".yml"))
        if gone:
            found.append(name)
    return found
