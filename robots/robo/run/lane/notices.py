"""Telling people by mail how a run has ended: once at each of its ends, whatever becomes of the mail."""

from __future__ import annotations

from dataclasses import replace

from robo.flow.model import Notice
from robo.kit.errors import LaneLost, RoboError
from robo.run.lane.ending import Ending
from robo.run.lane.top import known_of_run
from robo.run.lane.walker import Walker
from robo.run.steps.course import Course, EndLane
from robo.run.steps.passage import Passage
from robo.run.told.occasions import due, letter_of, occasions, subject_of
from robo.run.told.outcome import Outcome
from robo.run.told.stored import find_run, result


def notify(course: Course) -> Ending:
    """Send what is due. The run has ended already, and stays as it has; what goes wrong here is in its journal."""
    ended = result(course.store, find_run(course.store, course.run))
    for rule in due(course.flow, ended):
        _tell(course, rule, ended)
    return Ending("done")


def _tell(course: Course, rule: Notice, ended: Outcome) -> None:
    ledger = course.ledger(f"run/{course.run}/notify")
    key = f"{_about(course, rule, ended)} {rule.step.address}"
    if ledger.item(key) is not None:
        return
    now = ledger.begin(key, {}, None, fresh=True).began_at
    said = {"subject": subject_of(course.flow, ended), "text": letter_of(ended)}
    step = replace(rule.step, arguments={**rule.step.arguments, **said})
    passage = Passage(ledger, key, (step,), known_of_run(course, now), now)
    reason = ""
    try:
        Walker(course).run((step,), passage)
        ledger.end(key, "done")
    except (EndLane, LaneLost) as error:
        reason = str(error)
    except RoboError as error:
        reason = str(error)
        ledger.end(key, "failed", reason)
    course.journal.note("notice.failed" if reason else "notice.sent", on=", ".join(rule.on), reason=reason)
    course.journal.flush()


def _about(course: Course, rule: Notice, ended: Outcome) -> str:
    """What the mail is about: this end of the run; or a question, of which people are told once."""
    if occasions(ended) & set(rule.on) == {"approval"}:
        return ", ".join(f"{asked.step} {asked.number}" for asked in ended.asks)
    return str(course.attempt)
