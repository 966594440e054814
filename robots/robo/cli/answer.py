"""`robo approve` and `robo answer`: a person answers what a run asks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from robo.cli import completion
from robo.cli.desk import Desk, command, pairs
from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.run.answering import Verdict, give_answer, question_to_answer
from robo.run.storage.clock import SystemClock
from robo.run.storage.questions import Asked, Kind
from robo.run.system.machine import who
from robo.run.told.folder import RunFolder
from robo.run.told.stored import StoredRun, find_run, result
from robo.run.told.words import field_words


def _options(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """What both commands take."""
    for option in reversed(
        [
            click.argument("run", shell_complete=completion.runs),
            click.option(
                "--input", "-i", "given", multiple=True, metavar="NAME=VALUE", help=_("What the form asks for.")
            ),
            click.option("--remark", default="", metavar="TEXT", help=_("What is to be kept with the answer.")),
            click.option("--step", metavar="STEP", help=_("The step that asks, where you want to be sure.")),
            click.option("--number", type=int, metavar="N", help=_("How often it was asked, as `robo show` says it.")),
            click.option("--resume", "resumes", is_flag=True, help=_("Go on with the run at once.")),
        ]
    ):
        function = option(function)
    return function


@command("approve", _("Approve what a run asks to be approved, or refuse it."))
@_options
@click.option("--refuse", is_flag=True, help=_("Refuse it: the run fails, and says who refused and why."))
def approve(desk: Desk, run: str, refuse: bool, **said: Any) -> int:
    return _answer(desk, run, "approve", "refused" if refuse else "given", **said)


@command("answer", _("Answer a question that a run asks."))
@_options
def answer(desk: Desk, run: str, **said: Any) -> int:
    return _answer(desk, run, "ask", "given", **said)


def _answer(
    desk: Desk,
    name: str,
    kind: Kind,
    verdict: Verdict,
    given: tuple[str, ...],
    remark: str,
    step: str | None,
    number: int | None,
    resumes: bool,
) -> int:
    store, run = desk.store, find_run(desk.store, name)
    asked = question_to_answer(store, run.id, kind, step, number)
    typed = pairs(given, "--input")
    if verdict == "refused" and typed:
        raise Failed(_("what is refused needs no input: leave {names} out").format(names=", ".join(typed)))
    if verdict == "given" and sys.stdin.isatty():
        typed |= _entered(asked, typed)
    workspace = desk.workspace(run.environment)
    goes_on = give_answer(store, workspace, asked, verdict, typed, who(), SystemClock(), remark)
    if run.state != "running":
        RunFolder(run.folder).follow(store, run.id)
    desk.answer = {
        "run": run.id, "flow": str(run.flow), "state": "done", "step": asked.step, "title": asked.title,
        "verdict": verdict, "goes_on": goes_on or resumes,
    }  # fmt: skip
    return _said(desk, run, asked, verdict, goes_on, resumes)


def _entered(asked: Asked, typed: dict[str, str]) -> dict[str, str]:
    """What is missing, asked for on the terminal."""
    missing = [one for one in asked.form if one.required and one.default in (None, "") and one.name not in typed]
    return {one.name: str(click.prompt(field_words(one), err=True)) for one in missing}


def _said(desk: Desk, run: StoredRun, asked: Asked, verdict: Verdict, goes_on: bool, resumes: bool) -> int:
    done = _("“{title}”: refused.") if verdict == "refused" else _("“{title}”: answered.")
    if asked.kind == "approve" and verdict == "given":
        done = _("“{title}”: approved.")
    desk.say(done.format(title=asked.title))
    if goes_on:
        desk.say(_("The service goes on with run {run}").format(run=run.id))
        return 0
    if resumes:
        from robo.cli.run import resumed

        return resumed(desk, run)
    if result(desk.store, run).state == "running":
        desk.say(_("Run {run} is going on, and takes the answer up by itself").format(run=run.id))
    else:
        desk.say(_("Type robo resume {run} to go on").format(run=run.id))
    return 0
