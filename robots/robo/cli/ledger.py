"""`robo ledger`: what is known of each item for ever, and what a person says of old work."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from robo.cli import completion
from robo.cli.desk import Desk, command, group, pairs
from robo.cli.listing import Listing
from robo.flow.files import find_flow, flow_names
from robo.flow.inputs import read_inputs
from robo.flow.load import load_text
from robo.flow.model import Flow, Loop, loops
from robo.flow.problems import did_you_mean
from robo.flow.text import read_file
from robo.flow.workspace import Workspace
from robo.kit.errors import Failed, RoboError
from robo.kit.messages import _, ngettext
from robo.kit.text import written
from robo.run.admission.holding import held
from robo.run.loops.looking import can_look
from robo.run.storage.clock import SystemClock
from robo.run.storage.journal import Journal
from robo.run.storage.ledger import Ledger
from robo.run.told.folder import RunFolder
from robo.run.told.people import lift as lift_mark
from robo.run.told.states import counted, moment, state_word

ledger = group("ledger", help=_("See and move what is known of each item for ever."))


@command("list", _("List the ledgers, with the states of their items."))
def list_(desk: Desk) -> int:
    found = []
    for name, since in desk.store.all("SELECT name, since FROM ledger ORDER BY name"):
        rows = desk.store.all("SELECT state, count(*) FROM item WHERE ledger = :name GROUP BY state", name=name)
        counts = {state: int(count) for state, count in rows}
        restored = _ledger(desk, name).restored
        found.append({"name": name, "since": since, "counts": counts, "restored": restored})
        told = counted(counts)
        desk.say(_("{name}  since {date}: {told}").format(name=name, date=moment(since), told=told or _("no item yet")))
        if restored:
            desk.say(_("  from a backup: each item that it does not know as done is looked up first"))
    if not found:
        desk.say(_("There is no ledger yet: nothing with a key was ever run here"))
    desk.answer = {"state": "done", "ledgers": found}
    return 0


@command("show", _("List the items of a ledger."))
@click.argument("name", shell_complete=completion.ledgers)
@click.option("--state", help=_("Only those in this state, such as done or in_doubt."))
def show(desk: Desk, name: str, state: str | None) -> int:
    items = _known(desk, name).items(*([state] if state else []))
    for item in items:
        gave = ", ".join(f"{column} = {written(value)}" for column, value in item.write_back.items())
        words = [state_word(item.state), moment(item.ended_at), gave, item.reason or ""]
        desk.say(f"{item.key}  " + "  ".join(word for word in words if word))
    counts = Counter(item.state for item in items)
    desk.answer = {
        "state": "done",
        "name": name,
        "counts": dict(counts),
        "items": [
            {"key": i.key, "state": i.state, "run": i.run, "ended_at": i.ended_at, "reason": i.reason,
             "waits": i.waits, "gave": i.write_back}
            for i in items
        ],
    }  # fmt: skip
    return 0


@command("rename", _("A flow or a loop has a new name: its ledger goes with it."))
@click.argument("old", shell_complete=completion.ledgers)
@click.argument("new")
def rename(desk: Desk, old: str, new: str) -> int:
    _known(desk, old)
    if old.partition("/")[0] != new.partition("/")[0]:
        raise Failed(_("a ledger stays in its environment: what was done on one site is not done on another"))
    workspace, flow, loop = _place(desk, new)
    store = desk.store
    with held(workspace, tuple(sorted({old, new})), "ledger"), store.write():
        if store.one("SELECT 1 FROM item WHERE ledger = :name", name=new):
            raise Failed(_("{new} already knows items of its own").format(new=new))
        store.all("DELETE FROM ledger WHERE name = :new", new=new)
        store.all("DELETE FROM restored WHERE ledger = :new", new=new)
        store.all(
            "UPDATE ledger SET name = :new, flow = :flow, loop = :loop WHERE name = :old",
            new=new, old=old, flow=flow.path, loop=loop.name,
        )  # fmt: skip
        for table in ("item", "change", "journal", "restored"):
            store.all(f"UPDATE {table} SET ledger = :new WHERE ledger = :old", new=new, old=old)  # noqa: S608
    desk.say(_("{old} is called {new} now").format(old=old, new=new))
    desk.answer = {"state": "done", "name": new, "was": old}
    return 0


@command("start", _("Begin a new ledger: every row that it does not know is to be entered."))
@click.argument("name")
def start(desk: Desk, name: str) -> int:
    workspace, flow, loop = _place(desk, name)
    begun = _ledger(desk, name)
    with held(workspace, (name,), "ledger"), desk.store.write():
        is_new = not begun.known()
        begun.open(flow.path, loop.name)
        if is_new:
            lift_mark(begun, desk.store)
    desk.say(_("{name} is begun: type robo run {flow}").format(name=name, flow=flow.path))
    desk.answer = {"state": "done", "name": name}
    return 0


@command("adopt", _("Begin a ledger over old work: rows whose result is filled in are done."))
@click.argument("name")
@click.argument("flow", required=False)
@click.option("--input", "-i", "given", multiple=True, metavar="NAME=VALUE", help=_("What the flow asks for."))
def adopt(desk: Desk, name: str, flow: str | None, given: tuple[str, ...]) -> int:
    workspace, read, loop = _place(desk, name)
    if flow is not None and find_flow(flow, workspace) != read.file:
        raise Failed(_("{name} is a ledger of {flow}").format(name=name, flow=read.path))
    if not loop.write_back:
        raise Failed(
            _("{loop} writes nothing back, so its rows do not show what is done: type robo ledger start {name}").format(
                loop=loop.name, name=name
            )
        )
    listing = Listing(desk, workspace, read, loop, _inputs(desk, workspace, read, pairs(given, "--input")))
    target = listing.source.describe()
    kept = _ledger(desk, name)
    done = []
    with held(workspace, (name,), "ledger"), desk.store.write():
        kept.open(read.path, loop.name)
        for key, entry in listing.entries().items():
            cells = {column: entry.values.get(column) for column in loop.write_back}
            filled = {column: value for column, value in cells.items() if value not in (None, "")}
            if filled and kept.item(key) is None:
                kept.begin(key, entry.values, entry.position, fresh=True)
                kept.end(key, "done", write_back=filled, target=target)
                done.append(key)
        kept.written(done, target)
    desk.say(
        ngettext("{count} row counts as done from now on", "{count} rows count as done from now on", len(done)).format(
            count=len(done)
        )
    )
    desk.answer = {"state": "done", "name": name, "adopted": done}
    return 0


@command("lift", _("After a restore: enter what a ledger does not know without looking first. Look yourself before."))
@click.argument("name", required=False, shell_complete=completion.ledgers)
@click.option("--all", "everything", is_flag=True, help=_("Of all ledgers, those too that are not begun yet."))
@click.option("--sure", is_flag=True, help=_("Also where each item is looked up by itself, which does no harm."))
def lift(desk: Desk, name: str | None, everything: bool, sure: bool) -> int:
    if (name is None) != everything:
        raise click.UsageError(_("name a ledger, or write --all"))
    marked = [one for (one,) in desk.store.all("SELECT ledger FROM restored ORDER BY ledger")]
    if name is not None and name not in marked:
        mend = did_you_mean(name, marked) or _("Known are: {known}").format(known=", ".join(marked) or _("none"))
        raise Failed(_("{name} is not marked by a restore. {mend}").format(name=name, mend=mend))
    names = tuple(marked) if name is None else (name,)
    looks = [] if sure else [one for one in names if _looks_by_itself(desk, one)]
    if looks:
        raise Failed(
            _(
                "{ledgers}: each item is looked up by itself, nothing need be lifted. Lifted too early, what was "
                "entered since the backup is entered twice. If every row of that time has been gone through: add --sure"
            ).format(ledgers=", ".join(sorted(set(looks) - {"*"})) or "*")
        )
    with held(desk.workspace(), names, "ledger"), desk.store.write():
        for one in names:
            lift_mark(_ledger(desk, one), desk.store)
    for one in names:
        desk.say(_("{name}: what it does not know is entered from now on").format(name=one))
    desk.answer = {"state": "done", "lifted": list(names)}
    return 0


def _looks_by_itself(desk: Desk, name: str) -> bool:
    """Whether the items of that ledger are looked up before they are begun; a mark for all speaks of such ones too."""
    if name == "*":
        return True
    try:
        _workspace, _flow, loop = _place(desk, name)
    except RoboError:
        return False  # its flow is gone, or it was what a run did outside of its loops
    return can_look(loop, desk.shelf.actions)


def _known(desk: Desk, name: str) -> Ledger:
    """A ledger that was begun. Raises Failed."""
    found = _ledger(desk, name)
    if not found.known():
        names = [one for (one,) in desk.store.all("SELECT name FROM ledger ORDER BY name")]
        mend = did_you_mean(name, names) or _("Known are: {known}").format(known=", ".join(names) or _("none"))
        raise Failed(_("there is no ledger {name}. {mend}").format(name=name, mend=mend))
    return found


def _ledger(desk: Desk, name: str) -> Ledger:
    """As a person writes it, outside of any run: what is adopted was entered by none."""
    clock = SystemClock()
    return Ledger(desk.store, name, Journal(desk.store, f"ledger/{name}", clock), clock, "by hand", 0)


def _place(desk: Desk, name: str) -> tuple[Workspace, Flow, Loop]:
    """The workspace, the flow and the loop of ENVIRONMENT/PATH/LOOP. Raises FaultyFlow, Failed."""
    environment, _slash, rest = name.partition("/")
    path, _slash, wanted = rest.rpartition("/")
    if not path:
        raise Failed(_("a ledger is called ENVIRONMENT/FLOW/LOOP, not {name}").format(name=name))
    workspace = desk.workspace(environment)
    if path not in flow_names(workspace):
        mend = did_you_mean(path, flow_names(workspace))
        raise Failed(_('there is no flow "{flow}". {mend}').format(flow=path, mend=mend).strip())
    file = find_flow(workspace.flows / path, workspace)
    flow = load_text(read_file(file, str(file)).text, file, workspace, desk.shelf, deep=False)
    found = {loop.name: loop for loop in loops(flow) if loop.flow == path}
    if wanted not in found:
        raise Failed(
            _("{flow} has no loop {loop}; it has: {known}").format(
                flow=path, loop=wanted, known=", ".join(found) or _("none with a key")
            )
        )
    return workspace, flow, found[wanted]


def _inputs(desk: Desk, workspace: Workspace, flow: Flow, given: dict[str, str]) -> dict[str, Any]:
    """Those given, else those of the flow's last run, else its defaults. Raises FaultyFlow."""
    row = desk.store.one(
        "SELECT folder FROM run WHERE flow = :flow AND environment = :environment ORDER BY rowid DESC LIMIT 1",
        flow=str(flow.file),
        environment=workspace.environment,
    )
    last: dict[str, Any] = {}
    if row:
        with suppress(OSError, ValueError):
            last = dict(RunFolder(Path(row[0])).inputs)
    known = {one.name for one in flow.inputs}
    return read_inputs(flow, {**{name: value for name, value in last.items() if name in known}, **given}, workspace)


for one in (list_, show, rename, adopt, start, lift):
    ledger.add_command(one)
