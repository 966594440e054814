"""From what Playwright raises to what people read: never its call log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from robo.kit.errors import Failed, LaneLost, RoboError
from robo.kit.messages import _

_GONE = (
    "has been closed",
    "Connection closed",
    "Target crashed",
    "Page crashed",
    "Browser closed",
    "browser has disconnected",
)


def is_gone(error: Exception) -> bool:
    """Whether the browser or its driver died."""
    return type(error).__name__ == "TargetClosedError" or any(sign in str(error) for sign in _GONE)


def is_theirs(error: Exception) -> bool:
    """Whether Playwright raised it; that its driver died it tells by an exception of no class of its own."""
    return type(error).__module__.startswith("playwright") or (type(error) is Exception and is_gone(error))


def first_line(error: Exception) -> str:
    """The error's own words, without the name of the call and the log."""
    line = str(error).partition("\n")[0]
    return re.sub(r"^[A-Za-z]+\.[a-z_]+: |^Error: ", "", line).strip()


@contextmanager
def plainly(doing: str) -> Iterator[None]:
    """Turn Playwright's errors into ours. doing: what was tried, for people."""
    try:
        yield
    except RoboError:
        raise
    except Exception as error:
        if not is_theirs(error):
            raise
        if is_gone(error):
            raise LaneLost(_("the browser died ({doing})").format(doing=doing)) from error
        if type(error).__name__ == "TimeoutError":
            raise Failed(_("{doing}: not done in time").format(doing=doing)) from None
        raise Failed(_("{doing}: {reason}").format(doing=doing, reason=first_line(error))) from None
