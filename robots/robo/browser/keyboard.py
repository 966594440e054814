"""Entering as people do, key by key, for the few fields that do not take a value at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from robo.kit.errors import Refused
from robo.kit.messages import _

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def type_in(locator: Locator, outcome: dict[str, Any], shapes: dict[str, Any], way: int, timeout: float) -> bool:
    """Enter the value by the keyboard; True where the outcome needs no further comparing.

    way: 1 puts the text in at once, 2 types it character by character. timeout: milliseconds.
    """
    if outcome["state"] == "role":
        if outcome["role"] in ("checkbox", "radio", "switch"):
            _switch(locator, shapes, timeout)
        else:
            _combobox(locator, shapes["text"], timeout)
        return True
    if "tick" in outcome:
        locator.focus(timeout=timeout)
        locator.press("Space", timeout=timeout)
        return False
    text = outcome.get("text", shapes["text"])
    if way == 1:
        locator.fill(text, timeout=timeout)
    else:
        locator.click(timeout=timeout)
        locator.press("ControlOrMeta+a", timeout=timeout)
        locator.press("Delete", timeout=timeout)
        locator.press_sequentially(text, timeout=timeout)
        locator.press("Tab", timeout=timeout)
    return False


def _switch(locator: Locator, shapes: dict[str, Any], timeout: float) -> None:
    wanted = "true" if shapes["yes"] else "false"
    if locator.get_attribute("aria-checked", timeout=timeout) != wanted:
        locator.click(timeout=timeout)
    if locator.get_attribute("aria-checked", timeout=timeout) != wanted:
        raise Refused(_("a switch of the page did not take the value “{value}”").format(value=shapes["text"]))


def _combobox(locator: Locator, text: str, timeout: float) -> None:
    """A list made of other elements: opened, its text typed where it takes text, its choice clicked."""
    page = locator.page
    locator.click(timeout=timeout)
    if locator.evaluate("e => e.matches('input,textarea,[contenteditable=true]')"):
        locator.fill(text, timeout=timeout)
    if not text:
        page.keyboard.press("Escape")
        return
    option = page.get_by_role("option", name=text, exact=True)
    try:
        option.first.click(timeout=min(timeout, 3000))
    except Exception as error:
        if type(error).__name__ != "TimeoutError":
            raise
        choices = ", ".join(f"“{one.strip()}”" for one in page.get_by_role("option").all_inner_texts()[:20])
        raise Refused(
            _("a list of the page has no choice “{wanted}”; it has {choices}").format(
                wanted=text, choices=choices or _("none")
            )
        ) from None
