"""What the step under way is done for: the engine sets it; robots mark with it what they send, to find it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from robo.kit.data import dataclass


@dataclass(frozen=True)
class Deed:
    """The ledger, the item's key in it (empty outside of any item) and the identity of the step, as a receipt has them.

    The same at each attempt, whatever process makes it.
    """

    ledger: str = ""
    key: str = ""
    step: str = ""


_under_way: list[Deed] = []


@contextmanager
def doing(deed: Deed) -> Iterator[None]:
    """What happens inside is done for that."""
    _under_way.append(deed)
    try:
        yield
    finally:
        _under_way.pop()


def deed() -> Deed:
    """What is being done now; an empty one outside of any step."""
    return _under_way[-1] if _under_way else Deed()
