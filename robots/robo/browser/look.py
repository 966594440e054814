"""The look before the press: the button, the form as filled, what the browser objects, what is proven already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from robo.browser.page import Page
from robo.browser.places import ambiguous, frames, spec, unusable
from robo.kit.data import dataclass
from robo.kit.errors import Failed, Refused, SignedOut
from robo.kit.messages import _
from robo.kit.patience import remaining
from robo.kit.secrets import BULLETS
from robo.kit.types import AnyPlace, Proof

if TYPE_CHECKING:
    from playwright.sync_api import Frame


@dataclass(frozen=True)
class Form:
    """A form ready to be sent. values: by label, passwords as bullets; age: seconds since it was loaded."""

    frame: Frame
    name: str
    values: Mapping[str, Any]
    age: float


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
        if ready and seen["invalid"]:
            raise Refused(_objections(seen["invalid"]))
        if ready and not seen["already"]:
            return Form(frame, seen["name"], _by_label(seen["values"]), float(seen["age"]))
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


def _objections(invalid: list[dict[str, str]]) -> str:
    known = {
        "valueMissing": _("must be filled"),
        "tooLong": _("is too long"),
        "tooShort": _("is too short"),
        "rangeOverflow": _("is too large"),
        "rangeUnderflow": _("is too small"),
    }
    return " ; ".join(
        _("“{label}”: {message}").format(label=one["label"], message=known.get(one["fault"], one["message"]))
        for one in invalid[:10]
    )


def _by_label(values: list[list[Any]]) -> dict[str, Any]:
    """Values by label; ticks of one group together, fields of the same label numbered."""
    labelled: dict[str, Any] = {}
    for label, value in values:
        name, number = label or "?", 2
        while name in labelled:
            name, number = f"{label or '?'} ({number})", number + 1
        labelled[name] = BULLETS if value is None else value
    return labelled
