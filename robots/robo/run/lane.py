"""`python -m robo.run.lane`: a lane, started by the supervisor. It does the run's work, with a browser of its own."""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import threading
from pathlib import Path
from typing import Any

from robo.kit.messages import speak
from robo.run.processes import Attached, attach, leave

LANE, FAULT = 0, 3


def main() -> None:
    """Open what is needed ahead while a thread reads the flow, then conduct. Never returns."""
    order: dict[str, Any] = json.loads(sys.argv[1])
    mouth = threading.Lock()
    scratch = Path(order["scratch"])
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["TMPDIR"] = str(scratch)
    attached = attach(mouth, scratch)
    try:
        speak(order["language"])
        code = _work(order, mouth, attached)
    except BaseException as error:  # noqa: BLE001  # the supervisor must hear of it, whatever it is
        import traceback

        traceback.print_exc()
        attached.report(ended="broken", reason=f"{type(error).__name__}: {error}")
        code = FAULT
    # The driver is swept away below asyncio's feet, which would wonder about it on the person's terminal.
    logging.disable(logging.CRITICAL)
    leave(code)


def _work(order: dict[str, Any], mouth: threading.Lock, attached: Attached) -> int:
    from robo.kit.errors import LaneLost, RoboError

    reader = _Reader(order)
    reader.start()
    opened: dict[type, Any] = {}
    trouble: tuple[str, str] | None = None
    try:
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
    from robo.run.aboard import go

    ending = go(order, mouth, attached, reader.flow, opened)
    attached.report(ended=ending.state, reason=ending.reason)
    return LANE


class _Reader(threading.Thread):
    """Imports and reads while the browser starts: Python has nothing else to do then."""

    def __init__(self, order: dict[str, Any]) -> None:
        super().__init__(name="reader")
        self._order = order
        self.flow: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            from robo.run.aboard import read

            self.flow = read(self._order)
        except BaseException as error:  # noqa: BLE001  # raised again by who waits for this thread
            self.error = error


def _open_ahead(order: dict[str, Any]) -> dict[type, Any]:
    from robo.run.berth import berth

    opened = {}
    for name in order["ahead"]:
        module, _colon, cls = name.partition(":")
        kind = getattr(importlib.import_module(module), cls)
        opened[kind] = kind.open(berth(order))
    return opened


if __name__ == "__main__":
    main()
