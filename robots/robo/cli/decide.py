"""`robo decide`: a person settles what waits about one item."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from robo.cli import completion
from robo.cli.desk import Desk, command, pairs
from robo.cli.listing import Listing
from robo.cli.stored import flow_of
from robo.flow.model import Flow, Loop, Step, loops, walk
from robo.kit.errors import Busy, Failed
from robo.kit.messages import _
from robo.run.admission.holding import held
from robo.run.admission.reaping import bury
from robo.run.admission.turns import go_on
from robo.run.steps.course import ledger_name
from robo.run.steps.scope import saved_names
from robo.run.storage.clock import SystemClock
from robo.run.storage.deaths import SeenDeaths
from robo.run.storage.frames import frame_of
from robo.run.storage.journal import Journal
from robo.run.storage.ledger import TOP, Ledger
from robo.run.storage.records import Item, Made
from robo.run.system.processes import Identity
from robo.run.told.folder import RunFolder
from robo.run.told.people import decide as settle
from robo.run.told.people import left_before_again, questions
from robo.run.told.stored import StoredRun, find_run, ledger_of, result

THE_RUN = "-"
"""Written in the place of a key: what the run itself was doing outside of its loops."""


@command("decide", _("Settle what waits about an item: it is done, do it again, or give it up."))
@click.argument("run", shell_complete=completion.runs)
@click.argument("key")
@click.argument("verdict", type=click.Choice(("done", "again", "give-up")))
@click.option("--give", "given", multiple=True, metavar="NAME=VALUE", help=_("What the answer showed, for `done`."))
@click.option("--number", type=int, metavar="N", help=_("The sending that you looked at, as `robo show` says it."))
@click.option("--ledger", "in_ledger", metavar="NAME", help=_("The ledger, where several know the key."))
def decide(
    desk: Desk, run: str, key: str, verdict: Any, given: tuple[str, ...], number: int | None, in_ledger: str | None
) -> int:
    store, stored = desk.store, find_run(desk.store, run)
    key = TOP if key == THE_RUN else key
    ledger, item = _asked(desk, stored, key, in_ledger)
    flow = flow_of(desk, stored)
    loop = _loop(desk, flow, stored, ledger)
    made = ledger.open_change(key)
    if made and number is None:
        said = _("say which sending you looked at: `robo show {run}` shows it, with the whole command")
        raise Failed(said.format(run=stored.id))
    clock = SystemClock()
    deaths = SeenDeaths(store, clock, Identity.mine().boot)
    site = desk.workspace(stored.environment).site(flow.settings.site) if flow.settings.site else None
    late = site.late if site else 60.0
    gives: Mapping[str, Any] = pairs(given, "--give")
    if made and verdict == "done":
        gives = _complete(_names(desk, flow, loop, made), gives, frame_of(dict(made.saved), made.step))
    looked = clock.monotonic()  # a person who types this command has looked just now
    if made and verdict == "again":
        _see_dead(desk, stored, ledger)
        if _let_arrive(desk, made, deaths, late):
            looked = clock.monotonic()
    accepts = verdict != "give-up" and item.waits in ("row", "steps", "changed")
    row = _todays_row(desk, stored, flow, loop, item) if accepts else None
    journal = Journal(store, stored.id, clock)
    with store.write():
        settle(
            ledger, key, verdict, step=made.step if made else None,
            number=number, gives=gives or None, deaths=deaths, late=late,
            row=row, looked=clock.monotonic() - looked,
        )  # fmt: skip
        journal.note("change.decided", ledger=ledger.name, key=key, step=made.step if made else None, verdict=verdict)
        journal.flush()
    if stored.state != "running":
        RunFolder(stored.folder).follow(store, stored.id)
    with store.write():
        served = stored.state != "running" and go_on(store, stored.id)
    said = (
        _("{key}: decided. The service goes on with it")
        if served
        else _("{key}: decided. Type robo resume {run} to go on")
    )
    desk.say(said.format(key=key or _("the run itself"), run=stored.id))
    waits = [question.key for question in result(store, stored).waits]
    desk.answer = {
        "run": stored.id, "flow": str(stored.flow), "state": "done", "key": key, "verdict": verdict, "waits": waits,
    }  # fmt: skip
    return 0


def _asked(desk: Desk, run: StoredRun, key: str, name: str | None) -> tuple[Ledger, Item]:
    """The ledger in which something waits about the key, else any that knows it. Raises Failed."""
    names = (*result(desk.store, run).ledgers, f"run/{run.id}")
    ledgers = [ledger_of(desk.store, run, one) for one in names if name in (None, one)]
    known = [(ledger, item) for ledger in ledgers if (item := ledger.item(key))]
    asking = [(ledger, item) for ledger, item in known if any(one.key == key for one in questions(ledger))]
    if len(asking) > 1:
        raise Failed(
            _("several ledgers wait about {key}: add --ledger and one of {names}").format(
                key=key, names=", ".join(ledger.name for ledger, _item in asking)
            )
        )
    if not known:
        raise Failed(_("run {run} does not know {key}").format(run=run.id, key=key or THE_RUN))
    return (asking or known)[0]


def _loop(desk: Desk, flow: Flow, run: StoredRun, ledger: Ledger) -> Loop | None:
    """The loop that keeps the ledger; None for what the run does outside of its loops."""
    known = {ledger_name(run.environment, loop, run.id): loop for loop in loops(flow)}
    return known.get(ledger.name)


def _names(desk: Desk, flow: Flow, loop: Loop | None, made: Made) -> tuple[str, ...]:
    """What the change would have given to the steps after it."""
    steps = loop.steps if loop else flow.all_steps
    step: Step | None = next((one for one in walk(steps) if one.identity == made.step), None)
    return saved_names(step, desk.shelf) if step else ()


def _complete(names: tuple[str, ...], given: Mapping[str, str], foreseen: Mapping[str, Any]) -> dict[str, str]:
    """What the answer would have shown, the missing names asked for where a person can answer. Raises Failed.

    foreseen: what the change itself said that it would give.
    """
    unknown = [name for name in given if name not in names]
    if unknown:
        raise Failed(
            _("{unknown}: not among what is read from the answer: {names}").format(
                unknown=", ".join(unknown), names=", ".join(names) or _("nothing")
            )
        )
    missing = [name for name in names if name not in given and name not in foreseen]
    if missing and not sys.stdin.isatty():
        raise Failed(
            _("what the answer showed is missing: add {options}").format(
                options=" ".join(f"--give {name}=..." for name in missing)
            )
        )
    return {**given, **{name: str(click.prompt(name, default="", show_default=False, err=True)) for name in missing}}


def _see_dead(desk: Desk, run: StoredRun, ledger: Ledger) -> None:
    """See whoever sent it dead, unless a run is at work that has done so."""
    names = tuple(dict.fromkeys((f"run/{run.id}", ledger.name)))
    try:
        with held(desk.workspace(run.environment), names, run.id):
            bury(desk.store, names)
    except Busy:
        return


def _let_arrive(desk: Desk, made: Made, deaths: SeenDeaths, late: float | None) -> bool:
    """Wait until what was sent has arrived or never will, and have the person look again; whether that was done.

    Where nobody can be asked, deciding says that it is too early. Raises Failed where the person does not confirm.
    """
    left = left_before_again(made, deaths, late)
    if not left or not sys.stdin.isatty():
        return False
    click.echo(_("What was sent may still arrive: waiting {left:.0f} s").format(left=left), err=True)
    while left := left_before_again(made, deaths, late):
        SystemClock().wait(min(left, 1.0))
    if not click.confirm(_("Look again now: is it still not there?"), err=True):
        raise Failed(_("nothing was decided"))
    return True


def _todays_row(desk: Desk, run: StoredRun, flow: Flow, loop: Loop | None, item: Item) -> Mapping[str, Any]:
    """The item's row as the source lists it now; the one that it began with where it is no longer listed."""
    if loop is None:
        return item.row
    inputs = RunFolder(run.folder).inputs
    entry = Listing(desk, desk.workspace(run.environment), flow, loop, inputs).entries().get(item.key)
    return entry.values if entry else item.row
