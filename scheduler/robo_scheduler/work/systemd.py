"""What systemd is told, and what it is told by: a unit, and the few words of sd_notify(3)."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from robo.flow.workspace import Workspace
from robo.platforms.links import links

_UNIT = """\
[Unit]
Description=Robo, {shown}
After=network-online.target remote-fs.target
Wants=network-online.target

[Service]
Type=notify
User={user}
WorkingDirectory={shown}
ExecStart={robo} --workspace {root} serve{options}
Restart=on-failure
RestartSec=5
WatchdogSec=120
KillMode=mixed
TimeoutStopSec=90
OOMPolicy=continue
MemoryMax=4G
TasksMax=1024
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={writes}
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
"""


def unit_of(workspace: Workspace, *options: str) -> str:
    """The unit of this workspace's service, as it would stand in /etc/systemd/system.

    options: what the service is told beside. Nothing in the unit takes from Chromium what its own sandbox is made of:
    namespaces, system calls, shared memory.
    """
    from robo.platforms.processes import processes

    # A share that is not there when the machine starts keeps its own flows from running, not the service.
    folders = sorted({str(folder) for folder in workspace.folders.values()} - {str(workspace.root)})
    return _UNIT.format(
        shown=_escaped(str(workspace.root)),
        root=_word(str(workspace.root)),
        options="".join(f" {one}" for one in options),
        robo=f"{_word(sys.executable)} -m robo",
        user=processes.account(),
        writes=" ".join([_word(str(workspace.root)), *(_word(f"-{folder}") for folder in folders)]),
    )


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _word(text: str) -> str:
    """One word of a unit: systemd.syntax(7), and the variables of systemd.service(5)."""
    escaped = _escaped(text).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"' if escaped != text or " " in text or "'" in text else text


def tell(state: str) -> None:
    """Tell systemd, where it has started this process and asked to be told."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if where:
        with suppress(OSError):
            links.tell(where, state.encode())
