"""`python -m robo_scheduler.work.runner`: the supervisor of one run that the service does. It dies with the service."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path
from typing import Any

from robo.kit.messages import VARIABLE, speak
from robo.run.system.processes import Attached, attach, leave
from robo.run.system.standby import standby

MOST_OUTPUT = 1_000_000
"""So many bytes of what robots print are kept with a run; the rest is read and dropped."""
BUSY_FOR = 10.0
"""Seconds within which what an earlier start of the run has left must have let go of its ledgers."""


def main() -> None:
    """Wait for the order, carry it out, report how it ended. Never returns."""
    mouth = threading.Lock()
    attached = attach(mouth)
    order = _order(attached)
    try:
        state, reason = _Runner(attached, mouth, order).run()
    except Exception as error:  # noqa: BLE001 - the service must hear of it, whatever it is
        import traceback

        traceback.print_exc()
        state, reason = "died", f"{type(error).__name__}: {error}"
    attached.report(ended=state, reason=reason)
    leave(0)


def _order(attached: Attached) -> dict[str, Any]:
    while (order := attached.receive(3600.0)) is None:
        pass
    speak(order["language"])
    os.environ[VARIABLE] = order["language"]
    return order


class _Runner:
    """One attempt. What the service says meanwhile is heard by a thread."""

    def __init__(self, attached: Attached, mouth: threading.Lock, order: dict[str, Any]) -> None:
        self._attached, self._mouth, self._order = attached, mouth, order
        self._cancelled = ""
        self._pausing = False
        self._exceeding = ""
        threading.Thread(target=self._listen, name="service", daemon=True).start()

    def run(self) -> tuple[str, str]:
        """(state, reason) of the attempt's end; "over" where it was not its turn any more."""
        with standby() as lane:
            from robo.cli.desk import Desk
            from robo.kit.errors import Busy, FaultyFlow, RoboError
            from robo.run.order import Options
            from robo.run.storage.store import Store
            from robo.run.told.stored import find_run
            from robo_scheduler.work.memory import mind_memory

            order = self._order
            desk = Desk(Path(order["root"]), True, order["language"])
            workspace = desk.workspace(order["environment"])
            desk.store = Store(workspace.database, mouth=self._mouth)
            run = find_run(desk.store, order["run"])
            _keep_output(run.folder / "output.log")
            if workspace.service_memory:
                mind = (workspace.service_memory, self._exceeds)
                threading.Thread(target=mind_memory, args=mind, name="memory", daemon=True).start()
            options = Options(
                order["language"],
                lane=lane,
                cancelled=lambda: self._cancelled,
                pausing=lambda: self._pausing,
                exceeding=lambda: self._exceeding,
            )
            until = time.monotonic() + BUSY_FOR
            while True:
                try:
                    if order["dry"]:
                        from robo_scheduler.work.rehearsed import rehearsed

                        self._attached.report(began=True)
                        return rehearsed(desk, run, order["attempt"], options)
                    return self._carry_out(desk, run, options)
                except Busy as error:
                    if time.monotonic() > until or self._cancelled:
                        return self._put_back(desk, run.id, str(error))
                    time.sleep(0.1)
                except RoboError as error:
                    state = "faulty" if isinstance(error, FaultyFlow) else "failed"
                    return self._given_up(desk, run.id, state, str(error))

    def _carry_out(self, desk: Any, run: Any, options: Any) -> tuple[str, str]:
        from robo.cli.show import report
        from robo.cli.stored import flow_of
        from robo.run.start import Start
        from robo.run.told.occasions import letter_of, subject_of, untold
        from robo.run.told.stored import find_run

        workspace = desk.workspace(run.environment)
        flow = flow_of(desk, run)
        start = Start(workspace, desk.shelf, desk.store, flow, self._say, options)
        ended = start.carry_out(run.id, self._order["attempt"])
        if ended is None:
            return "over", ""
        if ended.state not in ("queued", "admitted", "running"):
            report(desk, find_run(desk.store, run.id))
            if untold(flow, ended):
                self._attached.report(letter=[subject_of(flow, ended), letter_of(ended)])
        return ended.state, ended.reason

    def _say(self, event: dict[str, Any]) -> None:
        if "began" in event:
            self._attached.report(began=True)

    def _given_up(self, desk: Any, run: str, state: str, reason: str) -> tuple[str, str]:
        from robo.run.admission.turns import close

        close(desk.store, run, self._order["attempt"], state, reason)
        return state, reason

    def _put_back(self, desk: Any, run: str, reason: str) -> tuple[str, str]:
        from robo.run.admission.turns import put_back

        with desk.store.write():
            put_back(desk.store, run, self._order["attempt"])
        return "queued", reason

    def _exceeds(self, reason: str) -> None:
        self._exceeding = reason

    def _listen(self) -> None:
        while True:
            message = self._attached.receive(3600.0) or {}
            self._cancelled = message.get("cancel", self._cancelled)
            self._pausing = self._pausing or bool(message.get("pause"))


def _keep_output(file: Path) -> None:
    """From now on what is printed here and below goes into the run's folder, as far as there is room for it."""
    reading, writing = os.pipe()
    for descriptor in (1, 2):
        os.dup2(writing, descriptor)
    os.close(writing)
    threading.Thread(target=_copy, args=(reading, file), name="output", daemon=True).start()


def _copy(reading: int, file: Path) -> None:
    left = MOST_OUTPUT
    with contextlib.suppress(OSError), file.open("ab", buffering=0) as kept:
        left -= kept.tell()
        while printed := os.read(reading, 65536):
            if left > 0:
                kept.write(printed[:left])
            left -= len(printed)
    while os.read(reading, 65536):  # a full disk must not block who prints
        pass


if __name__ == "__main__":
    main()
