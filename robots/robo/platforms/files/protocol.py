"""What Robo asks of the files of a system."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol


class Files(Protocol):
    """All paths may be of a network share; what a share cannot do is left undone where that is said."""

    devices: tuple[str, ...]
    """The real places of what swallows whatever is written to it."""
    scratch_variables: tuple[str, ...]
    """The environment variables that name the folder of temporary files."""

    def sync(self, path: Path) -> None:
        """Have the file, or the list of the folder, on the disk. OSError where the disk fails."""
        ...

    def sync_below(self, paths: Iterable[Path]) -> None:
        """Have these files, and all below these folders, on the disk. OSError where the disk fails."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Give the file another name on the same file system, never another file's.

        The old name may be left, for the caller to remove. FileExistsError if the name is taken; OSError with EXDEV for
        another file system.
        """
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Put the file in the place of what has that name, if anything has, in one step. OSError, see `in_use`."""
        ...

    def unlink(self, path: Path) -> None:
        """Remove a file that may be moved away. OSError."""
        ...

    def create_held(self, path: Path) -> BinaryIO | None:
        """A new file, open for writing and held until it is closed, whatever becomes of the process.

        It may be renamed, removed and read while it is open. None where somebody removed it before it was held.
        """
        ...

    def remove_unheld(self, path: Path, stale_after: float) -> None:
        """Remove what `create_held` made unless a process still holds it.

        stale_after: seconds without a change after which it is removed where nobody can tell. OSError.
        """
        ...

    def lock_file(self, path: Path) -> int | None:
        """A descriptor of the file, made if missing, held against all others; None where another one holds it.

        It is held until every process that the descriptor was handed to has closed it or died. Others may read it.
        """
        ...

    def lock_folder(self, folder: Path) -> int | None:
        """A descriptor that holds the folder against other robots until it is closed; None where another one has it.

        FileNotFoundError and NotADirectoryError where there is no such folder; OSError where it cannot be held.
        """
        ...

    def in_use(self, error: OSError) -> bool:
        """Whether it failed because a program has the file open, which is over once that program closes it."""
        ...

    def readable_by_others(self, mode: int) -> bool:
        """Whether that mode lets other people read; False where a mode does not tell."""
        ...

    def keep_owner(self, path: Path, status: os.stat_result) -> None:
        """Give the file to the owner and the group that the status names, as far as we may."""
        ...

    def forget(self, descriptor: int) -> None:
        """Have what is read next come from the disk and not from memory, where the system lets itself be asked."""
        ...

    def place_of(self, descriptor: int) -> str:
        """The real place of an open file or folder, "" where the system does not tell."""
        ...

    def fits(self, path: Path) -> bool:
        """Whether the system takes a path as long as this one, which is absolute."""
        ...

    def kind_of_disk(self, folder: Path) -> str:
        """The kind of file system that holds the folder, such as "ext4" or "cifs"; "" where it is not told."""
        ...

    def confine(self, owned: Iterable[str]) -> bool:
        """Let this thread, and all that it starts, write nowhere but below these folders; False if that cannot be."""
        ...
