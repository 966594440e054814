"""`robo cancel`: end a run, wherever it stands."""

from __future__ import annotations

import time

import click

from robo.cli import completion
from robo.cli.desk import Desk, command
from robo.kit.errors import Failed
from robo.kit.messages import _

PATIENCE = 15.0


@command("cancel", _("End a run at once; what it has entered stays, and what it was doing is settled when it goes on."))
@click.argument("run", shell_complete=completion.runs)
def cancel(desk: Desk, run: str) -> int:
    from robo.run.admission.cancelling import cancel as asked_to_end
    from robo.run.system.machine import who
    from robo.run.told.states import state_word
    from robo.run.told.stored import find_run

    found = find_run(desk.store, run)
    asked_to_end(desk.store, found.id, who())
    until = time.monotonic() + PATIENCE
    while (now := find_run(desk.store, found.id)).state in ("queued", "admitted", "running"):
        if time.monotonic() > until:
            raise Failed(_("{run} is asked to end, and has not ended yet").format(run=found.id))
        time.sleep(0.1)
    desk.say(_("{run}: {state}. {reason}").format(run=now.id, state=state_word(now.state), reason=now.reason))
    desk.answer = {"run": now.id, "state": now.state, "reason": now.reason}
    return 0
