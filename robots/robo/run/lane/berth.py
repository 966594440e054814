"""What a robot may know of the lane it works in, made from the supervisor's order."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from robo.flow.vault import Vault
from robo.flow.workspace import Workspace, open_workspace
from robo.kit.lane import Lane


@functools.cache
def _workspace(root: str, environment: str) -> Workspace:
    return open_workspace(Path(root), environment)


def workspace(order: dict[str, Any]) -> Workspace:
    """The workspace that the order names."""
    return _workspace(order["root"], order["environment"])


@functools.cache
def _berth(text: str) -> Lane:
    order = json.loads(text)
    where = workspace(order)
    vault = Vault(where.state)
    return Lane(
        workspace=where.root,
        folder=Path(order["folder"]),
        scratch=Path(order["scratch"]),
        site=where.site(order["site"]) if order["site"] else None,
        sites=tuple(where.sites.values()),
        allow_hosts=tuple(order["allow_hosts"]),
        language=order["locale"],
        step_timeout=order["step_timeout"],
        headed=order["headed"],
        mail=tuple(where.mail_server(name, vault) for name in where.mail),
        folders=where.folders,
        dry=order["dry"],
    )


def berth(order: dict[str, Any]) -> Lane:
    """The lane that robots are lent to."""
    return _berth(json.dumps(order))
