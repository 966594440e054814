"""How long a run may take, and until when."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from robo.flow.model import Flow
from robo.flow.workspace import Workspace
from robo.kit.messages import _
from robo.run.storage.store import Store


def deadline_of(flow: Flow, workspace: Workspace, asked: datetime) -> datetime | None:
    """When a run of the flow must have ended: the next time that the clock shows its `deadline`, None without one.

    asked: when it was asked for, with its zone. A run that is asked for at ten in the evening has until the morning.
    """
    if flow.settings.deadline is None:
        return None
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(workspace.timezone)
    here = asked.astimezone(zone)
    day = here.date() if here.time() < flow.settings.deadline else here.date() + timedelta(days=1)
    return datetime.combine(day, flow.settings.deadline, zone)


def limits_of(store: Store, flow: Flow, workspace: Workspace, run: str) -> tuple[tuple[float, str], ...]:
    """What bounds this start of the run: instants of the monotonic clock, each with the reason for its end."""
    found = []
    if flow.settings.timeout:
        reason = _("it took longer than its `timeout`, {seconds:.0f} s").format(seconds=flow.settings.timeout)
        found.append((time.monotonic() + flow.settings.timeout, reason))
    row = store.one("SELECT until FROM submission WHERE run = :run", run=run)
    now = datetime.now().astimezone()
    ends = deadline_of(flow, workspace, now)
    until = row[0] if row and row[0] is not None else ends.timestamp() if ends else None
    if until is not None:
        found.append((time.monotonic() + until - now.timestamp(), deadline_reason(until, workspace)))
    return tuple(found)


def deadline_reason(until: float, workspace: Workspace) -> str:
    """Why a run was ended or not begun. until: seconds since the epoch."""
    from zoneinfo import ZoneInfo

    when = datetime.fromtimestamp(until, ZoneInfo(workspace.timezone))
    return _("it had until {when:%d/%m/%Y %H:%M}, its `deadline`").format(when=when)
