"""Processes as the system at hand knows and ends them: `processes.kill(...)`. What is promised: `Processes`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from robo.platforms.processes.process import MARK, Process

if TYPE_CHECKING:
    from robo.platforms.processes.protocol import Processes

if sys.platform == "win32":
    from robo.platforms.processes.windows import WindowsProcesses as _Here
elif sys.platform == "linux":
    from robo.platforms.processes.linux import LinuxProcesses as _Here
elif sys.platform == "darwin":
    from robo.platforms.processes.darwin import DarwinProcesses as _Here
else:
    from robo.platforms.processes.posix import PosixProcesses as _Here

__all__ = ["MARK", "Process", "processes"]

processes: Processes = _Here()
