"""The process itself: it starts the browser, and the browser does not outlive it by an instant.

However the guard dies, the kernel kills the browser. The browser could see its wire end an instant earlier, and would
then let go of every request that waits; so it is given the other ends of its own wire, and never sees them closed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import NoReturn

assert sys.platform == "linux"

from .wire import Gone, Wire  # noqa: E402

_DEATH_OF_PARENT = 1  # PR_SET_PDEATHSIG of linux/prctl.h


def main() -> NoReturn:
    """Arguments: the lane's socket, the browser, the browser's arguments. Playwright speaks on descriptors 3 and 4."""
    address, program, *arguments = sys.argv[1:]
    lane = socket.socket(socket.AF_UNIX)
    lane.connect(address)
    from_playwright, to_playwright = os.dup(3), os.dup(4)  # the copies are not inherited
    commands, to_browser = os.pipe()
    from_browser, events = os.pipe()
    browser = _start(program, arguments, (commands, events), (to_browser, from_browser))
    for descriptor in (3, 4, commands, events):
        os.close(descriptor)
    with suppress(Gone, OSError):
        Wire((from_playwright, to_playwright), (from_browser, to_browser), lane).run(os.pidfd_open(browser))
    os._exit(_end(browser))


def _start(program: str, arguments: list[str], wire: tuple[int, int], other_ends: tuple[int, int]) -> int:
    prctl, guard = ctypes.CDLL(None).prctl, os.getpid()
    browser = os.fork()
    if browser:
        return browser
    try:
        prctl(_DEATH_OF_PARENT, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == guard:
            for descriptor, place in zip(wire, (3, 4), strict=True):
                os.dup2(descriptor, place)
            for descriptor in other_ends:
                os.set_inheritable(descriptor, True)
            os.execv(program, [program, *arguments])  # noqa: S606  # in the child that was forked for it
    finally:
        os._exit(127)


def _end(browser: int) -> int:
    """Its exit status; killed unless it has ended by itself: nothing more is sent, not even on unload."""
    ended, status = os.waitpid(browser, os.WNOHANG)
    if not ended:
        os.kill(browser, signal.SIGKILL)
        _browser, status = os.waitpid(browser, 0)
    return os.waitstatus_to_exitcode(status) & 255
