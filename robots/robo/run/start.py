"""Starting a run, going on with one, and putting items back to work: what the command and the service call."""

from __future__ import annotations

import getpass
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robo.flow.model import Flow, loops, walk
from robo.flow.workspace import Workspace
from robo.kit.errors import Busy, Failed, FaultyFlow
from robo.kit.messages import _
from robo.kit.secrets import Secret
from robo.kit.shelf import OWN, Shelf
from robo.kit.text import slug
from robo.run.loops.corrected import loop_of
from robo.run.steps.course import ledger_name
from robo.run.storage.clock import SystemClock
from robo.run.storage.deaths import SeenDeaths, open_senders
from robo.run.storage.journal import Journal
from robo.run.storage.store import Store
from robo.run.supervisor import Say, Supervisor, mark_of, scratch_of
from robo.run.system.locks import Lock
from robo.run.system.processes import Child, Identity, end_marked, is_dead
from robo.run.told.folder import RunFolder
from robo.run.told.occasions import due
from robo.run.told.outcome import Outcome, outcome


@dataclass(frozen=True)
class Options:
    """How to run.

    language: of messages. headed: whether a person wants to watch the browser.
    lane: one that was started while the flow was read, by `standby`; else one is started when it is needed.
    corrected: rows that an earlier run set aside and a person has corrected: only these are gone through.
    """

    language: str = "fr"
    headed: bool = False
    lane: Child | None = None
    corrected: Path | None = None


def begin(
    workspace: Workspace,
    shelf: Shelf,
    store: Store,
    flow: Flow,
    inputs: Mapping[str, Any],
    say: Say,
    options: Options | None = None,
) -> Outcome:
    """Run a checked flow now. Raises Busy where another run holds one of its ledgers."""
    options = options or Options()
    if options.corrected:
        loop_of(flow, options.corrected)
    refuse_secrets(inputs)
    clock = SystemClock()
    run = _new_name(store, flow, clock)
    ledgers = _ledgers(workspace, flow, run)
    with held(workspace, (f"run/{run}", *ledgers), run) as locks:
        folder = RunFolder.make(
            workspace.runs / run, flow.text, dict(inputs), flow.called, flow.templates, options.corrected
        )
        with store.write():
            store.all(
                "INSERT INTO run VALUES (:id, :flow, :env, 'running', NULL, 1, :inputs, :now, NULL, :folder, :holder)",
                id=run, flow=str(flow.file), env=workspace.environment, inputs="{}", now=clock.now().isoformat(),
                folder=str(folder.path), holder=Identity.mine().text(),
            )  # fmt: skip
            journal = Journal(store, run, clock)
            journal.note("run.began", flow=flow.name, environment=workspace.environment, by=who())
            journal.flush()
        return _supervised(workspace, shelf, store, flow, run, 1, ledgers, locks, say, options)


def resume(
    workspace: Workspace, shelf: Shelf, store: Store, flow: Flow, run: str, say: Say, options: Options | None = None
) -> Outcome:
    """Go on with a run, as a further start of it, with the flow and the inputs that it began with."""
    row = store.one("SELECT attempt FROM run WHERE id = :run", run=run)
    if row is None:
        raise Failed(_("there is no run {run}").format(run=run))
    attempt = int(row[0]) + 1
    ledgers = _ledgers(workspace, flow, run)
    with held(workspace, (f"run/{run}", *ledgers), run) as locks:
        journal = Journal(store, run, SystemClock())
        with store.write():
            store.all(
                "UPDATE run SET state = 'running', reason = NULL, attempt = :attempt, ended_at = NULL, "
                "holder = :holder WHERE id = :run",
                run=run, attempt=attempt, holder=Identity.mine().text(),
            )  # fmt: skip
            journal.note("run.resumed", flow=flow.name, attempt=attempt, by=who())
            journal.flush()
        return _supervised(workspace, shelf, store, flow, run, attempt, ledgers, locks, say, options or Options())


def _supervised(
    workspace: Workspace,
    shelf: Shelf,
    store: Store,
    flow: Flow,
    run: str,
    attempt: int,
    ledgers: tuple[str, ...],
    locks: list[int],
    say: Say,
    options: Options,
) -> Outcome:
    bury(store, (f"run/{run}", *ledgers))
    folder = workspace.runs / run
    order = order_for(workspace, shelf, store, flow, run, attempt, folder, options)
    say({"run": run, "folder": str(folder), "began": True})
    state, reason = Supervisor(store, order, locks, say, options.lane).run()
    clock = SystemClock()
    journal = Journal(store, run, clock)
    with store.write():
        store.all(
            "UPDATE run SET state = :state, reason = :reason, ended_at = :now WHERE id = :run",
            run=run, state=state, reason=reason, now=clock.now().isoformat(),
        )  # fmt: skip
        journal.note("run.ended", state=state, reason=reason)
        journal.flush()
    RunFolder(folder).follow(store, run)
    if flow.notify and due(flow, outcome(store, run)):
        Supervisor(store, {**order, "ahead": [], "notify": True}, locks, say).run(once=True)
        RunFolder(folder).follow(store, run)
    return outcome(store, run)


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


def refuse_secrets(inputs: Mapping[str, Any]) -> None:
    """Inputs are kept with the run. Raises FaultyFlow where one of them is a secret."""
    hidden = [name for name, value in inputs.items() if isinstance(value, Secret)]
    if hidden:
        raise FaultyFlow(
            _("{name} is secret and would have to be kept with the run: name it under `secrets` instead").format(
                name=hidden[0]
            )
        )


def bury(store: Store, ledgers: tuple[str, ...]) -> None:
    """See the senders of all open intents of these ledgers dead, browsers included. Hold their locks before."""
    found = open_senders(store, ledgers)
    if not found:
        return
    deaths = SeenDeaths(store, SystemClock(), Identity.mine().boot)
    senders = [Identity.parse(sender) for _run, sender in found]
    for run in {run for run, _sender in found}:
        known = store.one("SELECT folder FROM run WHERE id = :run", run=run)
        if known is None or not end_marked(mark_of(known[0]), senders):
            return
        shutil.rmtree(scratch_of(known[0]), ignore_errors=True)
    for _run, sender in found:
        # One on another machine cannot be seen from here: its items wait for a person.
        if is_dead(Identity.parse(sender)):
            deaths.saw(sender)


@contextmanager
def held(workspace: Workspace, names: tuple[str, ...], run: str) -> Iterator[list[int]]:
    """Hold the locks of these ledgers; yields their descriptors. Raises Busy naming who holds one."""
    with ExitStack() as stack:
        descriptors = []
        for name in names:
            lock = Lock(lock_file(workspace, name))
            if not lock.try_take(f"{run} ({who()}, {SystemClock().now():%d/%m/%Y %H:%M})"):
                raise Busy(_("{name} is being worked on by run {holder}").format(name=name, holder=lock.holder()))
            stack.callback(lock.release)
            descriptors.append(lock.fileno())
        yield descriptors


def lock_file(workspace: Workspace, name: str) -> Path:
    """The file of a ledger's lock."""
    digest = hashlib.blake2b(name.encode(), digest_size=6).hexdigest()
    return workspace.state / "locks" / f"{slug(name)[:60]}-{digest}.lock"


def ahead(flow: Flow, shelf: Shelf) -> list[str]:
    """The resources that the flow will borrow, as "module:class", to be opened while everything else loads."""
    called = [shelf.actions[step.action] for step in walk(flow.all_steps) if step.action in shelf.actions]
    lent = {kind for action in called for kind in action.lent.values()}
    # Those of a workspace's own robots are opened when they are borrowed: nobody can import them by name.
    return sorted(f"{kind.__module__}:{kind.__qualname__}" for kind in lent if not kind.__module__.startswith(OWN))


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


def _ledgers(workspace: Workspace, flow: Flow, run: str) -> tuple[str, ...]:
    return tuple(sorted({ledger_name(workspace.environment, loop, run) for loop in loops(flow)}))


def _new_name(store: Store, flow: Flow, clock: SystemClock) -> str:
    base = f"{clock.now():%Y-%m-%d-%H%M%S}-{slug(flow.path)[:40]}"
    name, number = base, 1
    while store.one("SELECT 1 FROM run WHERE id = :id", id=name):
        number += 1
        name = f"{base}-{number}"
    return name


def who() -> str:
    """The account of this machine that runs Robo."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else "?"
