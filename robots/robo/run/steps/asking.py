"""A step that asks a person: the question is on disk before the lane ends, and what is answered stands like a receipt.

What is shown is put together anew whenever a lane comes to the step. An answer counts for what was shown to who gave
it: where that has changed, it is asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from robo.flow.formula import evaluate
from robo.flow.model import Step
from robo.kit.change import NOT_KNOWN_YET, Change, NotKnownYet
from robo.kit.errors import Refused
from robo.kit.messages import _, ngettext
from robo.kit.text import written
from robo.run.steps.course import Course, StopFlow, Waits
from robo.run.steps.passage import Passage, until
from robo.run.steps.scope import saved_names
from robo.run.storage.frames import frame_of
from robo.run.storage.journal import events
from robo.run.storage.questions import Asked, Asking, Shown, ask, latest, overtake, questions_of
from robo.run.storage.values import pack, unpack

LONGEST_READING = 600.0
"""Seconds that reading one file may take."""
_LONGEST_PATH = 1000


def ask_person(course: Course, step: Step, passage: Passage) -> None:
    """Go on with the answer; raises Waits where there is none yet, StopFlow where it was refused or came to nothing."""
    known = passage.receipt_of(step)
    if known:
        then = frame_of(dict(known.saved), step.identity)
        passage.saved.update({name: then[name] for name in saved_names(step, course.shelf) if name in then})
        passage.made(step.address)
        return
    asking = _asking(course, step, passage)
    if course.dry:
        _assume(course, step, passage, asking)
        return
    course.boundary("before asking")
    ends: Exception | None = None
    with course.store.write():
        before = latest(course.store, course.run, step.identity)
        if before is None or before.fingerprint != asking.digest or before.state in ("expired", "overtaken"):
            _ask(course, step, passage, asking, before)
            ends = Waits(asking.title)
        elif before.state == "given":
            _go_on(course, step, passage, before)
        elif before.state == "refused":
            ends = StopFlow(_refused(before), failed=True)
        elif before.is_over(course.clock.now()):
            ends = StopFlow(_("nobody answered within {time}").format(time=_lasting(_wait(step))), failed=True)
        else:
            ends = Waits(asking.title)
    course.boundary("asked")
    if ends:
        raise ends


def _asking(course: Course, step: Step, passage: Passage) -> Asking:
    """The question as it stands now. Raises Refused where something that it shows is not there."""
    assert step.question
    scope, language = passage.scope(), course.flow.settings.locale
    said = evaluate(step.arguments, scope, language)
    form = tuple(replace(one, default=evaluate(one.default, scope, language)) for one in step.question.form)
    by = said.get("by")
    accounts = by if isinstance(by, list | tuple) else [] if by is None else [by]
    starter = step.action == "approve" and course.flow.settings.second_person
    asking = Asking(
        kind="approve" if step.action == "approve" else "ask",
        title=written(said["title"], language),
        shown=tuple(_shown(course, said.get("show"))),
        form=form,
        by=tuple(written(one) for one in accounts),
        not_by=(_starter(course),) if starter else (),
    )
    return _masked(course, asking)


def _masked(course: Course, asking: Asking) -> Asking:
    """A password that a page has shown is not shown on."""
    mask = course.vault.mask()
    shown = tuple(replace(one, value=unpack(mask(pack(one.value)))) for one in asking.shown)
    return replace(asking, title=mask(asking.title), shown=shown)


def _starter(course: Course) -> str:
    """Who has asked for the run."""
    submitted = course.store.one("SELECT by FROM submission WHERE run = :run", run=course.run)
    if submitted:
        return str(submitted[0])
    return next((str(event.data.get("by", "")) for event in events(course.store, course.run, kinds=("run.began",))), "")


def _shown(course: Course, show: Any) -> Iterator[Shown]:
    if show is None:
        return
    if isinstance(show, Mapping):
        for label, value in show.items():
            yield _one(course, written(label), value)
    elif isinstance(show, list | tuple) and not all(isinstance(one, Mapping) for one in show):
        for value in show:
            yield _one(course, "", value)
    else:
        yield _one(course, "", show)


def _one(course: Course, label: str, value: Any) -> Shown:
    """A value; of a file that is there, its content counts too."""
    file = _file(course, value)
    if file is None:
        return Shown(label, unpack(pack(value)))
    course.report(within=LONGEST_READING)
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
            size = opened.tell()
    except OSError as error:
        raise Refused(_("{file} cannot be read: {reason}").format(file=value, reason=error.strerror)) from error
    return Shown(label, str(value), digest, size)


def _file(course: Course, value: Any) -> Path | None:
    if not isinstance(value, str | Path) or not 0 < len(str(value)) < _LONGEST_PATH or "\n" in str(value):
        return None
    try:
        path = course.workspace.resolve(value)
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None


def _ask(course: Course, step: Step, passage: Passage, asking: Asking, before: Asked | None) -> None:
    """Write the question down, within the transaction under way; whatever was asked before counts no more.

    before: how the step has asked last.
    """
    store, now = course.store, course.clock.now()
    for old in questions_of(store, course.run, "open"):
        overtake(store, old)
    if before and before.state in ("given", "refused"):
        overtake(store, before)
        _note(
            course, "question.overtaken", step, passage, number=before.number, title=before.title,
            by=before.answered_by, at=before.answered_at, answer=before.answer,
        )  # fmt: skip
    wait = _wait(step)
    ends = now + timedelta(seconds=wait) if wait is not None else None
    number = ask(store, course.run, step.identity, asking, now, ends)
    _note(
        course, "question.asked", step, passage, number=number, question=asking.kind, title=asking.title,
        shown=[[one.label, one.value] for one in asking.shown], until=ends.isoformat() if ends else None,
    )  # fmt: skip
    course.journal.flush()


def _go_on(course: Course, step: Step, passage: Passage, asked: Asked) -> None:
    """From now on the answer stands, as the receipt of a change does."""
    if step.save:
        passage.saved[step.save] = dict(asked.answer)
    passage.ledger.plan(
        passage.key, step.identity, step.address, Change(asked.title), dict(asked.answer), passage.everything(),
        passage.columns(), until(passage.steps, step.identity) or "", course.sender, {"action": step.action},
        by="answered",
    )  # fmt: skip
    passage.made(step.address)


def _assume(course: Course, step: Step, passage: Passage, asking: Asking) -> None:
    """A dry run asks nobody: it goes on as if it had been approved, and with the defaults of the form."""
    verdict = {"approved": True, "by": NOT_KNOWN_YET, "at": NOT_KNOWN_YET} if asking.kind == "approve" else {}
    entered = {one.name: _default(one.default) for one in asking.form}
    if step.save:
        passage.saved[step.save] = {**verdict, **entered}
    _note(
        course, "question.assumed", step, passage, question=asking.kind, title=asking.title, entered=entered,
        shown=[[one.label, one.value] for one in asking.shown],
    )  # fmt: skip


def _default(value: Any) -> Any:
    return NOT_KNOWN_YET if value is None or value == "" or isinstance(value, NotKnownYet) else value


def _refused(asked: Asked) -> str:
    said = _("refused by {name}: {remark}") if asked.remark else _("refused by {name}")
    return said.format(name=asked.answered_by, remark=asked.remark)


def _wait(step: Step) -> float | None:
    return step.question.wait if step.question else None


def _lasting(seconds: float | None) -> str:
    """Such as "3 days"."""
    whole = int(seconds or 0)
    if whole and whole % 86400 == 0:
        return ngettext("{count} day", "{count} days", whole // 86400).format(count=whole // 86400)
    if whole and whole % 3600 == 0:
        return ngettext("{count} hour", "{count} hours", whole // 3600).format(count=whole // 3600)
    if whole and whole % 60 == 0:
        return ngettext("{count} minute", "{count} minutes", whole // 60).format(count=whole // 60)
    return ngettext("{count} second", "{count} seconds", whole).format(count=whole)


def _note(course: Course, kind: Any, step: Step, passage: Passage, **data: Any) -> None:
    course.journal.note(
        kind, ledger=passage.ledger.name, key=passage.key, step=step.address, action=step.action, **data
    )
