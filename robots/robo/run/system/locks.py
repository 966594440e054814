"""A lock of the operating system: it dies with the processes that hold it, however they die."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from robo.platforms.files import files


class Lock:
    """One file, one holder at a time. The file stays for ever: who deleted it could hold a lock that nobody meets.

    A lane that is handed `fileno()` holds it as well: it is free when the last of them has closed it or died.
    For local disks: a network share may know nothing of that.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def try_take(self, holder: str) -> bool:
        """Take it without waiting and leave a word about who holds it; False when another has it.

        OSError when the file cannot be made or written.
        """
        if self._descriptor is not None:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = files.lock_file(self.path)
        if descriptor is None:
            return False
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, holder.encode())
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def holder(self) -> str:
        """What the last one who took it said of itself; "" when nobody ever did. Ask after `try_take` said no."""
        try:
            return self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def fileno(self) -> int:
        """The descriptor to hand to a child process; ValueError when the lock is not held here."""
        if self._descriptor is None:
            raise ValueError(f"{self.path} is not held")
        return self._descriptor

    def release(self) -> None:
        """Hold it no longer in this process; children that inherited it still do."""
        if self._descriptor is not None:
            os.close(self._descriptor)  # not an unlock, which would take it from the children too
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
