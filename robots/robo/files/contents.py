"""What a file holds, and by what it is known again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class Content(NamedTuple):
    """A file at one instant: the digest of its bytes, and its time, size and number on its disk."""

    digest: str
    known_by: tuple[int, int, int]


def known_by(status: os.stat_result) -> tuple[int, int, int]:
    """What changes when a file is written or replaced."""
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def content_of(path: Path) -> Content | None:
    """Read it whole; None if it was changed meanwhile. OSError if it cannot be read."""
    import hashlib

    with path.open("rb") as file:
        before = known_by(os.fstat(file.fileno()))
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        after = known_by(os.fstat(file.fileno()))
    return Content(digest, after) if before == after else None


def holds(path: Path, digest: str) -> bool:
    """Whether a file with this content is there. OSError if one is there and cannot be read."""
    if not path.is_file():
        return False
    content = content_of(path)
    return content is not None and content.digest == digest


def are_one(path: Path, other: Path) -> bool:
    """Whether both are the same entry of a folder, spelt in two ways or reached by two ways; two links are two."""
    if path == other:
        return True
    try:
        mine, theirs = path.stat(follow_symlinks=False), other.stat(follow_symlinks=False)
        if not os.path.samestat(mine, theirs):
            return False
        return mine.st_nlink < 2 or not {path.name, other.name} <= {*os.listdir(path.parent), *os.listdir(other.parent)}
    except OSError:
        return False
