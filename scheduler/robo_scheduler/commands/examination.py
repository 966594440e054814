"""What `robo doctor` has to tell of the service."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from robo.cli.finding import Finding
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _, ngettext
from robo_scheduler.work.alive import Alive, had_a_service, service_of

if TYPE_CHECKING:
    from robo.cli.desk import Desk
    from robo.flow.workspace import Workspace


def service(desk: Desk, environment: str | None) -> Iterator[Finding]:
    """Whether a service is at work, and whether one is missed. Nothing is said where nobody needs one."""
    try:
        found = desk.workspace(environment)
    except FaultyFlow:
        return  # said already
    alive = service_of(found)
    runs = _runs(found)
    if alive:
        yield Finding("service", "good", _at_work(alive) + _counted(runs))
        return
    scheduled = _scheduled(found)
    if not scheduled and not runs.get("queued"):
        return
    said = ngettext(
        "no service is at work, {count} flow has a schedule", "no service is at work, {count} flows have a schedule",
        scheduled,
    )  # fmt: skip
    yield Finding(
        "service", "wrong" if had_a_service(found) else "note", said.format(count=scheduled) + _counted(runs),
        _("Start it: robo serve, or by systemctl where it was installed as a unit"),
    )  # fmt: skip


def _at_work(alive: Alive) -> str:
    since = datetime.fromisoformat(alive.since)
    return _("the service is at work since {moment}, process {pid}").format(
        moment=f"{since:%d/%m/%Y %H:%M}", pid=alive.process.pid
    )


def _counted(runs: dict[str, int]) -> str:
    """What is said behind it of the runs in a state that is no end."""
    texts = {
        "running": ngettext("{count} run is at work", "{count} runs are at work", runs.get("running", 0)),
        "queued": ngettext("{count} waits for its turn", "{count} wait for their turn", runs.get("queued", 0)),
        "waits": ngettext("{count} waits for a person", "{count} wait for a person", runs.get("waits", 0)),
    }
    return "".join(f", {text.format(count=runs[state])}" for state, text in texts.items() if runs.get(state))


def _runs(found: Workspace) -> dict[str, int]:
    """State to the number of runs in it; nothing where the store cannot be read, which is told elsewhere."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(found.database))}?mode=ro", uri=True, timeout=10)) as db:
            return dict(db.execute("SELECT state, count(*) FROM run GROUP BY state").fetchall())
    except sqlite3.DatabaseError:
        return {}


def _scheduled(found: Workspace) -> int:
    from robo.flow.files import find_flow, flow_names
    from robo.flow.schedule import quick

    count = 0
    for name in flow_names(found):
        try:
            count += bool(quick(find_flow(name, found), found).schedule)
        except FaultyFlow:
            continue  # `robo check` tells
    return count
