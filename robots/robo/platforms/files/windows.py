"""Files of Windows. Checked for types and against what Microsoft documents, not tried on a machine.

Holding is the share mode of an open file: while it is open, nobody else can open it for writing. Like `flock` it
belongs to the open file and not to a process: who is given the handle holds it as well, and it ends with the last.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

assert sys.platform == "win32"

import msvcrt  # noqa: E402

from robo.platforms import win32  # noqa: E402

_FOLDER_LOCK = ".~robo-writing"
_LONGEST, _LONGEST_EVER = 259, 32_000  # MAX_PATH without its zero; a little below what the system can name
_TRIES, _PAUSE = 20, 0.05
"""A virus scanner or an indexer has a new file open for an instant."""


class WindowsFiles:
    devices: tuple[str, ...] = ("nul", "\\\\.\\nul")
    scratch_variables: tuple[str, ...] = ("TEMP", "TMP", "TMPDIR")

    def sync(self, path: Path) -> None:
        """A folder is left to NTFS, which writes down what it does with names, and to `WRITE_THROUGH`."""
        if path.is_dir():
            return
        try:
            with path.open("r+b") as file:
                os.fsync(file.fileno())
        except PermissionError:
            return  # read-only, or open in another program: we may not ask

    def sync_below(self, paths: Iterable[Path]) -> None:
        for path in paths:
            for one in (path, *path.rglob("*")):
                self.sync(one)

    def rename(self, source: Path, target: Path) -> None:
        _moved(source, target, win32.WRITE_THROUGH)

    def replace(self, source: Path, target: Path) -> None:
        _moved(source, target, win32.WRITE_THROUGH | win32.REPLACE_EXISTING)

    def unlink(self, path: Path) -> None:
        """What is marked as read-only may be given another name there, but not be removed."""
        try:
            path.unlink()
        except PermissionError:
            if not path.stat().st_file_attributes & stat.FILE_ATTRIBUTE_READONLY:
                raise
            path.chmod(stat.S_IWRITE)
            path.unlink()

    def create_held(self, path: Path) -> BinaryIO | None:
        access = win32.GENERIC_READ | win32.GENERIC_WRITE
        handle = win32.create_file(str(path), access, win32.SHARE_READ | win32.SHARE_DELETE, win32.CREATE_NEW)
        return open(_descriptor(handle), "r+b")

    def remove_unheld(self, path: Path, stale_after: float) -> None:
        """Share modes tell on shares too: age is not asked."""
        try:
            handle = win32.create_file(
                str(path), win32.GENERIC_WRITE, win32.SHARE_READ | win32.SHARE_DELETE, win32.OPEN_EXISTING
            )
        except PermissionError:
            return  # held
        try:
            path.unlink()
        finally:
            win32.close(handle)

    def lock_file(self, path: Path) -> int | None:
        access = win32.GENERIC_READ | win32.GENERIC_WRITE
        return _held(str(path), access, win32.SHARE_READ, win32.OPEN_ALWAYS)

    def lock_folder(self, folder: Path) -> int | None:
        """By a hidden file in it, which goes away with its last handle."""
        flags = win32.DELETE_ON_CLOSE | win32.HIDDEN
        access = win32.GENERIC_WRITE | win32.DELETE
        for _try in range(_TRIES):
            try:
                return _held(str(folder / _FOLDER_LOCK), access, 0, win32.OPEN_ALWAYS, flags)
            except PermissionError:
                time.sleep(_PAUSE)  # the one before us is about to go away, or we may not write here
        return _held(str(folder / _FOLDER_LOCK), access, 0, win32.OPEN_ALWAYS, flags)

    def in_use(self, error: OSError) -> bool:
        """Replacing what is open is answered by "access denied": a plain lack of rights looks the same."""
        return isinstance(error, PermissionError)

    def readable_by_others(self, mode: int) -> bool:
        """Windows has lists of rights instead, which a folder hands on to its files."""
        return False

    def keep_owner(self, path: Path, status: os.stat_result) -> None:
        pass

    def forget(self, descriptor: int) -> None:
        pass

    def place_of(self, descriptor: int) -> str:
        try:
            return os.path.realpath(win32.path_of(msvcrt.get_osfhandle(descriptor)))
        except OSError:
            return ""

    def fits(self, path: Path) -> bool:
        longest = _LONGEST_EVER if win32.takes_long_paths() else _LONGEST
        return len(str(path).encode("utf-16-le", "surrogatepass")) // 2 <= longest

    def kind_of_disk(self, folder: Path) -> str:
        root = folder.resolve().anchor
        remote, kind = win32.kind_of_volume(root)
        return "cifs" if remote or root.startswith("\\\\") else kind.lower()

    def confine(self, owned: Iterable[str]) -> bool:
        return False


def _moved(source: Path, target: Path, flags: int) -> None:
    for left in reversed(range(_TRIES)):
        try:
            win32.move_file(str(source), str(target), flags)
        except PermissionError as error:
            if not left or error.winerror not in (win32.ACCESS_DENIED, win32.SHARING_VIOLATION):
                raise
            time.sleep(_PAUSE)
        else:
            return


def _held(path: str, access: int, share: int, how: int, flags: int = 0) -> int | None:
    try:
        return _descriptor(win32.create_file(path, access, share, how, flags))
    except PermissionError as error:
        if error.winerror == win32.SHARING_VIOLATION:
            return None
        raise


def _descriptor(handle: int) -> int:
    try:
        return msvcrt.open_osfhandle(handle, os.O_RDWR | os.O_BINARY | os.O_NOINHERIT)
    except OSError:
        win32.close(handle)
        raise
