"""`robo retry`: items that ended badly are put back to work."""

from __future__ import annotations

import click

from robo.cli import completion
from robo.cli.desk import Desk, command
from robo.cli.run import resumed
from robo.kit.errors import Failed
from robo.kit.messages import _, ngettext
from robo.run.admission.holding import held
from robo.run.told.people import retry as put_back
from robo.run.told.stored import find_run, ledger_of, result


@command("retry", _("Put refused and failed items back to work: all that the last run knows, or those named."))
@click.argument("words", nargs=-1, metavar="[RUN] [KEY]...", shell_complete=completion.runs)
@click.option("--refused", is_flag=True, help=_("Only what was refused."))
@click.option("--failed", is_flag=True, help=_("Only what failed."))
@click.option("--now", is_flag=True, help=_("Then go on with the run at once."))
def retry(desk: Desk, words: tuple[str, ...], refused: bool, failed: bool, now: bool) -> int:
    store = desk.store
    named = words[0] if words and store.one("SELECT 1 FROM run WHERE id = :id", id=words[0]) else None
    run = find_run(store, named)
    keys = list(words[1:] if named else words)
    states = [state for state, asked in (("refused", refused), ("failed", failed)) if asked]
    ledgers = result(store, run).ledgers
    back: list[str] = []
    with held(desk.workspace(run.environment), (f"run/{run.id}", *ledgers), run.id):
        for name in ledgers:
            back += put_back(ledger_of(store, run, name), keys or None, tuple(states or ("refused", "failed")))
    desk.say(
        ngettext("{count} item is to be done again", "{count} items are to be done again", len(back)).format(
            count=len(back)
        ),
        *(f"  {key}" for key in back),
    )
    desk.answer = {"run": run.id, "flow": str(run.flow), "state": "done", "again": back}
    unknown = [key for key in keys if key not in back]
    if unknown:
        raise Failed(
            _("these did not end refused, failed, given up or skipped: {keys}").format(keys=", ".join(unknown))
        )
    if now and back:
        return resumed(desk, run)
    if back:
        desk.say(
            _("Type robo resume {run} to go on as it was begun, or robo run {flow} to take the flow of today").format(
                run=run.id, flow=run.flow
            )
        )  # fmt: skip
    return 0
