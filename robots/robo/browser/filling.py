"""Filling a form: all of it in one round trip, read back and compared; by real typing where the page wants that."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from robo.browser.keyboard import type_in
from robo.browser.page import Page
from robo.browser.places import ambiguous, frames, locate, spec, unusable
from robo.browser.shapes import paths, shapes
from robo.browser.troubles import plainly
from robo.kit.action import action
from robo.kit.errors import Failed, FaultyFlow, Refused
from robo.kit.messages import _
from robo.kit.patience import remaining
from robo.kit.secrets import BULLETS, Secret
from robo.kit.text import written
from robo.kit.types import Place, Text, Value, as_place

_LATE = frozenset({"missing", "disabled", "choice"})
"""States that may pass: the field or the choice is still on its way."""
_CHOICES_COME = 2.0
"""Seconds that a list of choices may take to be filled after the last traffic of the page."""


@action(rest="fields")
def fill(fields: Mapping[str, Value] | list[Any], page: Page, inside: Text | None = None) -> None:
    """Fill fields of the page, by their visible labels; the kind of each field decides how the value is entered.

    fields: label and value of each field, or a list of {at: place, value: ...}
    inside: the title of the section, group, row or dialog that holds them all

    - fill: {Nom: =row.nom, Date de naissance: =row.date_de_naissance, Dossier urgent: yes}
    """
    page.watch.answer = False
    page.watch.said.clear()
    items = [(as_place(label), value) for label, value in _pairs(fields)]
    with plainly(_("filling the form")):
        enter(page, items, inside)
    if objection := page.watch.objection():
        raise Failed(objection)


def _pairs(fields: Mapping[str, Any] | list[Any]) -> list[tuple[Any, Any]]:
    if isinstance(fields, Mapping):
        return list(fields.items())
    for one in fields:
        if not isinstance(one, Mapping) or set(one) != {"at", "value"}:
            raise FaultyFlow(_("the fields of `fill` are a list of {at: place, value: ...}"))
    return [(one["at"], one["value"]) for one in fields]


def enter(page: Page, items: Sequence[tuple[Place, Any]], inside: str | None = None) -> None:
    """Fill these fields. Raises Refused for values that no field takes so, Failed for fields out of reach."""
    form = [_Item(place, value, page, inside) for place, value in items]
    waiting = form
    began = time.monotonic()
    while waiting:
        waiting = _by_frame(page, waiting)
        for item in waiting:
            chosen_late = item.state == "choice" and _quiet_since(page, began) > _CHOICES_COME
            if chosen_late or remaining() <= 0.1:
                raise item.fault()
        if waiting:
            page.pause(0.05)


def _quiet_since(page: Page, began: float) -> float:
    return min(page.watch.idle_for(), time.monotonic() - began)


class _Item:
    """One field to fill, and what became of it."""

    def __init__(self, place: Place, value: Any, page: Page, inside: str | None) -> None:
        self.place, self.value, self.page, self.inside = place, value, page, inside
        self.shapes = shapes(value, page.lane.language)
        self.outcome: dict[str, Any] = {"state": "missing"}

    @property
    def state(self) -> str:
        return str(self.outcome["state"])

    @property
    def full(self) -> Place:
        """The place with the step's `inside`."""
        if self.place.inside or not self.inside:
            return self.place
        named = {n: getattr(self.place, n) for n in ("any", "label", "text", "placeholder", "css", "nth", "frame")}
        return Place(**named, inside=self.inside)

    def asked(self, *, checking: bool = False) -> dict[str, Any]:
        """For the script of the page."""
        return {"place": spec(self.full, "field"), "value": self.shapes | {"checking": checking}}

    def fault(self) -> Exception:
        """Why it could not be filled."""
        label, outcome = str(self.place), self.outcome
        shown = BULLETS if outcome.get("secret") else written(self.value, self.page.lane.language)
        match self.state:
            case "ambiguous" if "wanted" not in outcome:
                return ambiguous(self.place, outcome["found"])
            case "ambiguous":
                return Refused(
                    _("“{label}” has several choices “{wanted}”").format(label=label, wanted=outcome["wanted"])
                )
            case "choice":
                return Refused(
                    _("“{label}” has no choice “{wanted}”; it has {choices}").format(
                        label=label,
                        wanted=outcome["wanted"],
                        choices=", ".join(f"“{one}”" for one in outcome["choices"][:20]) or _("none"),
                    )
                )
            case "long":
                return Refused(
                    _("“{label}” holds only {most} characters, and the value has {count}: {value}").format(
                        label=label, most=outcome["most"], count=len(self.shapes["text"]), value=shown
                    )
                )
            case "unreadable":
                kinds = {"number": _("a number"), "range": _("a number")}
                return Refused(
                    _("“{label}” takes {kind}, not “{value}”").format(
                        label=label, kind=kinds.get(outcome["kind"], _("a date or time")), value=shown
                    )
                )
            case "disabled":
                return Failed(_("“{label}” cannot be changed: it is greyed out or read-only").format(label=label))
            case "mismatch" | "typed":
                got = BULLETS if outcome.get("secret") else outcome.get("got", "")
                return Failed(
                    _("“{label}” was to hold “{wanted}” but holds “{got}”").format(label=label, wanted=shown, got=got)
                )
        return unusable(self.page, self.full, "field")


def _by_frame(page: Page, items: list[_Item]) -> list[_Item]:
    """Fill what can be filled now, in whichever frame holds it; returns what must be waited for."""
    left = items
    for frame in page.frames:
        here = [item for item in left if item.place.frame is None or frame in frames(page, item.place)]
        if not here:
            continue
        outcomes = page.ask("fill", {"items": [item.asked() for item in here]}, frame)
        for item, outcome in zip(here, outcomes, strict=True):
            if outcome["state"] != "missing" or item.state == "missing":
                item.outcome = outcome
            if outcome.get("secret") or isinstance(item.value, Secret):
                page.hide(item.shapes["text"])
        left = [item for item in left if item.state == "missing"]
        if not left:
            break
    late = []
    for item in items:
        if item.state in _LATE:
            late.append(item)
        elif item.state != "ok":
            _by_hand(page, item)
    return late


def _by_hand(page: Page, item: _Item) -> None:
    """Enter what one script could not: files, lists made of other elements, fields that want to be typed into."""
    locator = locate(page, item.full, "field")
    timeout = remaining() * 1000
    if item.state == "file":
        locator.set_input_files(paths(item.value, page.lane.workspace, str(item.place)), timeout=timeout)
        return
    if item.state not in ("typed", "role"):
        raise item.fault()
    for way in (1, 2):
        if type_in(locator, item.outcome, item.shapes, way, timeout):
            return
        for frame in frames(page, item.place):
            outcome = page.ask("fill", {"items": [item.asked(checking=True)]}, frame)[0]
            if outcome["state"] != "missing":
                item.outcome = outcome
        if item.state == "ok":
            return
    raise item.fault()
