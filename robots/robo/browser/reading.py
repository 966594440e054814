"""Taking what the page shows: values by name, proofs that something is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from robo.browser.page import Page
from robo.browser.places import ambiguous, frames, missing, spec
from robo.browser.troubles import plainly
from robo.kit.action import action
from robo.kit.errors import Failed, FaultyFlow
from robo.kit.messages import _
from robo.kit.patience import remaining
from robo.kit.types import Proof, Proofs, Reading, Readings, Text


@action(rest="names", binds="names")
def read(names: Mapping[str, Readings], page: Page) -> dict[str, Any]:
    """Read values from the page; each becomes a name for the steps that follow.

    names: name and place, or {at: place, find: /pattern/, what: text|value|address|ATTRIBUTE, all: yes, default: x}

    - read: {reference: "#reference"}
    """
    with plainly(_("reading the page")):
        while True:
            values, wanting = take(page, names)
            if not wanting:
                return values
            if remaining() <= 0.1 or all(names[name].default is not None for name in wanting):
                break
            page.pause(0.05)
        for name, fault in wanting.items():
            if names[name].default is None:
                page.check_signed_in()
                raise fault()
            values[name] = names[name].default
    return {name: values[name] for name in names}


Fault = Callable[[], Failed]


def take(page: Page, names: Mapping[str, Reading]) -> tuple[dict[str, Any], dict[str, Fault]]:
    """({name: value}, {name: why there is none}) as the page is now."""
    values: dict[str, Any] = {}
    wanting: dict[str, Fault] = {}
    for frame in page.frames:
        here = [
            n for n in names if n not in values and (names[n].at.frame is None or frame in frames(page, names[n].at))
        ]
        if not here:
            continue
        asked = [{"place": spec(names[n].at, "field"), "what": names[n].what, "all": names[n].all} for n in here]
        for name, told in zip(here, page.ask("read", asked, frame), strict=True):
            reading = names[name]
            found = [_found(text, reading.find) for text in told["values"]]
            got = [one for one in found if one is not None]
            if got:
                values[name] = got if reading.all else got[0]
            else:
                wanting[name] = _fault(page, name, reading, told)
    return values, {name: fault for name, fault in wanting.items() if name not in values}


def _found(text: str | None, pattern: str | None) -> str | None:
    if text is None or pattern is None:
        return text
    match = expression(pattern).search(text)
    return match and (match[1] if match.re.groups else match[0])


def expression(pattern: str) -> re.Pattern[str]:
    """`/pattern/` as a flow writes it. Raises FaultyFlow where it is none."""
    inner = pattern[1:-1] if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/") else pattern
    try:
        return re.compile(inner)
    except re.error as error:
        raise FaultyFlow(_("{pattern} is not a pattern: {reason}").format(pattern=pattern, reason=error)) from None


def _fault(page: Page, name: str, reading: Reading, told: Mapping[str, Any]) -> Fault:
    def fault() -> Failed:
        if told["count"] > 1 and not told["values"]:
            return ambiguous(reading.at, told["found"])
        if told["count"]:
            text = " / ".join(str(one) for one in told["values"])[:200]
            return Failed(
                _("{name}: “{place}” holds nothing like {wanted}, but “{text}”").format(
                    name=name, place=reading.at, wanted=reading.find or reading.what, text=text
                )
            )
        names = page.ask("explain", spec(reading.at, "field"))["names"]
        if reading.at.css or reading.at.text:
            message = page.see([])["message"]
            return Failed(
                _("nothing at “{place}” on {address}. The page says: {message}").format(
                    place=reading.at, address=page.address, message=message
                )
            )
        return missing(page, reading.at, "field", names)

    return fault


@action(main="proofs")
def expect(proofs: Proofs, page: Page) -> None:
    """Wait until the page shows this; fail if it does not.

    proofs: a text, or a list any of which will do; also {gone: text}, {address: /cases/*}, {disabled: place}

    - expect: Bienvenue
    """
    asked = proof_specs(proofs)
    with plainly(_("waiting for the page")):
        while True:
            answers = [page.see(asked, frame) for frame in page.frames]
            if proven([answer["proven"] for answer in answers], asked):
                return
            if remaining() <= 0.1:
                break
            page.pause(0.05)
        page.check_signed_in()
    raise Failed(
        _("{address} does not show “{wanted}”. The page says: {message}").format(
            address=page.address, wanted=" | ".join(map(str, proofs)), message=answers[0]["message"]
        )
    )


@action(main="text")
def wait(page: Page, text: Text | None = None, gone: Text | None = None, seconds: float | None = None) -> None:
    """Wait until the page shows a text, or shows it no longer, or for so many seconds.

    text: what the page is to show
    gone: what the page is to show no longer
    seconds: how long, where the page gives no sign; no longer than the step may take

    - wait: {gone: Calcul en cours}
    """
    if sum(one is not None for one in (text, gone, seconds)) != 1:
        raise FaultyFlow(_("`wait` takes one of text, gone, seconds"))
    if seconds is None:
        expect((Proof(text=text) if text is not None else Proof(gone=gone),), page)
        return
    if not 0 <= seconds < remaining():
        raise Failed(_("{seconds} s is longer than the step may take: give it a `timeout`").format(seconds=seconds))
    page.pause(seconds)


def proven(by_frame: Sequence[Sequence[int]], asked: Sequence[Mapping[str, Any]]) -> list[int]:
    """The numbers of the proofs that hold for the whole page: shown in any frame, gone from all."""
    return [
        number
        for number, proof in enumerate(asked)
        if (all if "gone" in proof else any)(number in one for one in by_frame)
    ]


def proof_specs(proofs: tuple[Proof, ...] | None) -> list[dict[str, Any]]:
    """Proofs for the scripts of the page."""
    return [
        {"disabled": spec(proof.disabled, "button")}
        if proof.disabled
        else {name: value for name in ("text", "gone", "address") if (value := getattr(proof, name)) is not None}
        for proof in proofs or ()
    ]
