"""Files as the system at hand keeps, holds and names them: `files.sync(path)`. What is promised: `Files`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from robo.platforms.files.protocol import Files

if sys.platform == "win32":
    from robo.platforms.files.windows import WindowsFiles as _Here
elif sys.platform == "linux":
    from robo.platforms.files.linux import LinuxFiles as _Here
elif sys.platform == "darwin":
    from robo.platforms.files.darwin import DarwinFiles as _Here
else:
    from robo.platforms.files.posix import PosixFiles as _Here

files: Files = _Here()
