"""Files of any POSIX system."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

assert sys.platform != "win32"

import fcntl  # noqa: E402

_NOT_SYNCED = (errno.EINVAL, errno.ENOTSUP, errno.EROFS, errno.EBADF)
"""What shares answer that cannot do it; then nothing more can be done."""
NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What systems answer that do not know a way of naming files."""


class PosixFiles:
    """Holding is `flock`: it belongs to the open file, whoever has it, and ends with the last who closes it."""

    devices: tuple[str, ...] = ("/dev/null", "/dev/zero", "/dev/full")
    scratch_variables: tuple[str, ...] = ("TMPDIR",)
    _longest_path = 4096  # PATH_MAX of Linux

    def sync(self, path: Path) -> None:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in _NOT_SYNCED:
                raise
        finally:
            os.close(handle)

    def sync_below(self, paths: Iterable[Path]) -> None:
        os.sync()

    def rename(self, source: Path, target: Path) -> None:
        number = self._rename(source, target)
        if not number:
            return
        if number not in NOT_HERE:
            raise OSError(number, os.strerror(number), str(target))
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError as error:
            if error.errno not in NOT_HERE:
                raise
            _claim(source, target)

    def _rename(self, source: Path, target: Path) -> int:
        """Rename without replacing, in one call: the number of its error, 0 where it did so."""
        return errno.ENOSYS

    def replace(self, source: Path, target: Path) -> None:
        os.replace(source, target)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def create_held(self, path: Path) -> BinaryIO | None:
        file = path.open("xb")
        if _hold(file) is not False and _is(path, file):
            return file
        file.close()
        return None

    def remove_unheld(self, path: Path, stale_after: float) -> None:
        with path.open("r+b") as file:
            stale = time.time() - os.fstat(file.fileno()).st_mtime > stale_after
            if _hold(file) or stale:
                path.unlink()

    def lock_file(self, path: Path) -> int | None:
        return _locked(os.open(path, os.O_RDWR | os.O_CREAT, 0o666))

    def lock_folder(self, folder: Path) -> int | None:
        return _locked(os.open(folder, os.O_RDONLY))

    def in_use(self, error: OSError) -> bool:
        return False

    def readable_by_others(self, mode: int) -> bool:
        return bool(mode & (stat.S_IRWXG | stat.S_IRWXO))

    def keep_owner(self, path: Path, status: os.stat_result) -> None:
        with contextlib.suppress(OSError):  # only the owner's group, or root, may give a file away
            os.chown(path, status.st_uid, status.st_gid)

    def forget(self, descriptor: int) -> None:
        pass

    def place_of(self, descriptor: int) -> str:
        return ""

    def fits(self, path: Path) -> bool:
        return len(os.fsencode(path)) < self._longest_path

    def kind_of_disk(self, folder: Path) -> str:
        return ""

    def confine(self, owned: Iterable[str]) -> bool:
        return False


def _claim(source: Path, target: Path) -> None:
    """Where neither way is known: take the name with an empty file, which nobody else can, then replace that."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        source.replace(target)
    except OSError:
        target.unlink()
        raise


def _locked(descriptor: int) -> int | None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _hold(file: BinaryIO) -> bool | None:
    """Hold the file against others; False where another process holds it, None where the system cannot tell."""
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
