"""Unfinished files of our own: how they are called, held while they are written, and swept after a kill."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from robo.kit.unfinished import OWN
from robo.platforms.files import files

_STALE_AFTER = 86400.0


@contextlib.contextmanager
def part_in(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside the one that is to be made, gone at the end unless it was given its name. OSError.

    It is held by a lock that dies with its process, by which another process knows whether it may be swept.
    """
    while True:
        part = folder / f"{OWN}{os.urandom(8).hex()}.part"
        file = files.create_held(part)
        if file is None:
            continue  # swept before it could be held
        with file:
            try:
                yield part, file
            finally:
                with contextlib.suppress(OSError):
                    if os.path.samestat(part.stat(), os.fstat(file.fileno())):
                        part.unlink()
        return


def sweep(folder: Path) -> None:
    """Remove what killed processes left in the folder."""
    for part in folder.glob(f"{OWN}*.part"):
        with contextlib.suppress(OSError):
            files.remove_unheld(part, _STALE_AFTER)
