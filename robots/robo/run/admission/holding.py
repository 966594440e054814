"""The locks by which a run holds its ledgers, and by which others see that a process of it still lives."""

from __future__ import annotations

import hashlib
from pathlib import Path

from robo.flow.workspace import Workspace
from robo.kit.text import slug
from robo.run.system.locks import Lock


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
