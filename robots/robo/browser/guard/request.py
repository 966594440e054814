"""A request as a page makes it: whether it could write, what it carries, which lists of the sites name it."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that by their definition change nothing."""
ELSEWHERE = "*"
"""In lists: the hosts that are no site's."""
_LONGEST = 2000
"""Characters of a value that is shown."""

List = Literal["harmless", "drafts"]
Rule = tuple[str, str, Sequence[tuple[str, Sequence[str]]]]
"""Method, path with `*`, body fields with the values (with `*`) that fit."""
Listed = Mapping[List, Mapping[str, Sequence[Rule]]]
"""For each list, by "host:port" or ELSEWHERE, its rules; may have been JSON in between."""


class Sent(NamedTuple):
    """A request. fields: what its body carries by name, as `fields_of` tells; empty where it cannot be seen."""

    method: str
    url: str
    fields: Mapping[str, Any] = {}

    @property
    def path(self) -> str:
        return urlsplit(self.url).path or "/"

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        return place_of(self.url)

    @property
    def line(self) -> str:
        """As robo.toml lists it."""
        return f"{self.method} {self.path}"

    @property
    def could_write(self) -> bool:
        return self.method not in SAFE


def fields_of(body: bytes | None, content_type: str) -> Mapping[str, Any]:
    """By name a text, what JSON holds, or a list where a name comes several times.

    content_type: of the body, "" where not known. A body without names is under "body"; a file is its name between
    ‹ and ›.
    """
    found: dict[str, Any] = {}
    for name, value in _pairs(body or b"", content_type.lower()):
        shown = value[:_LONGEST] if isinstance(value, str) else value
        if name not in found:
            found[name] = shown
        else:
            earlier = found[name]
            found[name] = [*(earlier if isinstance(earlier, list) else [earlier]), shown]
    return found


def place_of(url: str) -> tuple[str, int]:
    """Host and port of an address."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme in ("https", "wss") else 80)


def listed(sent: Sent, which: List, lists: Listed) -> bool:
    """Whether a rule of that list names the request; those of its own site, else those for hosts that are no site's."""
    by_place = lists.get(which, {})
    rules = by_place.get("{}:{}".format(*sent.place), by_place.get(ELSEWHERE, ()))
    return any(_fits(sent, *rule) for rule in rules)


def _fits(sent: Sent, method: str, path: str, fields: Sequence[tuple[str, Sequence[str]]]) -> bool:
    if method.upper() != sent.method or not fnmatch.fnmatchcase(sent.path, path):
        return False
    return all(name in sent.fields and _reads(sent.fields[name], values) for name, values in fields)


def _reads(carried: Any, values: Sequence[str]) -> bool:
    every = carried if isinstance(carried, list) else [carried]
    return bool(every) and all(any(fnmatch.fnmatchcase(str(one), value) for value in values) for one in every)


def _pairs(body: bytes, content_type: str) -> Iterator[tuple[str, Any]]:
    if not body:
        return
    boundary = re.search(r'multipart/form-data.*boundary="?([^";]+)', content_type)
    if boundary:
        yield from _parts(body, boundary[1])
        return
    text = body.decode("utf-8", "replace")
    try:
        data: Any = json.loads(text)
    except ValueError:
        pairs = parse_qsl(text, keep_blank_values=True)
        is_form = "urlencoded" in content_type or (not content_type and pairs)
        yield from pairs if is_form else [("body", text)]
    else:
        yield from data.items() if isinstance(data, dict) else [("body", data)]


def _parts(body: bytes, boundary: str) -> Iterator[tuple[str, str]]:
    # The boundary is found whatever its case: types of content are compared in lower case.
    for part in re.split(rb"--" + re.escape(boundary.encode()), body, flags=re.IGNORECASE)[1:-1]:
        head, _blank, value = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        name, file = re.search(rb'\bname="([^"]*)"', head), re.search(rb'filename="([^"]*)"', head)
        if name:
            text = (
                f"‹{file[1].decode('utf-8', 'replace')}›" if file else value.rstrip(b"\r\n").decode("utf-8", "replace")
            )
            yield name[1].decode("utf-8", "replace"), text
