"""Which requests of a real run's page left and could have written: what its events told, against what the proxy saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from robo.browser.guard.request import SAFE, Sent

if TYPE_CHECKING:
    from robo.browser.proxy import Departure


def writes(seen: Iterable[Sent], left: Iterable[Departure], is_listed: Callable[[Sent], bool]) -> list[Sent]:
    """The requests that left, could write and are not listed.

    seen: what the page's own events told; left: what the proxy passed on. Only what left counts; what left without
    having been seen and could have written, such as a beacon of a service worker, counts as a write of its own.
    """
    pages, gone = list(seen), list(left)
    suspects = [one for one in pages if one.could_write and not is_listed(one)]
    found: list[Sent] = []
    for one in suspects:
        host, port = one.place
        hidden = urlsplit(one.url).scheme in ("https", "wss")
        if any(
            (d.host, d.port) == (host, port) and (d.method is None if hidden else d.method == one.method) for d in gone
        ):
            found.append(one)
    return found or _unseen(pages, gone)


def _unseen(pages: list[Sent], gone: list[Departure]) -> list[Sent]:
    open_seen = {(one.method, one.place) for one in pages}
    found = [
        Sent(d.method, f"http://{d.host}:{d.port}{d.path}")
        for d in gone
        if d.method and d.method not in SAFE and (d.method, (d.host, d.port)) not in open_seen
    ]
    for place in {(d.host, d.port) for d in gone if d.method is None}:
        told = sum(one.place == place for one in pages)
        if sum(d.method is None and (d.host, d.port) == place for d in gone) > told:
            found.append(Sent("?", f"https://{place[0]}:{place[1]}/"))
    return found
