"""Behind the wall of a dry run, where the system has it: Linux itself lets a thread write into a few folders only.

What Landlock takes from a thread it takes from all that the thread starts from then on, whatever it is written in, and
gives back to nobody. What ran before, such as the browser with its own guard, stays as it is.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterable

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every architecture since Linux 5.13
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS of linux/prctl.h
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_NAMES = sum(1 << bit for bit in range(4, 13))  # removing and making of every kind
_BY_VERSION = {2: 1 << 13, 3: _TRUNCATE}  # moving between folders, cutting a file


def confine(owned: Iterable[str]) -> bool:
    """Let this thread write nowhere but below these folders; False where the system cannot."""
    if sys.platform != "linux":
        return False
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
