"""What Robo calls of Win32, as Microsoft documents it. Every call that fails raises OSError with its `winerror`."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_void_p, c_wchar_p
from typing import Any

from robo.platforms.layouts import BOOL, DWORD, HANDLE, ExtendedLimits, FileTime, ProcessEntry, process_list

assert sys.platform == "win32"

ACCESS_DENIED, SHARING_VIOLATION, LOCK_VIOLATION = 5, 32, 33
INVALID_PARAMETER, MORE_DATA = 87, 234

# winnt.h: what a handle may be used for
TERMINATE, DUPLICATE, QUOTA, ASK, WAIT = 0x0001, 0x0040, 0x0100, 0x1000, 0x00100000
GENERIC_READ, GENERIC_WRITE, DELETE = 0x80000000, 0x40000000, 0x00010000
SHARE_READ, SHARE_DELETE = 1, 4
# fileapi.h, winbase.h
CREATE_NEW, OPEN_EXISTING, OPEN_ALWAYS = 1, 3, 4
HIDDEN, BACKUP_SEMANTICS, DELETE_ON_CLOSE = 0x00000002, 0x02000000, 0x04000000
REPLACE_EXISTING, WRITE_THROUGH = 1, 8
REMOTE_DRIVE = 4

_KILL_ON_CLOSE, _DIE_ON_EXCEPTION = 0x2000, 0x400
_PROCESS_LIST, _EXTENDED_LIMITS = 3, 9
_SNAP_PROCESSES = 2
_INVALID = c_void_p(-1).value
_SAME_ACCESS = 2
_MODIFY_STATE = 2
_FOR_EVER = 0xFFFFFFFF
_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_rights = ctypes.WinDLL("advapi32", use_last_error=True)


def _declared(name: str, result: Any, *arguments: Any, library: ctypes.WinDLL = _kernel) -> Any:
    call = getattr(library, name)
    call.restype, call.argtypes = result, arguments
    return call


_close = _declared("CloseHandle", BOOL, HANDLE)
_myself = _declared("GetCurrentProcess", HANDLE)
_open_process = _declared("OpenProcess", HANDLE, DWORD, BOOL, DWORD)
_terminate_process = _declared("TerminateProcess", BOOL, HANDLE, DWORD)
_times = _declared("GetProcessTimes", BOOL, HANDLE, *(POINTER(FileTime),) * 4)
_wait = _declared("WaitForSingleObject", DWORD, HANDLE, DWORD)
_create_job = _declared("CreateJobObjectW", HANDLE, c_void_p, c_wchar_p)
_set_job = _declared("SetInformationJobObject", BOOL, HANDLE, DWORD, c_void_p, DWORD)
_assign = _declared("AssignProcessToJobObject", BOOL, HANDLE, HANDLE)
_terminate_job = _declared("TerminateJobObject", BOOL, HANDLE, DWORD)
_ask_job = _declared("QueryInformationJobObject", BOOL, HANDLE, DWORD, c_void_p, DWORD, POINTER(DWORD))
_is_in_job = _declared("IsProcessInJob", BOOL, HANDLE, HANDLE, POINTER(BOOL))
_snapshot = _declared("CreateToolhelp32Snapshot", HANDLE, DWORD, DWORD)
_first = _declared("Process32FirstW", BOOL, HANDLE, POINTER(ProcessEntry))
_next = _declared("Process32NextW", BOOL, HANDLE, POINTER(ProcessEntry))
_duplicate = _declared("DuplicateHandle", BOOL, HANDLE, HANDLE, HANDLE, POINTER(HANDLE), DWORD, BOOL, DWORD)
_create_event = _declared("CreateEventW", HANDLE, c_void_p, BOOL, BOOL, c_wchar_p)
_open_event = _declared("OpenEventW", HANDLE, DWORD, BOOL, c_wchar_p)
_set_event = _declared("SetEvent", BOOL, HANDLE)
_create_file = _declared("CreateFileW", HANDLE, c_wchar_p, DWORD, DWORD, c_void_p, DWORD, DWORD, HANDLE)
_move_file = _declared("MoveFileExW", BOOL, c_wchar_p, c_wchar_p, DWORD)
_final_path = _declared("GetFinalPathNameByHandleW", DWORD, HANDLE, c_wchar_p, DWORD, DWORD)
_drive_type = _declared("GetDriveTypeW", ctypes.c_uint32, c_wchar_p)
_volume = _declared(
    "GetVolumeInformationW", BOOL, c_wchar_p, c_wchar_p, DWORD, c_void_p, c_void_p, c_void_p, c_wchar_p, DWORD
)
_user_name = _declared("GetUserNameW", BOOL, c_wchar_p, POINTER(DWORD), library=_rights)


def _failed(path: str | None = None) -> OSError:
    error = ctypes.WinError(ctypes.get_last_error())
    if path is not None:
        error.filename = path
    return error


def close(handle: int) -> None:
    """CloseHandle."""
    _close(handle)


# --- processes -------------------------------------------------------------------------------------------------------


def open_process(pid: int, access: int) -> int:
    """OpenProcess: a handle, which keeps the number from being given to another process until it is closed."""
    handle = _open_process(access, False, pid)
    if not handle:
        raise _failed()
    return int(handle)


@contextmanager
def process(pid: int, access: int) -> Iterator[int]:
    """`open_process` for as long as it lasts."""
    handle = open_process(pid, access)
    try:
        yield handle
    finally:
        close(handle)


def started(handle: int) -> int:
    """GetProcessTimes: when the process was started, in 100 nanoseconds since 1601."""
    times = [FileTime() for _time in range(4)]
    if not _times(handle, *map(byref, times)):
        raise _failed()
    return times[0].ticks()


def has_ended(handle: int) -> bool:
    """WaitForSingleObject, without waiting: whether that process has ended."""
    return bool(_wait(handle, 0) == 0)


def terminate(handle: int, status: int) -> None:
    """TerminateProcess."""
    if not _terminate_process(handle, status):
        raise _failed()


def parents() -> dict[int, int]:
    """CreateToolhelp32Snapshot: the number of each process, and the one that its parent had."""
    snapshot = _snapshot(_SNAP_PROCESSES, 0)
    if snapshot == _INVALID:
        raise _failed()
    found = {}
    try:
        entry = ProcessEntry(size=ctypes.sizeof(ProcessEntry))
        more = _first(snapshot, byref(entry))
        while more:
            found[int(entry.pid)] = int(entry.parent)
            more = _next(snapshot, byref(entry))
    finally:
        close(snapshot)
    return found


def duplicate(handle: int, into: int) -> int:
    """DuplicateHandle: let the process `into` hold what our handle stands for; its number there."""
    given = HANDLE()
    if not _duplicate(_myself(), handle, into, byref(given), 0, False, _SAME_ACCESS):
        raise _failed()
    return int(given.value or 0)


def event(name: str) -> int:
    """CreateEventW: one that is reset by who waits for it."""
    made = _create_event(None, False, False, name)
    if not made:
        raise _failed()
    return int(made)


def set_event(name: str) -> None:
    """OpenEventW and SetEvent."""
    handle = _open_event(_MODIFY_STATE, False, name)
    if not handle:
        raise _failed()
    try:
        if not _set_event(handle):
            raise _failed()
    finally:
        close(handle)


def wait_for(handle: int) -> bool:
    """WaitForSingleObject, for as long as it takes; False where it cannot be waited for."""
    return bool(_wait(handle, _FOR_EVER) == 0)


# --- jobs ------------------------------------------------------------------------------------------------------------


def job() -> int:
    """CreateJobObjectW: a job that ends all its processes when its last handle is closed, by whatever death."""
    made = _create_job(None, None)
    if not made:
        raise _failed()
    limits = ExtendedLimits()
    limits.basic.flags = _KILL_ON_CLOSE | _DIE_ON_EXCEPTION
    if not _set_job(made, _EXTENDED_LIMITS, byref(limits), ctypes.sizeof(limits)):
        raise _failed()
    return int(made)


def put_into(job: int, process: int | None = None) -> None:
    """AssignProcessToJobObject: put a process into it, by default this one.

    All that it starts from then on is in the job as well, and cannot leave it. Jobs within jobs need Windows 8.
    """
    if not _assign(job, _myself() if process is None else process):
        raise _failed()


def end_job(handle: int, status: int) -> None:
    """TerminateJobObject: end all that is in it."""
    _terminate_job(handle, status)


def in_job(handle: int, job: int) -> bool:
    """IsProcessInJob: whether that process is in the job, or in one within it."""
    answer = BOOL()
    if not _is_in_job(handle, job, byref(answer)):
        raise _failed()
    return bool(answer.value)


def processes_of(job: int) -> list[int]:
    """QueryInformationJobObject: the numbers of all processes in the job and in those within it."""
    room = 256
    while True:
        told: Any = process_list(room)()
        if _ask_job(job, _PROCESS_LIST, byref(told), ctypes.sizeof(told), None):
            return [int(pid) for pid in told.pids[: told.listed]]
        if ctypes.get_last_error() != MORE_DATA:
            raise _failed()
        room *= 4


# --- files -----------------------------------------------------------------------------------------------------------


def create_file(path: str, access: int, share: int, how: int, flags: int = 0) -> int:
    """CreateFileW: a handle that no child inherits. `share`: what others may do with the file while it is open."""
    handle = _create_file(path, access, share, None, how, flags, None)
    if handle == _INVALID or handle is None:
        raise _failed(path)
    return int(handle)


def move_file(source: str, target: str, flags: int) -> None:
    """MoveFileExW."""
    if not _move_file(source, target, flags):
        raise _failed(source)


def path_of(handle: int) -> str:
    """GetFinalPathNameByHandleW: the real place of an open file."""
    room = 32768
    buffer = ctypes.create_unicode_buffer(room)
    if not 0 < _final_path(handle, buffer, room, 0) < room:
        raise _failed()
    return buffer.value


def kind_of_volume(root: str) -> tuple[bool, str]:
    """GetDriveTypeW and GetVolumeInformationW: (whether it is on another machine, its kind, such as "NTFS")."""
    remote = _drive_type(root) == REMOTE_DRIVE
    kind = ctypes.create_unicode_buffer(261)
    known = _volume(root, None, 0, None, None, None, kind, 261)
    return remote, kind.value if known else ""


def user_name() -> str:
    """GetUserNameW: whose process this is; "" where that is not told."""
    room = DWORD(257)  # UNLEN and a zero
    buffer = ctypes.create_unicode_buffer(room.value)
    return buffer.value if _user_name(buffer, byref(room)) else ""


def windows_id() -> str:
    """What tells this installation of Windows from all others; "" where it cannot be read."""
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    except OSError:
        return ""


def takes_long_paths() -> bool:
    """Whether this machine lets programs name paths of more than 259 characters."""
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    except OSError:
        return False
