"""Giving a file its name: durably, all at once, and never over another one, whoever comes in between."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from robo.files.contents import Content, known_by
from robo.files.leftovers import part_in, sweep

_CHUNK = 1024 * 1024
_HERE = -100
_NEVER_REPLACE = 1
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What systems answer that do not know a way of naming files."""


class Differs(OSError):
    """The bytes are not those that were looked at."""


def rename(source: Path, target: Path) -> None:
    """Give the file another name on the same file system. The old name may be left, for the caller to remove.

    FileExistsError if the name is taken; OSError with EXDEV for another file system.
    """
    if sys.platform == "win32":
        source.rename(target)
        return
    number = _renamer()(source, target)
    if not number:
        return
    if number not in _NOT_HERE:
        raise OSError(number, os.strerror(number), str(target))
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise
        _claim(source, target)


def _claim(source: Path, target: Path) -> None:
    """Where neither way is known: take the name with an empty file, which nobody else can, then replace that."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        source.replace(target)
    except OSError:
        target.unlink()
        raise


@cache
def _renamer() -> Callable[[Path, Path], int]:
    """The system's call that renames without replacing: it gives the number of its error, 0 where it did so."""
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return lambda source, target: errno.ENOSYS

    def renamed(source: Path, target: Path) -> int:
        failed = call(_HERE, os.fsencode(source), _HERE, os.fsencode(target), _NEVER_REPLACE)
        return ctypes.get_errno() if failed else 0

    return renamed


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
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # so that the disk is asked, not the memory
        with part.open("rb") as again:
            if hashlib.file_digest(again, "sha256").hexdigest() != content.digest:
                raise Differs(errno.EIO, "written otherwise", str(target))
        rename(part, target)


def remove(path: Path, content: Content) -> None:
    """Remove the file unless it is gone, or no longer the one that was looked at."""
    try:
        if known_by(path.stat(follow_symlinks=False)) != content.known_by:
            return
        path.unlink()
    except FileNotFoundError:
        return
