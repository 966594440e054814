"""What the browser's own events tell: requests under way and made, dialogs that opened."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from robo.browser.guard.request import Sent, fields_of
from robo.browser.troubles import is_theirs
from robo.kit.messages import _

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Dialog, Request, Response

_ENDLESS = frozenset({"eventsource", "websocket", "ping"})
"""Kinds of requests whose end nobody waits for."""


class Watch:
    """Listens from its making. answer: what dialogs are told, True for yes."""

    def __init__(self, context: BrowserContext) -> None:
        self.seen: list[Sent] = []
        self.said: list[str] = []
        self.answer = False
        self._pending: set[Request] = set()
        self._going: set[Request] = set()
        self._writing: set[Request] = set()
        self._last = 0.0
        context.on("request", self._begun)
        context.on("response", self._answered)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._ended)
        context.on("dialog", self._asked)

    def mark(self) -> None:
        """Count requests and dialogs from here."""
        self.seen.clear()
        self.said.clear()

    def forget(self) -> None:
        """Nothing is under way any more: the tabs that asked were closed."""
        self._pending.clear()
        self._going.clear()
        self._writing.clear()

    def idle_for(self) -> float:
        """Seconds since the last request ended; 0 while one is under way."""
        return 0.0 if self._pending else time.monotonic() - self._last

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""
        return bool(self._pending)

    @property
    def going(self) -> bool:
        """Whether the page is on its way to another one: until then it answers no question."""
        return bool(self._going)

    @property
    def writing(self) -> bool:
        """Whether a request that could write has not even the head of its answer."""
        return bool(self._writing)

    def _begun(self, request: Request) -> None:
        if not request.url.startswith(("http:", "https:")):
            return
        self._last = time.monotonic()
        if request.resource_type not in _ENDLESS:
            self._pending.add(request)
        if request.is_navigation_request() and _of_a_whole_page(request):
            self._going.add(request)
        sent = Sent(request.method, request.url)
        if sent.could_write:
            self._writing.add(request)
            carried = fields_of(request.post_data_buffer, request.headers.get("content-type", ""))
            sent = sent._replace(fields=carried)
        self.seen.append(sent)

    def _answered(self, response: Response) -> None:
        self._writing.discard(response.request)

    def _ended(self, request: Request) -> None:
        self._writing.discard(request)
        self._pending.discard(request)
        self._going.discard(request)
        self._last = time.monotonic()

    def _asked(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":
            # Leaving a page that was filled and not sent loses nothing that counts.
            dialog.accept()
            return
        self.said.append(dialog.message)
        if self.answer:
            dialog.accept(dialog.default_value) if dialog.type == "prompt" else dialog.accept()
        else:
            dialog.dismiss()

    def objection(self) -> str | None:
        """The dialog that nobody allowed to be answered, in words; None if there was none."""
        if not self.said or self.answer:
            return None
        return _("the page asked “{text}”; write `confirm: yes` to answer it").format(text=self.said[0])


def _of_a_whole_page(request: Request) -> bool:
    try:
        return request.frame.parent_frame is None
    except Exception as error:
        if not is_theirs(error):
            raise
        return False  # of a window that is only being made: nobody asks it anything yet
