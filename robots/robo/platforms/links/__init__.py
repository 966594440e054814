"""The tie between a supervisor and a lane as the system at hand makes it: `links.start(...)`. Promised: `Links`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from robo.platforms.links.protocol import Links

if sys.platform == "win32":
    from robo.platforms.links.windows import WindowsLinks as _Here
else:
    from robo.platforms.links.posix import PosixLinks as _Here

links: Links = _Here()
