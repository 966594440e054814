"""What the sites of robo.toml list of their requests, and the line they lack where a refused one looks like a read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from robo.browser.guard.request import ELSEWHERE, Listed, Rule, Sent, place_of
from robo.kit.lane import Harmless, Lane, Site
from robo.kit.text import slug

_READING = (
    "autocomplete browse chercher consultation consulter count fetch filter filtre filtrer find get list liste lister "
    "load lookup preview queries query read recherche recherches rechercher search suggest suggestions"
)
_WRITING = (
    "add ajouter annuler cancel confirm create creer delete edit enregistrer envoyer import insert modifier mutation "
    "post remove save send set store submit supprimer unlink update upload valider write"
)
_NAMING_AN_ACT = "act action cmd command event fn function method op operation operationname service"
"""The fields by which an address that serves everything is told what to do."""


def sites_of(lane: Lane) -> tuple[Site, ...]:
    """All sites of the lane, each once, that of the flow first."""
    return tuple(dict.fromkeys([*([lane.site] if lane.site else []), *lane.sites]))


def lists_of(lane: Lane) -> Listed:
    """By place, what its sites list; for hosts that are no site's, what the flow's own site lists."""
    harmless: dict[str, list[Rule]] = {}
    drafts: dict[str, list[Rule]] = {}
    for site in sites_of(lane):
        places = ["{}:{}".format(*place_of(site.address)), *([ELSEWHERE] if site is lane.site else [])]
        for place in places:
            harmless.setdefault(place, []).extend((one.method, one.path, one.fields) for one in site.harmless)
            drafts.setdefault(place, []).extend((one.method, one.path, one.fields) for one in site.drafts)
    return {"harmless": harmless, "drafts": drafts}


class Proposals:
    """Lines for robo.toml: each holds what its site lists already and what was proposed before."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._proposed: dict[str, list[Harmless]] = {}

    def line(self, sent: Sent) -> str:
        """`harmless = [...]` with an entry for this request, "" where it does not look as if it only read."""
        entry = _entry(sent)
        sites = sites_of(self._lane)
        site = next((one for one in sites if place_of(one.address) == sent.place), self._lane.site)
        if entry is None or site is None:
            return ""
        proposed = self._proposed.setdefault(site.name, [])
        if entry not in proposed:
            proposed.append(entry)
        return harmless_line([*site.harmless, *proposed])


def harmless_line(entries: Iterable[Harmless]) -> str:
    """The line of a site in robo.toml that lists these."""
    return f"harmless = [{', '.join(_written(one) for one in entries)}]"


def entry_of(sent: Sent) -> Harmless:
    """The entry that names this request and those of the same address; numbers in the path stand for any."""
    segments = [("*" if re.fullmatch(r"\d+|[0-9a-fA-F-]{16,}", one) else one) for one in sent.path.split("/")]
    return Harmless(sent.method, "/".join(segments))


def _entry(sent: Sent) -> Harmless | None:
    if sent.method != "POST" or _writes(sent.path):
        return None
    path = entry_of(sent).path
    if _reads(sent.path):
        return Harmless("POST", path)
    for name, value in sent.fields.items():
        if slug(name).replace("_", "") in _NAMING_AN_ACT.split() and isinstance(value, str):
            only_reads = _reads(value) and not _writes(value)
            return Harmless("POST", path, ((name, (value,)),)) if only_reads else None
    if any(_writes(name) for name in _names(sent.fields)):
        return None
    button = next((name for name in sent.fields if _reads(name)), None)
    return Harmless("POST", path, ((button, ("*",)),)) if button else None


def _names(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        yield name
        if isinstance(value, dict):
            yield from _names(value)


def _reads(text: str) -> bool:
    return not _words(text).isdisjoint(_READING.split())


def _writes(text: str) -> bool:
    return not _words(text).isdisjoint(_WRITING.split())


def _words(text: str) -> set[str]:
    return set(slug(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).split("_"))


def _written(entry: Harmless) -> str:
    if not entry.fields:
        return _quoted(f"{entry.method} {entry.path}")
    fields = ", ".join(f"{_key(name)} = [{', '.join(map(_quoted, values))}]" for name, values in entry.fields)
    return f"{{{entry.method.lower()} = {_quoted(entry.path)}, fields = {{{fields}}}}}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
