"""A workspace that is closed: nothing begins in it, since what it is made of is about to be replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from robo.kit.errors import Busy
from robo.kit.messages import _
from robo.run.system.locks import Lock

SERVICE = "service.lock"
"""In the folder of state: what the service holds while it is there."""
_LOCK = "closed.lock"


@contextmanager
def closed(state: Path, holder: str) -> Iterator[None]:
    """Close the workspace while inside. state: its folder of state; holder: who closes it, for others to read.

    Raises Busy naming who is at work in it. Who begins something takes a lock first and calls `refuse_closed` then;
    here the sign stands before the locks are looked at. Whichever comes first, one of the two sees the other.
    """
    with _alone(state, holder):
        _sign(state).write_text(holder, encoding="utf-8")
        try:
            _refuse_work(state)
            yield
        finally:
            _sign(state).unlink(missing_ok=True)


def refuse_closed(state: Path) -> None:
    """To be called once a lock is held. Raises Busy while the workspace is closed."""
    if not _sign(state).exists():
        return
    with _alone(state, ""):  # else whoever closed it has died, and left the sign behind
        _sign(state).unlink(missing_ok=True)


@contextmanager
def _alone(state: Path, holder: str) -> Iterator[None]:
    lock = Lock(state / "locks" / _LOCK)
    if not lock.try_take(holder):
        raise Busy(_("this workspace is closed just now: {holder}").format(holder=lock.holder()))
    with lock:
        yield


def _refuse_work(state: Path) -> None:
    for file in sorted({*state.glob("*.lock"), *(state / "locks").glob("*.lock")}):
        lock = Lock(file)
        said = lock.holder()
        if file.name == _LOCK:
            continue
        if not lock.try_take(said):
            raise Busy(
                _("{holder} is at work in this workspace: let it end first").format(
                    holder=_("the service") if file.name == SERVICE else said
                )
            )
        lock.release()


def _sign(state: Path) -> Path:
    return state / "closed"
