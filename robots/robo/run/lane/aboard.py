"""The heavy half of a lane: everything that is imported while the browser starts."""

from __future__ import annotations

import threading
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from robo.flow.load import load_text
from robo.flow.model import Flow
from robo.flow.vault import Vault
from robo.kit.shelf import shelf_of
from robo.run.lane.berth import berth, workspace
from robo.run.lane.conduct import conduct
from robo.run.lane.ending import Ending
from robo.run.steps.course import Course, Dry
from robo.run.steps.lent import Lent, borrowed
from robo.run.storage.clock import SystemClock
from robo.run.storage.deaths import SeenDeaths
from robo.run.storage.journal import Journal
from robo.run.storage.store import Store
from robo.run.system.audit import Wall
from robo.run.system.processes import Attached, Identity
from robo.run.told.folder import RunFolder


def read(order: dict[str, Any]) -> Flow:
    """The flow as it was stored with the run."""
    where = workspace(order)
    kept = RunFolder(Path(order["folder"]))
    return load_text(
        kept.flow,
        Path(order["flow"]),
        where,
        shelf_of(where.root),
        deep=False,
        called=kept.called,
        templates=kept.templates,
    )


def go(
    order: dict[str, Any],
    mouth: threading.Lock,
    attached: Attached,
    flow: Flow,
    opened: dict[type, Any],
    wall: Wall | None = None,
) -> Ending:
    """Conduct the run on behalf of the supervisor, or tell people how it has ended. wall: of a dry run."""
    where = workspace(order)
    clock = SystemClock()
    vault = Vault(where.state)
    me = Identity.mine()
    store = Store(Path(order["database"]), mouth=mouth)
    site = berth(order).site
    lent = Lent(berth(order), wall.gate if wall else nullcontext)
    for kind, one in opened.items():
        lent.adopt(kind, one)
    asked_to_stop = False

    def stopping() -> bool:
        nonlocal asked_to_stop
        asked_to_stop = asked_to_stop or any(message.get("stop") for message in attached.messages())
        return asked_to_stop

    attached.report(sender=me.text())
    kept = RunFolder(Path(order["folder"]))
    course = Course(
        run=order["run"],
        attempt=order["attempt"],
        flow=flow,
        workspace=where,
        vault=vault,
        shelf=shelf_of(where.root),
        store=store,
        journal=Journal(store, order["run"], clock, vault.mask()),
        clock=clock,
        deaths=SeenDeaths(store, clock, me.boot),
        lent=lent,
        inputs=kept.inputs,
        corrected=kept.corrected,
        sender=me.text(),
        folder=Path(order["folder"]),
        late=site.late if site else 60.0,
        lost=tuple(order["lost"]),
        report=attached.report,
        stopping=stopping,
        dry=Dry(order["rows"], wall) if order["dry"] else None,
    )
    if wall:
        _shut(wall, course)
    if order.get("notify"):
        from robo.run.lane.notices import notify

        return notify(course)
    return conduct(course)


def _shut(wall: Wall, course: Course) -> None:
    """What the flow borrows is opened before its robots are confined: what it starts then may do its own work."""
    for kind in borrowed(course.flow, course.shelf):
        with suppress(Exception):  # told by the step that needs it
            course.lent.borrow(kind)
    wall.confine()
    course.journal.note("lane.began", confined=wall.confined)
