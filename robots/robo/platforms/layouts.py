"""The structures of Win32 that Robo hands over, laid out alike on every machine, so that their sizes can be tested."""

from __future__ import annotations

import ctypes

DWORD, WORD, BOOL, HANDLE, SIZE = ctypes.c_uint32, ctypes.c_uint16, ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t


class FileTime(ctypes.Structure):
    """FILETIME of minwinbase.h: 100 nanoseconds since 1601."""

    _fields_ = (("low", DWORD), ("high", DWORD))

    def ticks(self) -> int:
        """All of it as one number."""
        return int(self.high) << 32 | int(self.low)


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION of winnt.h."""

    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("flags", DWORD),
        ("minimum_working_set", SIZE),
        ("maximum_working_set", SIZE),
        ("active_processes", DWORD),
        ("affinity", SIZE),
        ("priority_class", DWORD),
        ("scheduling_class", DWORD),
    )


class IoCounters(ctypes.Structure):
    """IO_COUNTERS of winnt.h."""

    _fields_ = tuple((name, ctypes.c_uint64) for name in ("reads", "writes", "others", "read", "written", "other"))


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION of winnt.h."""

    _fields_ = (
        ("basic", BasicLimits),
        ("io", IoCounters),
        ("process_memory", SIZE),
        ("job_memory", SIZE),
        ("peak_process_memory", SIZE),
        ("peak_job_memory", SIZE),
    )


class ProcessEntry(ctypes.Structure):
    """PROCESSENTRY32W of tlhelp32.h."""

    _fields_ = (
        ("size", DWORD),
        ("usage", DWORD),
        ("pid", DWORD),
        ("heap", SIZE),
        ("module", DWORD),
        ("threads", DWORD),
        ("parent", DWORD),
        ("priority", ctypes.c_int32),
        ("flags", DWORD),
        ("program", WORD * 260),
    )


def process_list(room: int) -> type[ctypes.Structure]:
    """JOBOBJECT_BASIC_PROCESS_ID_LIST of winnt.h, with room for so many processes."""

    class ProcessList(ctypes.Structure):
        _fields_ = (("assigned", DWORD), ("listed", DWORD), ("pids", SIZE * room))

    return ProcessList
