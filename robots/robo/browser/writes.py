"""Which requests of a page could write: by method, less what the site lists as harmless or as drafts."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from robo.kit.data import dataclass
from robo.kit.lane import Harmless

if TYPE_CHECKING:
    from robo.browser.proxy import Departure

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(frozen=True)
class Sent:
    """A request as the page made it."""

    method: str
    url: str
    body: str | None = None

    @property
    def path(self) -> str:
        return urlsplit(self.url).path or "/"

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        url = urlsplit(self.url)
        return url.hostname or "", url.port or (443 if url.scheme in ("https", "wss") else 80)

    @property
    def line(self) -> str:
        """As robo.toml lists it."""
        return f"{self.method} {self.path}"

    @property
    def could_write(self) -> bool:
        return self.method not in _SAFE


def listed(sent: Sent, rules: Iterable[Harmless]) -> bool:
    """Whether one of the rules names this request."""
    return any(_fits(sent, rule) for rule in rules)


def _fits(sent: Sent, rule: Harmless) -> bool:
    if rule.method.upper() != sent.method or not fnmatch.fnmatchcase(sent.path, rule.path):
        return False
    body = _fields(sent.body)
    return all(any(fnmatch.fnmatchcase(body.get(name, ""), value) for value in values) for name, values in rule.fields)


def _fields(body: str | None) -> Mapping[str, str]:
    if not body:
        return {}
    try:
        data: Any = json.loads(body)
    except ValueError:
        return dict(parse_qsl(body, keep_blank_values=True))
    return {name: str(value) for name, value in data.items()} if isinstance(data, dict) else {}


def writes(seen: Iterable[Sent], left: Iterable[Departure], rules: Iterable[Harmless]) -> list[Sent]:
    """The requests that left, could write and are not listed.

    seen: what the page's own events told; left: what the proxy passed on. Only what left counts; what left without
    having been seen and could have written, such as a beacon of a service worker, counts as a write of its own.
    """
    rules = tuple(rules)
    pages, gone = list(seen), list(left)
    suspects = [one for one in pages if one.could_write and not listed(one, rules)]
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
        if d.method and d.method not in _SAFE and (d.method, (d.host, d.port)) not in open_seen
    ]
    for place in {(d.host, d.port) for d in gone if d.method is None}:
        told = sum(one.place == place for one in pages)
        if sum(d.method is None and (d.host, d.port) == place for d in gone) > told:
            found.append(Sent("?", f"https://{place[0]}:{place[1]}/"))
    return found
