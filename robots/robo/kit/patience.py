"""How long the step under way may still wait. The engine sets it; robots ask before they wait for anything outside."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_until: list[float] = []


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give what happens inside that many seconds, never more than what surrounds it has left."""
    end = time.monotonic() + seconds
    _until.append(min(end, _until[-1]) if _until else end)
    try:
        yield
    finally:
        _until.pop()


def remaining(default: float = 30.0) -> float:
    """Seconds left for the step under way, at least a little; the default outside of any step."""
    return max(0.05, _until[-1] - time.monotonic()) if _until else default
