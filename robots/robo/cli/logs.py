"""`robo logs`: what a run did, in sentences, and on demand as it does it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from robo.cli import completion
from robo.cli.desk import Desk, command
from robo.kit.messages import _
from robo.run.storage.journal import events
from robo.run.told.folder import log_line, told
from robo.run.told.stored import find_run

EVERY = 0.3
"""Seconds between two looks at the journal of a run that goes on."""


@command("logs", _("Show the log of a run, by default of the last one; with --json, each event as a line of JSON."))
@click.argument("run", required=False, shell_complete=completion.runs)
@click.option("--follow", "-f", is_flag=True, help=_("Go on until the run ends."))
def logs(desk: Desk, run: str | None, follow: bool) -> int:
    rehearsed = desk.workspace().runs / Path(run).name if run else None
    if rehearsed and (rehearsed / "plan.json").is_file():
        kept = rehearsed / ("journal.jsonl" if desk.as_json else "run.log")
        click.echo(kept.read_text("utf-8"), nl=False)
        return 0
    stored = find_run(desk.store, run)
    last = 0
    try:
        while True:
            # Asked before the journal is read: what a run wrote just before its end is told too.
            going_on = follow and stored.state == "running"
            for event in events(desk.store, stored.id, last):
                last = event.seq
                line = json.dumps(told(event), ensure_ascii=False) if desk.as_json else log_line(event)
                if line:
                    click.echo(line)
            if not going_on:
                break
            time.sleep(EVERY)
            stored = find_run(desk.store, stored.id)
    except KeyboardInterrupt:
        return 130  # whoever watched has seen enough; the run goes on
    desk.answer = {"run": stored.id, "flow": str(stored.flow), "state": stored.state}
    return 0
