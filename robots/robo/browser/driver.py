"""Playwright's driver: one per process, started when the first browser is opened."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from robo.browser.scripts import engine

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

_running: list[Playwright] = []


def driver() -> Playwright:
    """The driver with our way of finding fields (`robo=`). To be used from one thread alone."""
    if not _running:
        from playwright.sync_api import sync_playwright

        playwright = sync_playwright().start()
        # In a world of its own, so that no page can change how its fields are found.
        playwright.selectors.register("robo", script=engine(), content_script=True)
        _running.append(playwright)
    return _running[0]


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Kill the driver if what happens inside takes longer: a call that waits for a dead browser then ends."""
    watch = threading.Timer(seconds, _kill)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _kill() -> None:
    for playwright in _running:
        with suppress(AttributeError, OSError):
            connection: Any = playwright._impl_obj._connection
            connection._transport._proc.terminate()
