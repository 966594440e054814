"""Having files and folders on the disk, so that a power cut takes nothing back."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from robo.platforms.files import files


def sync(path: Path) -> None:
    """Have the file, or the list of the folder, on the disk. OSError where the disk fails."""
    files.sync(path)


def make_folder(folder: Path) -> None:
    """Make the folder and those above it that are missing, durably. OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync(folder.parent)


def copy_durably(file: Path, to: Path) -> None:
    """A copy of the file's content, on the disk when this returns. Nothing must be there before. OSError."""
    with file.open("rb") as source, to.open("xb") as made:
        shutil.copyfileobj(source, made)
        made.flush()
        os.fsync(made.fileno())
    sync(to.parent)
