"""What systemd is told, and what it is told by: a unit, and the few words of sd_notify(3)."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from robo.flow.workspace import Workspace
from robo.platforms.links import links

_UNIT = """\
[Unit]
Description=Robo, {root}
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
ExecStart={robo} --workspace {root} serve
WorkingDirectory={root}
User={user}
Restart=on-failure
RestartSec=5
WatchdogSec=120
KillMode=mixed
TimeoutStopSec=90
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={writes}
PrivateTmp=yes
MemoryMax=4G
TasksMax=1024

[Install]
WantedBy=multi-user.target
"""


def unit_of(workspace: Workspace) -> str:
    """The unit of this workspace's service, as it would stand in /etc/systemd/system."""
    from robo.run.start import who

    writes = " ".join(sorted({str(workspace.root), *(str(folder) for folder in workspace.folders.values())}))
    robo = f"{sys.executable} -m robo"
    return _UNIT.format(root=workspace.root, robo=robo, user=who(), writes=writes)


def tell(state: str) -> None:
    """Tell systemd, where it has started this process and asked to be told."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if where:
        with suppress(OSError):
            links.tell(where, state.encode())
