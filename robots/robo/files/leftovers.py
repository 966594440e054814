"""Unfinished files of our own: how they are called, held while they are written, and swept after a kill."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from robo.kit.unfinished import OWN

_STALE_AFTER = 86400.0


@contextlib.contextmanager
def part_in(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside the one that is to be made, gone at the end unless it was given its name. OSError.

    It is held by a lock that dies with its process, by which another process knows whether it may be swept.
    """
    while True:
        part = folder / f"{OWN}{os.urandom(8).hex()}.part"
        with part.open("xb") as file:
            if _hold(file) is False or not _is(part, file):
                continue  # swept before it could be held
            try:
                yield part, file
            finally:
                with contextlib.suppress(OSError):
                    if _is(part, file):
                        part.unlink()
            return


def sweep(folder: Path) -> None:
    """Remove what killed processes left in the folder."""
    for part in folder.glob(f"{OWN}*.part"):
        with contextlib.suppress(OSError), part.open("r+b") as file:
            stale = time.time() - os.fstat(file.fileno()).st_mtime > _STALE_AFTER
            if _hold(file) or stale:
                part.unlink()


def _hold(file: BinaryIO) -> bool | None:
    """Hold the file against others; False where another process holds it, None where the system cannot tell."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None  # a share without locks: then age alone tells
    return True


def _is(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except OSError:
        return False
