"""A dry run's own copy of the workspace's store. The original is only read, and need not be there."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.run.system.processes import Identity, is_dead

_PREFIX = "robo-dry-"
_HOLDER = "holder"
_TRIES = 20
_PAUSE = 0.05


@contextmanager
def own_copy(database: Path) -> Iterator[Path]:
    """The path of the copy, in a folder of its own, removed at the end. Raises Failed where it cannot be read."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        (folder / _HOLDER).write_text(Identity.mine().text(), encoding="utf-8")
        copy = folder / "robo.db"
        if database.exists():
            _copy(database, copy)
        yield copy
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(database: Path, copy: Path) -> None:
    for _number in range(_TRIES):
        before = _seen(database)
        # Beside a log of changes SQLite keeps an index that even readers make anew: without one nothing may be made.
        how = "mode=ro" if before[1] else "immutable=1"
        try:
            with (
                closing(sqlite3.connect(f"{database.absolute().as_uri()}?{how}", uri=True, timeout=30.0)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
        except sqlite3.Error as error:
            reason = error
        else:
            if before[1] or _seen(database) == before:
                return
            reason = sqlite3.OperationalError(_("somebody else is writing"))
        copy.unlink(missing_ok=True)
        time.sleep(_PAUSE)
    raise Failed(_("{file} cannot be read: {reason}").format(file=database, reason=reason))


def _seen(database: Path) -> tuple[tuple[int, int, int], bool]:
    """What shows that it was written meanwhile: size and times, and whether there is a log of changes."""
    status = database.stat()
    log = database.with_name(f"{database.name}-wal")
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns), log.exists()


def _sweep() -> None:
    """Remove the copies of dry runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            holder = Identity.parse((folder / _HOLDER).read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if is_dead(holder):
            shutil.rmtree(folder, ignore_errors=True)
