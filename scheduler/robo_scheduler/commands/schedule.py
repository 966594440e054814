"""`robo schedule`: what is due next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from robo.cli import completion
from robo.cli.desk import FAULTY, Desk, command
from robo.kit.messages import _, ngettext

if TYPE_CHECKING:
    from robo.flow.schedule import Head
    from robo.flow.trigger import Trigger
    from robo.flow.workspace import Workspace

MOST = 1000
"""So many times are listed."""


@command("schedule", _("Say when flows are run by themselves, and what is due next."))
@click.argument("flow", required=False, shell_complete=completion.flows)
@click.option("--days", type=click.IntRange(1, 366), metavar="N", help=_("List each time of the next N days."))
@click.option("--env", "environment", metavar="NAME", help=_("The environment, by default the workspace's own."))
def schedule(desk: Desk, flow: str | None, days: int | None, environment: str | None) -> int:
    workspace = desk.workspace(environment)
    now = datetime.now(UTC)
    heads, faulty = _heads(desk, workspace, flow)
    paused = _paused(desk, workspace)
    if not heads and not faulty:
        desk.say(_("No flow has a schedule."))
    for head in heads:
        _tell(desk, head, workspace, now, head.path in paused)
    desk.answer |= {"flows": [_described(head, workspace, now, head.path in paused) for head in heads]}
    if days:
        listed = sorted(_listed(heads, now, now + timedelta(days=days)), key=lambda one: one["due"])
        desk.answer["due"] = listed[:MOST]
        _list(desk, listed, days)
    return FAULTY if faulty else 0


def _heads(desk: Desk, workspace: Workspace, flow: str | None) -> tuple[list[Head], bool]:
    """The flows that have a schedule, and whether one cannot be read."""
    from robo.flow.files import find_flow, flow_names
    from robo.flow.schedule import quick
    from robo.kit.errors import FaultyFlow

    heads, told = [], []
    for name in [flow] if flow else flow_names(workspace):
        try:
            head = quick(find_flow(name, workspace), workspace)
        except FaultyFlow as error:
            told.append(str(error))
            continue
        if head.schedule:
            heads.append(head)
        elif flow:
            desk.say(_("{flow} has no schedule: it is run when somebody asks for it.").format(flow=head.path))
    if told:
        desk.complain("\n".join(told))
    return heads, bool(told)


def _paused(desk: Desk, workspace: Workspace) -> set[str]:
    """The paths of the flows that are paused in this environment."""
    if not workspace.database.is_file():
        return set()
    own = f"{workspace.environment}/"
    rows = desk.store.all("SELECT flow FROM paused")
    return {str(flow).removeprefix(own) for (flow,) in rows if str(flow).startswith(own)}


def _tell(desk: Desk, head: Head, workspace: Workspace, now: datetime, paused: bool) -> None:
    from robo_scheduler.work.rules import next_slot
    from robo_scheduler.work.wording import in_words, moment_in_words

    desk.say(head.path if head.name == head.path else f"{head.path}  {head.name}")
    for trigger in head.schedule:
        when = in_words(trigger, workspace.timezone)
        slot = next_slot(trigger, now)
        if slot:
            when = _("{when}, next {moment}").format(when=when, moment=moment_in_words(slot.wall))
        elif trigger.is_timed:
            when = _("{when}, never again").format(when=when)
        desk.say(f"  {when}")
    if paused:
        desk.say("  " + _("paused: nothing of it begins until robo unpause"))


def _described(head: Head, workspace: Workspace, now: datetime, paused: bool) -> dict[str, Any]:
    triggers = [_trigger(trigger, workspace, now) for trigger in head.schedule]
    return {"flow": head.path, "name": head.name, "paused": paused, "triggers": triggers}


def _trigger(trigger: Trigger, workspace: Workspace, now: datetime) -> dict[str, Any]:
    from robo_scheduler.work.rules import next_slot
    from robo_scheduler.work.wording import in_words

    slot = next_slot(trigger, now)
    return {
        "trigger": trigger.name,
        "when": in_words(trigger, workspace.timezone),
        "timezone": trigger.timezone,
        "next": slot.due.isoformat() if slot else None,
        "next_on_the_wall": slot.wall.isoformat() if slot else None,
        "if_missed": trigger.if_missed,
        "if_running": trigger.if_running,
        "dry_run": trigger.dry_run,
    }


def _listed(heads: list[Head], now: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """The times of all of them; of each trigger no more than are listed at all."""
    from itertools import islice

    from robo_scheduler.work.rules import slots
    from robo_scheduler.work.wording import moment_in_words

    for head in heads:
        for trigger in head.schedule:
            for slot in islice(slots(trigger, now, until), MOST + 1):
                shown = moment_in_words(slot.wall)
                yield {"due": slot.due.isoformat(), "shown": shown, "flow": head.path, "trigger": trigger.name}


def _list(desk: Desk, listed: list[dict[str, Any]], days: int) -> None:
    desk.say("", ngettext("In the next day:", "In the next {count} days:", days).format(count=days))
    if not listed:
        desk.say("  " + _("nothing"))
    width = max((len(one["shown"]) for one in listed[:MOST]), default=0)
    desk.say(*(f"  {one['shown']:{width}}  {one['flow']}" for one in listed[:MOST]))
    if len(listed) > MOST:
        desk.say("  " + _("and more: ask for fewer days, or for one flow"))
