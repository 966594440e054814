"""What wanted to leave a guarded browser and could have written, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from robo.browser.guard.judge import Crossed
from robo.browser.guard.request import Sent, place_of
from robo.browser.guarded import Guard
from robo.browser.lists import Proposals
from robo.kit.data import dataclass
from robo.kit.errors import LaneLost
from robo.kit.lane import Lane
from robo.kit.resource import Crossing
from robo.kit.secrets import BULLETS, Mask, Secret
from robo.kit.text import slug

if TYPE_CHECKING:
    from robo.browser.proxy import Door

_SHORTEST = 4
"""Characters of a password that is looked for within longer texts too."""
_SECRET_NAMES = frozenset(["mdp", "mot_de_passe", "motdepasse", "pass", "passwd", "password", "pwd"])


@dataclass(frozen=True)
class Stopped:
    """A refused crossing. on_page: whether the page was to go elsewhere by it, and stayed."""

    crossing: Crossing
    on_page: bool


class Crossings:
    """Collects them from the guard and from where WebSockets end; not for use by several threads."""

    def __init__(self, lane: Lane, guard: Guard, door: Door) -> None:
        self.guard = guard
        self._door, self._proposals = door, Proposals(lane)
        self._mask, self._passwords = Mask(), set[str]()
        self._untold: list[Crossing] = []

    def hide(self, password: str) -> None:
        """Show this as bullets from now on."""
        if password:
            self._passwords.add(password)
        if len(password) >= _SHORTEST:
            self._mask.hide(Secret(password))

    def take(self) -> Sequence[Crossing]:
        """Those since the last call."""
        with suppress(LaneLost):  # the next step says so
            self.stopped()
        told, self._untold = self._untold, []
        return told

    def stopped(self) -> list[Stopped]:
        """Those refused since either was last called; `take` tells them too. Raises LaneLost if the guard has died."""
        fresh = [(self._shown(one), one["navigation"]) for one in self.guard.report()]
        for host, port in self._door.refused():
            scheme = "wss" if port == 443 else "ws"
            fresh.append((Crossing("refused", "GET", f"{scheme}://{host}:{port}/", why="websocket"), False))
        self._untold += [crossing for crossing, _navigation in fresh]
        return [Stopped(crossing, navigation) for crossing, navigation in fresh if crossing.verdict == "refused"]

    @contextmanager
    def signing_in(self, *addresses: str) -> Iterator[None]:
        """While it lasts, pages may write to sign in; their scripts to the hosts of these addresses alone."""
        with self.guard.signing_in(["{}:{}".format(*place_of(address)) for address in addresses]):
            yield

    def _shown(self, crossed: Crossed) -> Crossing:
        fields = {name: self._veiled(name, value) for name, value in crossed["fields"].items()}
        line = ""
        if crossed["why"] == "unlisted":
            line = self._proposals.line(Sent(crossed["method"], crossed["address"], fields=fields))
        return Crossing(
            verdict=cast(Any, crossed["verdict"]),
            method=crossed["method"],
            address=self._mask(crossed["address"]),
            fields=fields,
            why=cast(Any, crossed["why"]),
            line=line,
        )

    def _veiled(self, name: str, value: Any) -> Any:
        if slug(name) in _SECRET_NAMES or (isinstance(value, str) and value in self._passwords):
            return BULLETS
        if isinstance(value, str):
            return self._mask(value)
        if isinstance(value, Mapping):
            return {inner: self._veiled(inner, one) for inner, one in value.items()}
        return [self._veiled("", one) for one in value] if isinstance(value, list) else value
