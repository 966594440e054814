"""The look before the press: the button, the form as filled, what the browser objects, what is proven already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from robo.browser.page import Page
from robo.browser.places import ambiguous, frames, spec, unusable
from robo.kit.data import dataclass
from robo.kit.errors import Failed, Refused, SignedOut
from robo.kit.messages import _
from robo.kit.patience import remaining
from robo.kit.secrets import BULLETS
from robo.kit.text import written
from robo.kit.types import AnyPlace, Proof

if TYPE_CHECKING:
    from playwright.sync_api import Frame


@dataclass(frozen=True)
class Form:
    """A form ready to be sent.

    values: by label, as a person sees them, passwords as bullets. age: seconds since it was loaded. remarks: what it
    lacks and nevertheless can be sent.
    """

    frame: Frame
    name: str
    values: Mapping[str, Any]
    age: float
    remarks: tuple[str, ...] = ()


def look(page: Page, button: AnyPlace, asked: list[dict[str, Any]], proofs: Sequence[Proof]) -> Form:
    """Find the button and wait until it can be pressed and no proof holds that the press is to bring about.

    asked: the proofs for the page. Raises SignedOut, Refused where the browser itself would refuse the form, Failed.
    """
    patience = remaining() / 2
    waited = 0.0
    while True:
        frame, seen = _seen(page, button, asked)
        if seen["signedOut"]:
            raise SignedOut(_("{address} asks to sign in again").format(address=page.address))
        over = remaining() <= 0.1
        if seen["count"] > 1:
            raise ambiguous(button, seen["found"])
        ready = seen["count"] == 1 and seen["shown"] and not seen["disabled"]
        if ready and seen["invalid"] and not seen["optional"]:
            raise Refused(" ; ".join(_objections(seen["invalid"])))
        if ready and not seen["already"]:
            values = _by_label(seen["values"], page.lane.language)
            return Form(frame, seen["name"], values, float(seen["age"]), _remarks(seen))
        if ready and (over or waited >= patience):
            raise Failed(
                _("“{words}” is on the page before “{button}” is pressed; name the item in `expect`").format(
                    words=proofs[seen["already"][0]], button=button
                )
            )
        if over:
            raise unusable(page, button, "button")
        page.pause(0.05)
        waited += 0.05


def _seen(page: Page, button: AnyPlace, asked: list[dict[str, Any]]) -> tuple[Frame, Mapping[str, Any]]:
    """The frame that holds the button, with what it shows; proofs of all frames count."""
    question = {"button": spec(button, "button"), "proofs": asked, "signedOut": page.signed_out}
    candidates = frames(page, button)
    if not candidates:
        raise unusable(page, button, "button")
    told = [(frame, page.ask("look", question, frame)) for frame in candidates]
    holding = [pair for pair in told if pair[1]["count"]] or told[:1]
    if len(holding) > 1:
        raise ambiguous(
            button, [{"name": str(button), "where": frame.name or frame.url, "id": ""} for frame, _seen in holding]
        )
    frame, seen = holding[0]
    already = sorted({number for _frame, one in told for number in one["already"]})
    return frame, {**seen, "already": already, "signedOut": any(one["signedOut"] for _frame, one in told)}


def _objections(invalid: list[dict[str, str]]) -> list[str]:
    known = {
        "valueMissing": _("must be filled"),
        "tooLong": _("is too long"),
        "tooShort": _("is too short"),
        "rangeOverflow": _("is too large"),
        "rangeUnderflow": _("is too small"),
    }
    return [
        _("“{label}”: {message}").format(label=one["label"], message=known.get(one["fault"], one["message"]))
        for one in invalid[:10]
    ]


def _remarks(seen: Mapping[str, Any]) -> tuple[str, ...]:
    """What the browser objects to a form that the page lets through all the same, and what is marked and left empty."""
    left = [_("“{label}” is marked as required and left empty").format(label=one) for one in seen["wanting"][:10]]
    return (*_objections(seen["invalid"]), *left)


def _by_label(values: list[list[Any]], language: str) -> dict[str, Any]:
    """Values by label; ticks of one group together, fields of the same label numbered."""
    labelled: dict[str, Any] = {}
    for label, value, *kind in values:
        name, number = label or "?", 2
        while name in labelled:
            name, number = f"{label or '?'} ({number})", number + 1
        labelled[name] = BULLETS if value is None else _as_seen(value, kind[0] if kind else "", language)
    return labelled


def _as_seen(value: Any, kind: str, language: str) -> Any:
    """A value as the browser shows it: what it holds for itself is of no language."""
    if not value or not isinstance(value, str):
        return value
    if kind == "date":
        return written(date.fromisoformat(value), language)
    if kind == "datetime-local":
        return written(datetime.fromisoformat(value), language)
    return written(Decimal(value), language) if kind == "number" else value
