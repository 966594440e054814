"""Starting a run, going on with one, and putting items back to work: what the command and the service call."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robo.flow.model import Flow, loops, walk
from robo.flow.workspace import Workspace
from robo.kit.errors import Busy, Failed
from robo.kit.messages import _
from robo.kit.shelf import OWN, Shelf
from robo.platforms.processes import processes
from robo.run.admission.bounds import limits_of
from robo.run.admission.claims import claims_of, ledgers_of
from robo.run.admission.holding import lock_file, own_name
from robo.run.admission.reaping import end_the_dead
from robo.run.admission.turns import admit, ended, occupy, take, try_again
from robo.run.loops.corrected import loop_of
from robo.run.steps.lent import borrowed
from robo.run.storage.clock import SystemClock
from robo.run.storage.deaths import SeenDeaths, open_senders
from robo.run.storage.journal import Journal
from robo.run.storage.questions import close_questions, is_denied, is_open
from robo.run.storage.store import Store
from robo.run.supervisor import Bounds, Say, Supervisor, mark_of, scratch_of
from robo.run.system.closed import refuse_closed
from robo.run.system.locks import Lock
from robo.run.system.processes import Child, Identity, end_marked, is_dead
from robo.run.told.folder import RunFolder, new_place, refuse_secrets
from robo.run.told.occasions import due
from robo.run.told.outcome import Outcome, outcome
from robo.run.told.stored import has_run


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
    place = new_place(workspace.runs, flow.path, clock.now(), lambda name: has_run(store, name))
    run = place.name
    try:
        with held(workspace, _own_ledgers(workspace, flow, run), run) as locks:
            RunFolder.make(place, flow.text, dict(inputs), flow.called, flow.templates, options.corrected)
            end_the_dead(store, workspace)
            with store.write():
                occupy(store, run, claims_of(workspace, flow, run))
                store.all(
                    "INSERT INTO run VALUES "
                    "(:id, :flow, :env, 'running', NULL, 1, '{}', :now, NULL, :folder, :holder)",
                    id=run, flow=str(flow.file), env=workspace.environment, now=clock.now().isoformat(),
                    folder=str(place), holder=Identity.mine().text(),
                )  # fmt: skip
                _note_start(store, run, flow, 1, workspace.environment)
            return _supervised(workspace, shelf, store, flow, run, 1, locks, say, options)
    finally:
        if not has_run(store, run):
            shutil.rmtree(place, ignore_errors=True)


def resume(
    workspace: Workspace, shelf: Shelf, store: Store, flow: Flow, run: str, say: Say, options: Options | None = None
) -> Outcome:
    """Go on with a run by hand, as a further start of it, with the flow and the inputs that it began with."""
    row = store.one("SELECT attempt FROM run WHERE id = :run", run=run)
    if row is None:
        raise Failed(_("there is no run {run}").format(run=run))
    attempt = int(row[0]) + 1
    with held(workspace, _own_ledgers(workspace, flow, run), run) as locks:
        end_the_dead(store, workspace)
        with store.write():
            occupy(store, run, claims_of(workspace, flow, run))
            store.all(
                "UPDATE run SET state = 'running', reason = NULL, attempt = :attempt, ended_at = NULL, "
                "holder = :holder WHERE id = :run",
                run=run, attempt=attempt, holder=Identity.mine().text(),
            )  # fmt: skip
            _note_start(store, run, flow, attempt, workspace.environment)
        return _supervised(workspace, shelf, store, flow, run, attempt, locks, say, options or Options())


def carry_out(
    workspace: Workspace,
    shelf: Shelf,
    store: Store,
    flow: Flow,
    run: str,
    attempt: int,
    say: Say,
    options: Options | None = None,
) -> Outcome | None:
    """Carry out an attempt that was admitted; None where that turn is over. Raises Busy where a ledger is held."""
    with held(workspace, _own_ledgers(workspace, flow, run), run) as locks:
        with store.write():
            if not take(store, run, attempt, Identity.mine().text()):
                return None
            _note_start(store, run, flow, attempt, workspace.environment)
        return _supervised(workspace, shelf, store, flow, run, attempt, locks, say, options or Options())


def _note_start(store: Store, run: str, flow: Flow, attempt: int, environment: str) -> None:
    journal = Journal(store, run, SystemClock())
    if attempt == 1:
        journal.note("run.began", flow=flow.name, environment=environment, by=who())
    else:
        journal.note("run.resumed", flow=flow.name, attempt=attempt, by=who())
    journal.flush()


def _supervised(
    workspace: Workspace,
    shelf: Shelf,
    store: Store,
    flow: Flow,
    run: str,
    attempt: int,
    locks: list[int],
    say: Say,
    options: Options,
) -> Outcome:
    bury(store, _own_ledgers(workspace, flow, run))
    folder = workspace.runs / run
    order = order_for(workspace, shelf, store, flow, run, attempt, folder, options)
    say({"run": run, "folder": str(folder), "began": True})
    first = options.lane
    while True:
        limits = limits_of(store, flow, workspace, run)
        bounds = Bounds(options.cancelled, options.pausing, limits, options.exceeding)
        state, reason = Supervisor(store, order, locks, say, first, bounds).run()
        if state == "stopped" and options.pausing() and not options.cancelled():
            state, reason = "queued", ""
        if _ended(store, flow, run, attempt, state, reason):
            break
        first = None
    RunFolder(folder).follow(store, run)
    if flow.notify and due(flow, outcome(store, run)):
        Supervisor(store, {**order, "ahead": [], "notify": True}, locks, say).run(once=True)
        RunFolder(folder).follow(store, run)
    return outcome(store, run)


def _ended(store: Store, flow: Flow, run: str, attempt: int, state: str, reason: str) -> bool:
    """Write down how the start has ended; False where the answer that it waited for is there by now: it goes on."""
    clock = SystemClock()
    journal = Journal(store, run, clock)
    with store.write():
        if state == "asks":
            if not is_open(store, run):
                return False
            state = "waits"
        if ended(store, run, attempt, state, reason, clock.now().isoformat()):
            journal.note("run.ended", state=state, reason=reason)
            again = flow.settings.retry if state == "failed" and not is_denied(store, run, clock.now()) else None
            if again and try_again(store, run, again):
                journal.note("run.queued", reason=reason)
            if state not in ("waits", "stopped", "queued"):
                close_questions(store, run, clock.now())
            journal.flush()
            admit(store)
    return True


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
        refuse_closed(workspace.state)
        yield descriptors


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


def _own_ledgers(workspace: Workspace, flow: Flow, run: str) -> tuple[str, ...]:
    return (own_name(run), *ledgers_of(workspace, flow, run))


def who() -> str:
    """The account of the person who is at work, as the system knows it: variables are anybody's to set."""
    return processes.person()
