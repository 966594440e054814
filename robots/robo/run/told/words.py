"""An outcome in sentences, each question with the command that answers it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from robo.flow.model import Input
from robo.kit.messages import _, labelled, ngettext, spoken
from robo.kit.text import written
from robo.run.storage.questions import Asked, Shown
from robo.run.told.outcome import Outcome
from robo.run.told.people import Question
from robo.run.told.sentences import shown_key
from robo.run.told.states import counted, moment, state_word
from robo.run.told.stored import INTERRUPTED

SHOWN = 20
"""So many refused items and questions are told; the rest is counted."""


def told(outcome: Outcome) -> list[str]:
    """All that a person wants to know of a run."""
    items = [
        _("  {key}: {state}. {reason}").format(
            key=outcome.titles.get(key) or shown_key(key), state=state_word(state), reason=reason
        )
        for key, state, reason in outcome.failures
    ]
    lines = [
        (_("  line {line}: refused. {reason}") if isinstance(n, int) else _("  {line}: refused. {reason}")).format(
            line=n, reason=r
        )
        for n, r in outcome.refused_rows
    ]
    counts = [f"  {counted(outcome.counts)}"] if outcome.counts else []
    gives = ["  " + labelled(name, _output(value)) for name, value in outcome.outputs.items()]
    aside = [
        _("  -> correct them in {file}, then type {command}").format(file=file, command=run_corrected(outcome, file))
        for file in outcome.aside
    ]
    return [state_sentence(outcome), *counts, *gives, *_first(items), *_first(lines), *aside, *_waiting(outcome)]


def run_corrected(outcome: Outcome, file: str) -> str:
    """The command, typed in the workspace, that goes through the rows of a file once they are corrected."""
    root = Path(outcome.folder).parents[1]
    flow, rows = (shlex.quote(_from(root, Path(path))) for path in (outcome.flow, file))
    return f"robo run {flow} --rows-from {rows}"


def _from(root: Path, path: Path) -> str:
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _output(value: Any) -> str:
    match value:
        case None:
            return _("nothing")
        case Mapping():
            return ", ".join(labelled(name, _output(one)) for name, one in value.items())
        case list():
            return ", ".join(map(_output, value))
    return written(value, spoken())


def state_sentence(outcome: Outcome) -> str:
    """How the run stands or ended."""
    words = {"run": outcome.run, "reason": outcome.reason}
    if outcome.nothing_new:
        text = _("Run {run}: nothing new. All {count} items had been entered before, the last on {date}.")
        words |= {"count": str(outcome.already), "date": moment(outcome.last_entered)}
    elif outcome.state == INTERRUPTED:
        text = _("Run {run} was interrupted. Go on with: robo resume {run}")
    elif outcome.state == "running":
        text = _("Run {run} is going on.")
    elif outcome.state == "stopped":
        text = _("Run {run} was stopped. Go on with: robo resume {run}")
    elif outcome.state == "faulty":
        text = _("Run {run} ended: the flow is wrong. {reason}")
    elif outcome.state == "broken":
        text = _("Run {run} ended by a fault of Robo or of a robot, not yours. {reason}")
    elif outcome.answered and not outcome.waits:
        text = _("Run {run} has its answer. Go on with: robo resume {run}")
    elif outcome.exit_code == 4:
        text = _("Run {run} waits for a person. {reason}")
    elif outcome.state == "failed":
        text = _("Run {run} failed. {reason}")
    elif outcome.exit_code == 1:
        text = _("Run {run} is done, but not everything could be done.")
    else:
        text = _("Run {run} is done. {reason}")
    return text.format(**words).strip()


def answers(outcome: Outcome, question: Question) -> list[tuple[str, str]]:
    """What a person may say to a question, each as (verdict, the command to paste)."""
    # What is done already can only be left as it is.
    verdicts = ("done",) if question.why == "changed" else ("done", "again", "give-up")
    return [(verdict, _command(outcome, question, verdict)) for verdict in verdicts]


def _command(outcome: Outcome, question: Question, verdict: str) -> str:
    number = f" --number {question.number}" if question.number is not None else ""
    return f"robo decide {outcome.run} {shlex.quote(question.key or '-')} {verdict}{number}"


def _waiting(outcome: Outcome) -> Iterator[str]:
    if outcome.mend:
        yield f"  -> {outcome.mend}"
    if outcome.pending:
        yield ngettext(
            "  {count} result is still to be written back: close the workbook, then type robo resume {run}",
            "  {count} results are still to be written back: close the workbook, then type robo resume {run}",
            outcome.pending,
        ).format(count=outcome.pending, run=outcome.run)
    for asked in outcome.asks:
        yield from _asked(asked)
    for question in outcome.waits[:SHOWN]:
        key = question.key or _("the run itself")
        yield _("  {key} waits for a person: {reason}").format(key=key, reason=question.reason or question.summary)
        if question.summary and question.reason:
            yield f"     {question.summary}"
        for label, value in (question.preview or {}).items():
            yield "     " + labelled(label, _output(value))
        if outcome.state == INTERRUPTED:
            continue  # the run settles what it can itself
        verdicts = "|".join(verdict for verdict, _paste in answers(outcome, question))
        yield f"     -> {_command(outcome, question, verdicts)}"
    if len(outcome.waits) > SHOWN:
        yield _("  and {count} more").format(count=len(outcome.waits) - SHOWN)


def answering(asked: Asked) -> list[tuple[str, str]]:
    """What a person may say to a question of the flow, each as (verdict, the command to paste)."""
    number = f" --number {asked.number}" if asked.number > 1 else ""
    entered = "".join(f" -i {one.name}=..." for one in asked.form if one.required and one.default in (None, ""))
    if asked.kind == "ask":
        return [("answer", f"robo answer {asked.run}{number}{entered}")]
    refusal = f'robo approve {asked.run}{number} --refuse --remark "..."'
    return [("approve", f"robo approve {asked.run}{number}{entered}"), ("refuse", refusal)]


def shown_value(shown: Shown) -> list[str]:
    """What a question shows: one line, or one for each row of a table."""
    value = shown.value
    if shown.digest:
        said = _("{file} ({size} octets, SHA-256 {digest}…)")
        return [said.format(file=value, size=shown.size, digest=shown.digest[:12])]
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        return [_output(row) for row in value]
    return [_output(value)]


def asking_words(asked: Asked) -> list[str]:
    """Who may answer, and until when."""
    words = {"moment": moment(asked.asked_at), "accounts": ", ".join(asked.by), "until": moment(asked.until)}
    said = [_("asked on {moment}")]
    said += [_("for {accounts} to answer")] if asked.by else []
    said += [_("until {until}")] if asked.until else []
    return [one.format(**words) for one in said]


def field_words(one: Input) -> str:
    """What is to be entered: its name and label, with what is taken where nothing is."""
    label = f" ({one.label})" if one.label else ""
    among = ": " + " | ".join(one.choices) if one.choices else ""
    default = _(", {value} where nothing is entered").format(value=written(one.default, spoken()))
    return f"{one.name}{label}{among}{default if one.default not in (None, '') else ''}"


def _asked(asked: Asked) -> Iterator[str]:
    yield f"  {asked.title} ({', '.join(asking_words(asked))})"
    for one in asked.shown:
        for line in shown_value(one):
            yield "     " + (labelled(one.label, line) if one.label else line)
    for entry in asked.form:
        yield _("     to be entered: {field}").format(field=field_words(entry))
    for _verdict, command in answering(asked):
        yield f"     -> {command}"


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - SHOWN
    return lines if more <= 0 else [*lines[:SHOWN], _("  and {count} more").format(count=more)]
