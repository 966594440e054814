"""`python -m robo.run.lane`: a lane, started by the supervisor. It does the run's work, with a browser of its own."""

from __future__ import annotations

import importlib
import logging
import os
import queue
import tempfile
import threading
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robo.kit.messages import speak
from robo.platforms.files import files
from robo.run.system.processes import MARK, Attached, attach, leave

if TYPE_CHECKING:
    from robo.run.system.audit import Wall

LANE, FAULT = 0, 3


def main() -> None:
    """Get ready, wait for the order, open what is needed while a thread reads the flow, then conduct. Never returns."""
    mouth = threading.Lock()
    attached = attach(mouth)
    try:
        code = _work(mouth, attached)
    except BaseException as error:  # noqa: BLE001  # the supervisor must hear of it, whatever it is
        import traceback

        traceback.print_exc()
        attached.report(ended="broken", reason=f"{type(error).__name__}: {error}")
        code = FAULT
    # The driver is swept away below asyncio's feet, which would wonder about it on the person's terminal.
    logging.disable(logging.CRITICAL)
    leave(code)


def _work(mouth: threading.Lock, attached: Attached) -> int:
    from robo.kit.errors import LaneLost, RoboError

    _import_ahead()
    reader = _Reader()
    reader.start()
    order = _order(attached)
    wall = _wall(order)
    reader.order.put(order)
    opened: dict[type, Any] = {}
    trouble: tuple[str, str] | None = None
    try:
        with wall.gate() if wall else nullcontext():
            opened = _open_ahead(order)
    except LaneLost as error:
        trouble = "lane", str(error)  # another one may start; the supervisor knows how often that is worth a try
    except RoboError as error:
        trouble = "failed", str(error)
    reader.join()
    if reader.error:
        raise reader.error
    if trouble is not None:
        attached.report(ended=trouble[0], reason=trouble[1])
        return LANE
    from robo.run.lane.aboard import go

    ending = go(order, mouth, attached, reader.flow, opened, wall)
    attached.report(ended=ending.state, reason=ending.reason)
    return LANE


def _import_ahead() -> None:
    """What takes long and is needed by most flows; what is missing is told when it is needed."""
    from robo.kit.shelf import installed

    for module in installed().heavy:
        with suppress(ImportError):
            importlib.import_module(module)


def _order(attached: Attached) -> dict[str, Any]:
    """Wait for it, and become the lane that it asks for."""
    while (order := attached.receive(3600.0)) is None:
        pass
    scratch = Path(order["scratch"])
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    attached.scratch = scratch
    os.environ.update(dict.fromkeys(files.scratch_variables, str(scratch)))
    tempfile.tempdir = None  # whatever asked before asks again
    os.environ[MARK] = order["mark"]
    speak(order["language"])
    return order


def _wall(order: dict[str, Any]) -> Wall | None:
    """In a dry run, before any of the workspace's own robots is loaded."""
    if not order["dry"]:
        return None
    from robo.run.system.audit import Wall

    owned = (order["folder"], order["scratch"], Path(order["database"]).parent)
    wall = Wall(map(Path, owned))
    wall.put_up()
    return wall


class _Reader(threading.Thread):
    """Imports and reads while the browser starts: Python has nothing else to do then."""

    def __init__(self) -> None:
        super().__init__(name="reader", daemon=True)
        self.order: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.flow: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            from robo.run.lane.aboard import read

            self.flow = read(self.order.get())
        except BaseException as error:  # noqa: BLE001  # raised again by who waits for this thread
            self.error = error


def _open_ahead(order: dict[str, Any]) -> dict[type, Any]:
    from robo.run.lane.berth import berth

    opened = {}
    for name in order["ahead"]:
        module, _colon, cls = name.partition(":")
        kind = getattr(importlib.import_module(module), cls)
        opened[kind] = kind.open(berth(order))
    return opened


if __name__ == "__main__":
    main()
