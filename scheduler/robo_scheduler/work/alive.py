"""Which service does the work of a workspace: one at a time, known by a lock that dies with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from robo.flow.workspace import Workspace
from robo.kit.errors import Busy
from robo.kit.messages import _
from robo.run.system.closed import SERVICE, refuse_closed
from robo.run.system.locks import Lock
from robo.run.system.machine import Identity, is_dead


@dataclass(frozen=True)
class Alive:
    """The service at work. since: ISO, local."""

    process: Identity
    since: str


def become_the_service(workspace: Workspace) -> Lock:
    """The lock, held until this process ends. Raises Busy naming who has it."""
    lock = Lock(_file(workspace))
    me = {"process": Identity.mine().text(), "since": datetime.now().isoformat(timespec="seconds")}  # noqa: DTZ005 - local
    if not lock.try_take(json.dumps(me)):
        raise Busy(_("a service is at work in this workspace already: {who}").format(who=_shown(lock.holder())))
    try:
        refuse_closed(workspace.state)
    except Busy:
        lock.release()
        raise
    return lock


def service_of(workspace: Workspace) -> Alive | None:
    """The service that is at work, None where there is none."""
    try:
        told = _file(workspace).read_text("utf-8")
    except OSError:
        return None
    found = _read(told)
    if found is None or is_dead(Identity.parse(found["process"])):
        return None
    return Alive(Identity.parse(found["process"]), str(found["since"]))


def had_a_service(workspace: Workspace) -> bool:
    """Whether a service was ever at work there."""
    return _file(workspace).exists()


def _file(workspace: Workspace) -> Path:
    return workspace.state / SERVICE


def _read(told: str) -> dict[str, Any] | None:
    try:
        found = json.loads(told)
        Identity.parse(found["process"])
    except (ValueError, KeyError, TypeError):
        return None
    return dict(found)


def _shown(told: str) -> str:
    found = _read(told)
    if found is None:
        return told
    one = Identity.parse(found["process"])
    return _("process {pid} on {host}, since {since}").format(
        pid=one.pid, host=one.host.partition(":")[0], since=found["since"].replace("T", " ")
    )
