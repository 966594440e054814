"""`submit`: the one press that may save. Looked at before, said, done once, believed when the page proves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robo.browser.look import Form, look
from robo.browser.page import Page
from robo.browser.places import selector, unusable
from robo.browser.reading import expression, proof_specs, proven, take
from robo.browser.troubles import is_gone, is_theirs, plainly
from robo.kit.action import action
from robo.kit.change import NOT_KNOWN_YET, Change, Changing
from robo.kit.data import dataclass
from robo.kit.errors import Failed, InDoubt, LaneLost, Refused, RoboError
from robo.kit.messages import _
from robo.kit.patience import remaining
from robo.kit.types import AnyPlace, Proofs, Readings, YesNo

_SLICE = 0.4
"""Seconds between looks at what the page itself does not tell: dialogs, other frames, what left."""
_READS_COME = 3.0
"""Seconds that the values of the answer may take to appear after their proof."""


@action(main="button", binds="read")
def submit(
    button: AnyPlace,
    page: Page,
    expect: Proofs | None = None,
    refuse: Proofs | None = None,
    read: Mapping[str, Readings] | None = None,
    confirm: YesNo = False,
) -> Changing[dict[str, Any]]:
    """Press the button that saves, once, and wait for the proof that it did.

    button: its visible text
    expect: what the page shows when it was saved
    refuse: what the page shows when it turned the entry down
    read: names and places to take from the answer
    confirm: yes answers the question that the page may ask

    - submit:
        button: Enregistrer
        expect: "Demande {{ row.numero }}"
        refuse: Demande refusée
        read: {reference: "#reference"}
    """
    wanted, unwanted = proof_specs(expect), proof_specs(refuse)
    for reading in (read or {}).values():
        if reading.find:
            expression(reading.find)
    with plainly(_("looking at the form")):
        form = look(page, button, wanted + unwanted, [*(expect or ()), *(refuse or ())])
    summary = _("press “{button}” on {address}").format(button=form.name or button, address=page.address)
    yield Change(summary, preview=form.values, gives=dict.fromkeys(read or {}, NOT_KNOWN_YET), remarks=form.remarks)
    _Sending(page, button, form, wanted, unwanted, confirm).send()
    return _receipt(page, read or {})


def _receipt(page: Page, read: Mapping[str, Readings]) -> dict[str, Any]:
    """What the answer shows. The change was made: a value that cannot be found is None, never a failure.

    LaneLost where the browser dies meanwhile: what it would have shown can still be looked up.
    """
    values: dict[str, Any] = {}
    waited = 0.0
    try:
        while read:
            values, wanting = take(page, read)
            if not wanting or waited >= min(_READS_COME, remaining()):
                break
            page.pause(0.05)
            waited += 0.05
    except Exception as error:
        if isinstance(error, LaneLost) or is_gone(error):
            raise LaneLost(_("the browser died (reading the answer)")) from error
        if not isinstance(error, RoboError) and not is_theirs(error):
            raise
    return {name: values.get(name, reading.default) for name, reading in read.items()}


@dataclass
class _Sending:
    """One press and its judgement."""

    page: Page
    button: AnyPlace
    form: Form
    wanted: list[dict[str, Any]]
    unwanted: list[dict[str, Any]]
    confirm: bool

    def send(self) -> None:
        """Press and return once it is proven; Refused and Failed only where nothing was changed for sure."""
        if (wait := self._pace()) > 0:
            self.page.pause(wait)
        self.page.watch.answer = self.confirm
        with self.page.sending():
            try:
                self._press()
                self._judge()
            except (LaneLost, InDoubt, Refused):
                raise
            except Exception as error:
                if is_gone(error):
                    raise LaneLost(_("the browser died ({doing})").format(doing=self.button)) from error
                raise self._uncertain(str(error).partition("\n")[0]) from error
            finally:
                self.page.watch.answer = False

    def _pace(self) -> float:
        site = self.page.site
        return (site.pace if site else 0.0) - self.form.age

    def _press(self) -> None:
        locator = self.form.frame.locator(selector(self.button, "button"))
        try:
            locator.click(timeout=remaining() * 1000, no_wait_after=True)
        except Exception as error:
            if type(error).__name__ != "TimeoutError":
                raise
            if objection := self.page.watch.objection():
                raise self._uncertain(objection) from None
            raise self._uncertain(str(unusable(self.page, self.button, "button"))) from None

    def _judge(self) -> None:
        page = self.page
        page.pause(0.001)
        while True:
            told = self._look()
            yes = proven([one["expect"] for one in told], self.wanted)
            no = proven([one["refuse"] for one in told], self.unwanted)
            main = told[0]
            if page.watch.objection() and not yes and not no:
                raise self._uncertain(str(page.watch.objection()))
            if main["signedOut"] and not yes:
                raise self._uncertain(_("the application asks to sign in again"))
            if main["broken"] or main["status"] >= 500:
                raise self._broken(main)
            if yes and no:
                raise InDoubt(
                    _("the page shows what was expected and what refuses: {message}").format(message=main["message"])
                )
            if yes:
                return
            if no:
                raise Refused(" – ".join(one["around"] for one in told if one["around"]) or main["message"])
            if page.proxy.dropped:
                raise self._uncertain(self._silence())
            self._tell_ends()
            if remaining() <= 0.1 or not (self.wanted or self.unwanted):
                raise self._unproven(main)

    def _look(self) -> list[dict[str, Any]]:
        """What each frame says, the page's own first; waits for as long as nothing is decided, a slice at most."""
        page = self.page
        while page.watch.going and remaining() > 0.1 and not page.proxy.dropped:
            page.pause(0.005)
            self._tell_ends()
        if page.watch.going:
            page.proxy.cut()
        page_slice = max(0.0, min(_SLICE, remaining() - 0.05))
        asked = {"expect": self.wanted, "refuse": self.unwanted, "signedOut": page.signed_out}
        told = []
        for place, frame in enumerate(page.frames):
            seconds = page_slice if place == 0 else 0.0
            said = "\n".join(page.watch.said) if place == 0 else ""
            told.append(page.ask("judge", asked | {"seconds": seconds, "said": said}, frame if place else None))
        return told

    def _tell_ends(self) -> None:
        if not self.page.watch.writing:
            self.page.proxy.tell_ends()

    def _unproven(self, main: Mapping[str, Any]) -> RoboError:
        self.page.settle()
        if not self.wanted:
            return self._uncertain(_("the step has no `expect` that could prove it"))
        if self.page.watch.busy and self.page.written(drafts=True):
            return self._uncertain(_("there was no answer in time"))
        message = main["message"]
        return self._uncertain(_("the page did not show what proves it; it says: {message}").format(message=message))

    def _broken(self, main: Mapping[str, Any]) -> RoboError:
        if main["broken"] or (main["status"] == 502 and not main["message"]):
            return self._uncertain(self._silence())
        return self._uncertain(
            _("the application answered {status}: {message}").format(status=main["status"], message=main["message"])
        )

    def _silence(self) -> str:
        if self.page.proxy.is_cut and not self.page.proxy.dropped:
            return _("there was no answer in time")
        return _("the connection was closed without an answer")

    def _uncertain(self, reason: str) -> RoboError:
        """A doubt if anything that could write left since the press, else a plain failure."""
        if self.page.written(drafts=True):
            return InDoubt(_("“{button}” was pressed: {reason}").format(button=self.button, reason=reason))
        return Failed(_("“{button}” sent nothing: {reason}").format(button=self.button, reason=reason))
