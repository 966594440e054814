"""Chromium answers no question about a page while the page waits for another one. Somebody must end that wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from robo.browser.proxy import Proxy

_LOOK = 0.2
"""Seconds between looks at the clock and at the proxy."""


class Watchdog:
    """A thread that cuts the browser off when a question waits too long, or for an answer that will never come."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._asked = threading.Event()
        self._over = False
        self._turn = threading.Lock()
        self._until: float | None = None
        self._thread = threading.Thread(target=self._watch, name="browser-watchdog", daemon=True)
        self._thread.start()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the browser off if what happens inside takes longer."""
        self._until = time.monotonic() + seconds
        self._asked.set()
        try:
            yield
        finally:
            with self._turn:  # a cut that is under way ends first, lest it hit what is asked next
                self._until = None
                self._asked.clear()

    def stop(self) -> None:
        """End the thread."""
        self._over = True
        self._asked.set()
        self._thread.join(1)

    def _watch(self) -> None:
        while self._asked.wait() and not self._over:
            time.sleep(_LOOK)
            with self._turn:
                until = self._until
                if until is not None and (time.monotonic() > until or self._proxy.dropped):
                    self._proxy.cut()
