"""The tie between a supervisor and a lane as the system at hand makes it: `links.start(...)`. Promised: `Links`."""

from __future__ import annotations

import sys

from robo.platforms.links.protocol import Link, Links, Tether

if sys.platform == "win32":
    from robo.platforms.links.windows import WindowsLinks as _Here
else:
    from robo.platforms.links.posix import PosixLinks as _Here

__all__ = ["Link", "Links", "Tether", "links"]

links: Links = _Here()
