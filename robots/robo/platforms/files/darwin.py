"""Files of macOS. Checked for types, not tried on a machine."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path

assert sys.platform == "darwin"

import fcntl  # noqa: E402

from robo.platforms.files.posix import PosixFiles  # noqa: E402

_NEVER_REPLACE = 4  # RENAME_EXCL of sys/stdio.h
_SIZE_OF_STATFS, _KIND, _LENGTH = 2168, 72, 16  # struct statfs of sys/mount.h with 64-bit inodes: f_fstypename
_LONGEST = 1024  # MAXPATHLEN


class DarwinFiles(PosixFiles):
    _longest_path = _LONGEST

    def _rename(self, source: Path, target: Path) -> int:
        import ctypes

        try:
            call = ctypes.CDLL(None, use_errno=True).renamex_np
        except (AttributeError, OSError):
            return errno.ENOSYS
        failed = call(os.fsencode(source), os.fsencode(target), ctypes.c_uint(_NEVER_REPLACE))
        return ctypes.get_errno() if failed else 0

    def sync(self, path: Path) -> None:
        super().sync(path)
        if path.is_file():  # fsync alone leaves the data in the memory of the drive
            handle = os.open(path, os.O_RDONLY)
            try:
                fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            except OSError as error:
                if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
                    raise
            finally:
                os.close(handle)

    def sync_below(self, paths: Iterable[Path]) -> None:
        """`sync` only begins to write there."""
        for path in paths:
            for one in (path, *path.rglob("*")):
                self.sync(one)

    def forget(self, descriptor: int) -> None:
        fcntl.fcntl(descriptor, fcntl.F_NOCACHE, 1)

    def place_of(self, descriptor: int) -> str:
        try:
            told = fcntl.fcntl(descriptor, fcntl.F_GETPATH, b"\0" * _LONGEST)
        except OSError:
            return ""
        return os.path.realpath(os.fsdecode(told.rstrip(b"\0")))

    def kind_of_disk(self, folder: Path) -> str:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        call = getattr(libc, "statfs$INODE64", None) or libc.statfs
        told = ctypes.create_string_buffer(_SIZE_OF_STATFS)
        if call(os.fsencode(folder), told):
            return ""
        return told.raw[_KIND : _KIND + _LENGTH].partition(b"\0")[0].decode("ascii", "replace")
