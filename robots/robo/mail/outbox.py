"""The lane's way out: one connection to the mail server, opened when first needed, kept for the next mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from robo.kit.errors import FaultyFlow
from robo.kit.lane import Lane, MailServer, usual_mail
from robo.kit.messages import _
from robo.kit.resource import Crossing, resource

if TYPE_CHECKING:
    from robo.mail.connection import Connection


@resource
class Outbox:
    """Hands mails to the servers of the lane. It never connects in a dry run."""

    fleeting: ClassVar[bool] = False

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self._connections: dict[str, Connection] = {}

    @classmethod
    def open(cls, lane: Lane) -> Outbox:
        return cls(lane)

    def server(self, name: str = "") -> MailServer:
        """The `[mail.NAME]` of that name, the usual one where it is empty. Raises FaultyFlow."""
        known = {one.name: one for one in self.lane.mail}
        named = name or usual_mail(known)
        if named not in known:
            raise FaultyFlow(_("[mail.{name}] is not in robo.toml").format(name=named or "main"))
        return known[named]

    def connection(self, server: MailServer) -> Connection:
        """The one to that server, not necessarily open yet."""
        if server.name not in self._connections:
            from robo.mail.connection import Connection

            self._connections[server.name] = Connection(server)
        return self._connections[server.name]

    def close(self) -> None:
        for one in self._connections.values():
            one.close()

    def renew(self) -> None:
        """Nothing to do: what a broken connection was about is known."""

    def shows(self, text: str) -> bool:
        return False

    def evidence(self, folder: Path, name: str) -> Mapping[str, str]:
        return {}

    def crossings(self) -> Sequence[Crossing]:
        return ()
