"""The locks by which a run holds its ledgers, and by which others see that a process of it still lives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from robo.flow.workspace import Workspace
from robo.kit.errors import Busy
from robo.kit.messages import _
from robo.kit.text import slug
from robo.run.storage.clock import SystemClock
from robo.run.system.closed import refuse_closed
from robo.run.system.locks import Lock
from robo.run.system.machine import who


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


def lock_file(workspace: Workspace, name: str) -> Path:
    """The file of a ledger's lock."""
    digest = hashlib.blake2b(name.encode(), digest_size=6).hexdigest()
    return workspace.state / "locks" / f"{slug(name)[:60]}-{digest}.lock"


def own_name(run: str) -> str:
    """What every process of a run holds, whatever else it needs."""
    return f"run/{run}"


def is_held(workspace: Workspace, run: str) -> bool:
    """Whether a process of the run lives: its supervisor, or a lane that has not died yet behind it."""
    lock = Lock(lock_file(workspace, own_name(run)))
    if not lock.path.exists():
        return False
    if not lock.try_take(lock.holder()):
        return True
    lock.release()
    return False
