"""Files of Linux: renaming without replacing, what /proc tells, and Landlock."""

from __future__ import annotations

import errno
import functools
import os
import struct
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

assert sys.platform == "linux"

from robo.platforms.files.posix import PosixFiles  # noqa: E402

_HERE = -100  # AT_FDCWD
_NEVER_REPLACE = 1  # RENAME_NOREPLACE of linux/fs.h
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # Landlock's, the same on every architecture since Linux 5.13
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS of linux/prctl.h
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_NAMES = sum(1 << bit for bit in range(4, 13))  # removing and making of every kind
_BY_VERSION = {2: 1 << 13, 3: _TRUNCATE}  # moving between folders, cutting a file


class LinuxFiles(PosixFiles):
    def _rename(self, source: Path, target: Path) -> int:
        return _renamer()(source, target)

    def forget(self, descriptor: int) -> None:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def place_of(self, descriptor: int) -> str:
        return os.path.realpath(f"/proc/self/fd/{descriptor}")

    def kind_of_disk(self, folder: Path) -> str:
        try:
            lines = Path("/proc/self/mounts").read_text("utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        mounts = [(line.split()[1].replace("\\040", " "), line.split()[2]) for line in lines if len(line.split()) > 2]
        holding = [(place, kind) for place, kind in mounts if os.path.commonpath((place, folder.resolve())) == place]
        return max(holding, key=lambda one: len(one[0]), default=("", ""))[1]

    def confine(self, owned: Iterable[str]) -> bool:
        """By Landlock: what it takes from a thread it takes from all that the thread starts from then on.

        It is never given back. What ran before, such as the browser with its own guard, stays as it is.
        """
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)
        if version < 1:
            return False
        writing = _WRITE_FILE | _NAMES | sum(bits for since, bits in _BY_VERSION.items() if version >= since)
        asked = struct.pack("=Q", writing)
        rules = libc.syscall(_CREATE, asked, ctypes.c_size_t(len(asked)), 0)
        if rules < 0:
            return False
        try:
            for path, access in [*((one, writing) for one in owned), ("/dev", _WRITE_FILE | (_TRUNCATE & writing))]:
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
                try:
                    rule = struct.pack("=Qi", access, place)
                    if libc.syscall(_ADD_RULE, rules, _BENEATH, rule, 0):
                        return False
                finally:
                    os.close(place)
            libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
            return bool(libc.syscall(_RESTRICT, rules, 0) == 0)
        finally:
            os.close(rules)


@functools.cache
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
