"""`robo runs`: what was run."""

from __future__ import annotations

import click

from robo.cli.desk import Desk, command
from robo.kit.messages import _
from robo.run.admission.waiting import why_it_waits
from robo.run.storage.questions import questions_of
from robo.run.told.outcome import asks_json
from robo.run.told.states import moment, state_word
from robo.run.told.stored import INTERRUPTED, StoredRun
from robo.run.told.stored import runs as stored_runs
from robo.run.told.words import answering

_MAY_ASK = ("waits", "running", INTERRUPTED)


@command("runs", _("List the latest runs."))
@click.option("--all", "everything", is_flag=True, help=_("All of them, not only the last twenty."))
def runs(desk: Desk, everything: bool) -> int:
    found = stored_runs(desk.store, None if everything else 20)
    asks = {one.id: questions_of(desk.store, one.id, "open") if one.state in _MAY_ASK else [] for one in found}
    if not found:
        desk.say(_("nothing was run here yet"))
    for one in found:
        desk.say(f"{one.id}  {moment(one.began_at)}  {one.environment}  {_state(desk, one)}")
        for asked in asks[one.id]:
            commands = " | ".join(command for _verdict, command in answering(asked))
            desk.say(f"    {asked.title} -> {commands}")
    desk.answer = {
        "runs": [
            {
                "run": one.id,
                "flow": str(one.flow),
                "environment": one.environment,
                "state": one.state,
                "reason": one.reason,
                "began_at": one.began_at,
                "ended_at": one.ended_at,
                "attempt": one.attempt,
                "asks": [asks_json(asked) for asked in asks[one.id]],
            }
            for one in found
        ]
    }
    return 0


def _state(desk: Desk, run: StoredRun) -> str:
    """The state of a run, and what it waits for where it has not begun yet."""
    state = state_word(run.state)
    why = why_it_waits(desk.store, run.id) if run.state == "queued" else ""
    return _("{state}: {why}").format(state=state, why=why) if why else state
