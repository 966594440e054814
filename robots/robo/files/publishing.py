"""Giving a file its name: durably, all at once, and never over another one, whoever comes in between."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path

from robo.files.contents import Content, known_by
from robo.files.leftovers import part_in, sweep
from robo.platforms.files import files

_CHUNK = 1024 * 1024


class Differs(OSError):
    """The bytes are not those that were looked at."""


def carry(source: Path, target: Path, content: Content) -> None:
    """Make a verified copy under the new name, on whatever file system.

    Raises Differs where the source is no longer that content or the disk gives back something else, FileExistsError if
    the name is taken; then nothing is left of it.
    """

    sweep(target.parent)
    with part_in(target.parent) as (part, file):
        digest = hashlib.sha256()
        with source.open("rb") as read:
            while chunk := read.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != content.digest:
            raise Differs(errno.EIO, "changed", str(source))
        file.flush()
        shutil.copystat(source, part)
        os.fsync(file.fileno())
        files.forget(file.fileno())  # so that the disk is asked, not the memory
        with part.open("rb") as again:
            if hashlib.file_digest(again, "sha256").hexdigest() != content.digest:
                raise Differs(errno.EIO, "written otherwise", str(target))
        files.rename(part, target)


def remove(path: Path, content: Content) -> None:
    """Remove the file unless it is gone, or no longer the one that was looked at."""
    try:
        if known_by(path.stat(follow_symlinks=False)) != content.known_by:
            return
        files.unlink(path)
    except FileNotFoundError:
        return
