"""Getting about: open an address, sign in, click what leads somewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from robo.browser.filling import enter
from robo.browser.page import Page
from robo.browser.places import locate, unusable
from robo.browser.refusals import judge
from robo.browser.troubles import first_line, is_gone, is_theirs, plainly
from robo.kit.action import action
from robo.kit.errors import Failed, FaultyFlow, InDoubt, LaneLost, Unreachable
from robo.kit.lane import Site
from robo.kit.messages import _
from robo.kit.patience import remaining
from robo.kit.secrets import Mask
from robo.kit.types import AccountName, AnyPlace, Text, YesNo, as_place

if TYPE_CHECKING:
    from playwright.sync_api import Response

_PASSING = (429, 502, 503, 504)
"""Answers of a server that is not there at the moment."""


@action(opens=True)
def open_(address: Text, page: Page) -> None:
    """Open an address of the site.

    address: a path such as /demandes/nouvelle, after the site's address, or a whole address

    - open: /demandes/nouvelle
    """
    visit(page, absolute(address, page.lane.site))
    page.check_signed_in()


def absolute(address: str, site: Site | None) -> str:
    """The whole address. Raises FaultyFlow for a path without a site, or what is no address of the web."""
    if re.match(r"https?://", address, re.IGNORECASE):
        return address
    if re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", address, re.IGNORECASE):
        raise FaultyFlow(_("only web addresses can be opened, not {address}").format(address=address))
    if site is None:
        raise FaultyFlow(_("{address} is a path of a site, but `settings` names no `site`").format(address=address))
    return f"{site.address.rstrip('/')}/{address.lstrip('/')}"


def visit(page: Page, address: str) -> None:
    """Go there. Raises Unreachable when nobody answers, Failed for an answer that is no page of the application."""
    url = urlsplit(address)
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    if not page.proxy.allows(host):
        raise _not_allowed(host)
    page.watch.answer = False
    page.watch.said.clear()
    page.proxy.reopen()
    tries = [False, True, True]
    while True:
        try:
            response = page.tab.goto(address, wait_until="domcontentloaded", timeout=remaining() * 1000)
            break
        except Exception as error:
            if not is_theirs(error):
                raise
            # The error page of an earlier failure may arrive late, and get in the way of what follows.
            if "interrupted by another navigation" in str(error) and tries.pop():
                page.pause(0.2)
                continue
            raise _no_answer(page, error, address, host, port) from None
    if response is not None:
        _judge(page, response, host, port)


def _judge(page: Page, response: Response, host: str, port: int) -> None:
    final = urlsplit(page.tab.url).hostname or host
    if not page.proxy.allows(final):
        raise _not_allowed(final)
    if response.status == 502 and (reason := page.proxy.trouble(host, port)):
        raise Unreachable(_reasons(host)[reason])
    if response.status < 400:
        return
    message = page.see([])["message"]
    text = _("{address} answered {status}: {message}").format(
        address=page.address, status=response.status, message=message or response.status_text
    )
    raise Unreachable(text) if response.status in _PASSING else Failed(text)


def _no_answer(page: Page, error: Exception, address: str, host: str, port: int) -> Exception:
    text = str(error)
    if is_gone(error):
        return LaneLost(_("the browser died ({doing})").format(doing=address))
    if type(error).__name__ == "TimeoutError":
        return Unreachable(_("{address} did not answer in time").format(address=address))
    refused = [one for one in page.proxy.refused if one in text]
    if refused:
        return _not_allowed(refused[0])
    if reason := page.proxy.trouble(host, port):
        return Unreachable(_reasons(host)[reason])
    if "ERR_HTTP_RESPONSE_CODE_FAILURE" in text:
        return Failed(_("{address} answered with an error and no page").format(address=address))
    if "ERR_CERT" in text:
        return Failed(_("the certificate of {host} is not trusted by this machine").format(host=host))
    if "ERR_ABORTED" in text:
        return Failed(_("{address} shows no page (a file to download?)").format(address=address))
    if re.search(r"ERR_(EMPTY|CONNECTION|TIMED|NAME|ADDRESS|TUNNEL|PROXY|SSL|NETWORK|INTERNET)", text):
        return Unreachable(_("{host} closed the connection without an answer").format(host=host))
    return Failed(_("{address} could not be opened: {reason}").format(address=address, reason=first_line(error)))


def _reasons(host: str) -> dict[str, str]:
    return {
        "unknown": _("{host}: no machine of that name").format(host=host),
        "refused": _("{host} takes no connection: the application is not running").format(host=host),
        "timeout": _("{host} did not answer in time").format(host=host),
        "unreachable": _("{host} cannot be reached from this machine").format(host=host),
    }


def _not_allowed(host: str) -> Failed:
    return Failed(
        _("{host} is not a site of this workspace; add it to `settings: allow_hosts: [{host}]`").format(host=host)
    )


@action(session=True)
def login(account: AccountName, page: Page) -> None:
    """Sign in with an account of robo.toml; its password comes from the workspace's secrets.

    account: its name

    - login: bureau
    """
    visit(page, absolute(account.open, account.site))
    # As one who looks at the page: some sites send a session that still holds straight on.
    if _signed_in(page, account.expect) and not page.see([{"text": account.site.signed_out or "\0"}])["proven"]:
        return
    mask = Mask([account.secret])
    try:
        enter(page, [(as_place(account.user), account.user_value), (as_place(account.password), account.secret)])
        with page.signing_in(account.site):
            _press(page, as_place(account.button))
            outcome = _await(page, account.expect)
    except Failed as error:
        raise type(error)(mask(str(error))) from None
    if outcome is not None:
        raise Failed(
            mask(
                _("signing in as {account} did not show “{expect}”; the page says: {message}").format(
                    account=account.name, expect=account.expect, message=outcome
                )
            )
        )


def _signed_in(page: Page, words: str) -> bool:
    return bool(page.see([{"text": words}])["proven"])


def _await(page: Page, words: str) -> str | None:
    """None once the words are shown; else, at the end of the patience or at once if told no, the page's message."""
    with plainly(_("signing in")):
        page.settle()
        while True:
            seen = page.see([{"text": words}])
            if seen["proven"]:
                return None
            if page.watch.said and not page.watch.answer:
                return page.watch.said[0]
            settled = page.watch.idle_for() > 1.0
            if remaining() <= 0.1 or (settled and seen["signedOut"]):
                return str(seen["message"])
            page.pause(0.05)


@action(main="place")
def click(place: AnyPlace, page: Page, confirm: YesNo = False) -> None:
    """Click what leads somewhere: a link, a tab, a button that only shows or searches. What saves is for `submit`.

    place: the visible text of the link or button
    confirm: yes answers the question that the page may ask

    - click: Rechercher
    """
    page.check_signed_in()
    page.watch.answer = confirm
    tabs = page.tabs
    with page.sending():
        _press(page, place)
        with plainly(_("waiting for what “{place}” leads to").format(place=place)):
            page.pause(0.001)
            page.settle()
        written = [] if page.guarded else page.written()
    objection = page.watch.objection()
    if page.guarded:
        page.close_empty(tabs)
        judge(place, page.guarded.stopped(), page.site)
    if written:
        lines = ", ".join(f'"{line}"' for line in dict.fromkeys(written))
        raise InDoubt(
            _(
                "clicking “{place}” sent what may have saved something. If it only reads, add to the site in "
                "robo.toml: harmless = [{lines}]; if it saves, write `submit` instead of `click`"
            ).format(place=place, lines=lines)
            + (f" ({objection})" if objection else "")
        )
    if objection:
        raise Failed(objection)
    page.check_signed_in()


def _press(page: Page, place: AnyPlace) -> None:
    locator = locate(page, place, "button")
    try:
        locator.click(timeout=remaining() * 1000)
    except Exception as error:
        if not is_theirs(error):
            raise
        if is_gone(error):
            raise LaneLost(_("the browser died ({doing})").format(doing=place)) from error
        if not page.guarded and page.written(drafts=True):
            raise InDoubt(_("“{place}” was pressed and did not come to an end").format(place=place)) from None
        raise unusable(page, place, "button") from None
