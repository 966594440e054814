"""Places of a flow on the page at hand: where they are, and in plain words why they cannot be used."""

from __future__ import annotations

import difflib
import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from robo.browser.page import Page
from robo.kit.errors import Failed, SignedOut
from robo.kit.messages import _
from robo.kit.patience import remaining
from robo.kit.text import slug
from robo.kit.types import Place

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Locator

Kind = Literal["field", "button"]
_LISTED = 20


def spec(place: Place, kind: Kind) -> dict[str, Any]:
    """The place for the scripts of the page."""
    named = {n: getattr(place, n) for n in ("any", "label", "text", "placeholder", "css", "inside", "nth")}
    return {"kind": kind} | {name: value for name, value in named.items() if value is not None}


def selector(place: Place, kind: Kind) -> str:
    """The place for Playwright."""
    return f"robo={json.dumps(spec(place, kind), ensure_ascii=False)}"


def frames(page: Page, place: Place | None = None) -> list[Frame]:
    """The frames that may hold the place: the one it names (or a part of its address), else all, the page's first."""
    if place is None or place.frame is None:
        return page.frames
    wanted = place.frame
    return [
        frame
        for frame in page.frames
        if wanted == frame.name or wanted in frame.url or fnmatchcase(frame.url, f"*{wanted}")
    ]


def locate(page: Page, place: Place, kind: Kind) -> Locator:
    """Where Playwright finds it. With one frame nothing is asked of the page here; Failed if two frames have it."""
    candidates = frames(page, place)
    if len(candidates) == 1:
        return candidates[0].locator(selector(place, kind))
    while True:
        holding = [frame for frame in candidates if page.ask("explain", spec(place, kind), frame)["count"]]
        if len(holding) == 1:
            return holding[0].locator(selector(place, kind))
        if len(holding) > 1:
            names = ", ".join(frame.name or frame.url for frame in holding)
            raise Failed(
                _("“{place}” is in {count} frames: {names}; say which one with `frame`").format(
                    place=place, count=len(holding), names=names
                )
            )
        if remaining() <= 0.1:
            raise unusable(page, place, kind)
        page.pause(0.05)
        candidates = frames(page, place)


def unusable(page: Page, place: Place, kind: Kind) -> Failed:
    """Why the place cannot be used, with what is there instead."""
    page.check_signed_in()
    candidates = frames(page, place)
    if not candidates:
        return Failed(_("no frame “{frame}” on {address}").format(frame=place.frame, address=page.address))
    told = [page.ask("explain", spec(place, kind), frame) for frame in candidates]
    found = [one for answer in told for one in answer["found"]]
    if len(found) > 1:
        return ambiguous(place, found)
    if found:
        if any(answer["disabled"] for answer in told):
            return Failed(_("“{place}” is greyed out").format(place=place))
        return Failed(_("“{place}” is there but cannot be reached: something covers it").format(place=place))
    if place.inside and not any(answer["inside"] for answer in told):
        return Failed(
            _("nothing called “{name}” to look inside, on {address}").format(name=place.inside, address=page.address)
        )
    return missing(page, place, kind, list(dict.fromkeys(name for answer in told for name in answer["names"])))


def ambiguous(place: Place, found: list[dict[str, str]]) -> Failed:
    """Several fit equally well. found: {name, where, id} of each."""
    listed = ", ".join(_described(one) for one in found)
    return Failed(
        _("“{place}” fits {count} places: {found}; say which one with `inside` or `nth`").format(
            place=place, count=len(found), found=listed
        )
    )


def missing(page: Page, place: Place, kind: Kind, names: list[str]) -> Failed:
    """Nothing fits. names: what is on the page."""
    words = {
        "field": _("no field “{place}” on {address}."),
        "button": _("no button or link “{place}” on {address}."),
    }
    text = words[kind].format(place=place, address=page.address)
    if close := similar(str(place.any or place.label or place.text or place.placeholder or place.css), names):
        text += " " + _("Did you mean {names}?").format(names=_or([f"“{name}”" for name in close]))
    if names:
        text += " " + _("On the page: {names}").format(names=", ".join(f"“{name}”" for name in names[:_LISTED]))
    return Failed(text)


def similar(wanted: str, names: list[str]) -> list[str]:
    """The names that the wanted one may be a slip of."""
    plain = {slug(name): name for name in reversed(names)}
    near = difflib.get_close_matches(slug(wanted), list(plain), 3, 0.6)
    within = [key for key in plain if slug(wanted) and slug(wanted) in key]
    return [plain[key] for key in dict.fromkeys([*near, *within])][:3]


def _or(names: list[str]) -> str:
    return names[0] if len(names) == 1 else _("{first} or {last}").format(first=", ".join(names[:-1]), last=names[-1])


def _described(one: dict[str, str]) -> str:
    where = one["where"] or one["id"]
    return f"“{one['name']}” ({where})" if where else f"“{one['name']}”"


__all__ = [
    "SignedOut",
    "ambiguous",
    "frames",
    "locate",
    "missing",
    "selector",
    "similar",
    "spec",
    "unusable",
]
