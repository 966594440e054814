"""The third wall of a dry run: Python itself refuses what would change something outside of what the dry run owns.

Robots hold to the contract of changes, and the guard of the browser stops what pages send. This wall stands behind
both, for any Python that a lab has written: files opened for writing, names changed or removed, processes, sockets. By
itself it is no prison: what is called through C, and files that were open before, pass. See `Files.confine`.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import WeakSet

from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.platforms.files import files
from robo.run.system.machine import below

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_COMPILING = "<frozen importlib._bootstrap_external>"
"""Where Python keeps what it compiled: an import that is under way when the wall is put up may end."""
_OURS = str(Path(__file__).resolve().parents[2])
_LIBRARIES = (str(Path(os.__file__).parent), sys.prefix, sys.base_prefix, "<frozen")


class NotInADryRun(Failed):
    """A robot wanted to change something while it was only to look."""


class Wall:
    """Put up once in a lane; nothing takes it down again.

    owned: the folders in which the dry run may write.
    """

    def __init__(self, owned: Iterable[Path]) -> None:
        self._owned = tuple(os.path.realpath(one) for one in owned)
        self._trusted: WeakSet[threading.Thread] = WeakSet()
        self._opener: threading.Thread | None = None
        self._before: frozenset[threading.Thread] = frozenset()
        self._tried: list[str] = []
        self.confined = False

    def put_up(self) -> None:
        """From now on, in every thread."""
        sys.dont_write_bytecode = True  # a lab's own robots are compiled beside their files
        sys.addaudithook(self._hear)

    @contextmanager
    def gate(self) -> Iterator[None]:
        """While a resource is opened or closed: its processes and the threads that it starts do their own work."""
        if self._opener is not None:
            yield
            return
        self._before, self._opener = frozenset(threading.enumerate()), threading.current_thread()
        try:
            yield
        finally:
            self._opener = None
            self._trusted.update(set(threading.enumerate()) - self._before)

    def confine(self) -> None:
        """Where the system can, let the thread of the robots write nowhere else, whatever they call."""
        self.confined = files.confine(self._owned)

    def tried(self) -> list[str]:
        """What was refused since it was last asked, in sentences, even if the robot kept silent about it."""
        told, self._tried = self._tried, []
        return told

    # ---- inside

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        judge = _JUDGES.get(event)
        if judge is None or self._is_trusted():
            return
        wanted = judge(self, arguments)
        if wanted:
            said = _("a dry run changes nothing, and {who} wanted to {what}").format(who=_asker(), what=wanted)
            self._tried.append(said)
            raise NotInADryRun(said)

    def _is_trusted(self) -> bool:
        if sys._getframe(2).f_code.co_filename == _COMPILING:
            return True
        thread = threading.current_thread()
        if self._opener is not None and (thread is self._opener or thread not in self._before):
            return True
        return thread in self._trusted

    def _owns(self, path: Any, folder: int = -1) -> bool:
        place = _place(path, folder)
        return place in files.devices or any(place == one or place.startswith(one + os.sep) for one in self._owned)

    def _opened(self, arguments: tuple[Any, ...]) -> str:
        path, _mode, flags = arguments
        # A number is a file that is open already: how it was opened was judged then.
        if isinstance(path, int) or not flags & _WRITING or self._owns(path):
            return ""
        return _("write {path}").format(path=_place(path))

    def _file(self, path: Any, folder: int = -1) -> str:
        return "" if self._owns(path, folder) else _("change or remove {path}").format(path=_place(path, folder))

    def _both(self, arguments: tuple[Any, ...]) -> str:
        """from, to, and the open folders below which they are."""
        return self._file(arguments[0], arguments[2]) or self._file(arguments[1], arguments[3])

    def _program(self, arguments: tuple[Any, ...]) -> str:
        command = next((one for one in arguments if isinstance(one, str | bytes | os.PathLike)), "")
        return _("start a process ({program})").format(program=os.fsdecode(command) or sys.executable)

    def _signal(self, arguments: tuple[Any, ...]) -> str:
        pid = int(arguments[0])
        if pid == os.getpid() or pid in {process.pid for process in below(os.getpid())}:
            return ""
        return _("send a signal to process {pid}").format(pid=pid)

    def _socket(self, arguments: tuple[Any, ...]) -> str:
        address = arguments[1]
        if address is None:
            return ""  # what is connected already was judged then
        host = ":".join(map(str, address[:2])) if isinstance(address, tuple) else os.fsdecode(address)
        return _("connect to {host}").format(host=host)

    def _database(self, arguments: tuple[Any, ...]) -> str:
        path = os.fsdecode(arguments[0])
        name, _question, how = path.removeprefix("file:").partition("?")
        only_read = path.startswith("file:") and ("mode=ro" in how or "immutable=1" in how)
        if only_read or "mode=memory" in how or name in ("", ":memory:") or self._owns(name):
            return ""
        return _("open the database {path}").format(path=name)


_JUDGES: dict[str, Callable[[Wall, tuple[Any, ...]], str]] = {
    "open": Wall._opened,
    **dict.fromkeys(("os.remove", "os.rmdir"), lambda wall, told: wall._file(told[0], told[1])),
    **dict.fromkeys(("os.mkdir", "os.chmod"), lambda wall, told: wall._file(told[0], told[2])),
    **dict.fromkeys(("os.chown", "os.utime"), lambda wall, told: wall._file(told[0], told[3])),
    **dict.fromkeys(("os.truncate", "os.setxattr", "os.removexattr"), lambda wall, told: wall._file(told[0])),
    **dict.fromkeys(("os.rename", "os.link"), Wall._both),
    "os.symlink": lambda wall, told: wall._file(told[1], told[2]),
    **dict.fromkeys(
        (
            "subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork", "os.forkpty", "os.spawn", "os.system",
            "pty.spawn",
        ),
        Wall._program,
    ),
    **dict.fromkeys(("os.kill", "os.killpg"), Wall._signal),
    **dict.fromkeys(("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"), Wall._socket),
    "sqlite3.connect": Wall._database,
}  # fmt: skip


def _place(path: Any, folder: int = -1) -> str:
    """The real place of a path, of a path below an open folder, or of an open file."""
    if isinstance(path, int):
        return files.place_of(path)
    text = os.fsdecode(path)
    return os.path.realpath(os.path.join(files.place_of(folder), text) if folder >= 0 else text)


def _asker() -> str:
    """The file and line of the robot that asked: the nearest code that is neither ours nor a library's."""
    frame: FrameType | None = sys._getframe(2)
    nearest = ""
    while frame is not None:
        file = frame.f_code.co_filename
        told = f"{Path(file).parent.name}/{Path(file).name}:{frame.f_lineno}"
        if not file.startswith((_OURS, *_LIBRARIES)):
            return told
        if not nearest and not file.startswith((f"{_OURS}/run", *_LIBRARIES)):
            nearest = told
        frame = frame.f_back
    return nearest or _("a robot")
