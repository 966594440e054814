"""The walk through the steps of a flow: conditions, repetitions, errors, and where a restarted item goes on."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from functools import partial
from typing import Any

from robo.flow.bind import call_arguments
from robo.flow.folders import settled_paths
from robo.flow.formula import Formula, evaluate
from robo.flow.model import Step
from robo.kit.action import Action
from robo.kit.change import NOT_KNOWN_YET
from robo.kit.deed import Deed, doing
from robo.kit.errors import Failed, FaultyFlow, InDoubt, LaneLost, Refused, RoboError, SignedOut
from robo.kit.messages import _
from robo.kit.patience import within
from robo.kit.text import written
from robo.run.loops.loop import Loops
from robo.run.steps.asking import ask_person
from robo.run.steps.calls import entered, outputs, standing_at
from robo.run.steps.change import doubt_after_the_fact, make
from robo.run.steps.course import Broken, Course, EndLane, SkipItem, StopFlow, Stopped
from robo.run.steps.passage import Passage
from robo.run.steps.rehearsal import assume, cannot_see, leaves_out, rehearsed
from robo.run.steps.scope import Mishap, bound, saved_names
from robo.run.steps.unsure import look_up, looks_itself
from robo.run.storage.ledger import TOP


class _Again(Exception):
    """The segment is to be repeated from its beginning."""


class Walker:
    """Walks passages through their steps, in one lane."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._signed_in: list[tuple[Step, Passage]] = []
        self._loops = Loops(self)
        self._fault: RoboError | None = None
        self.fault_at = ""
        """The address of the step that failed last."""

    def run(self, steps: tuple[Step, ...], passage: Passage) -> None:
        """All that is left of the steps; repeats segments, and signs in again once if the session has expired.

        Raises Refused, Failed, EndLane, StopFlow, SkipItem, Stopped.
        """
        while True:
            try:
                if passage.last is None:
                    passage.prepare()
                return self.go(steps, passage)
            except _Again:
                self._loops.stale()
                passage.rewind()
            except SignedOut:
                if passage.signed_again or not self._signed_in:
                    raise
                passage.signed_again = True
                self.sign_in_again()
                self._loops.stale()
                passage.rewind()

    def go(self, steps: tuple[Step, ...], passage: Passage) -> None:
        """These steps, one after the other."""
        for step in steps:
            self._step(step, passage)

    def sign_in_again(self) -> None:
        """Redo every sign-in of this lane, on a fresh page."""
        self.course.lent.renew()
        for step, passage in self._signed_in:
            with standing_at(self.course, passage, step):
                self._perform(step, passage)

    def _step(self, step: Step, passage: Passage) -> None:
        inside = passage.last_is_in(step)
        if inside:
            for branch in (step.otherwise, step.on_error if isinstance(step.on_error, tuple) else ()):
                if any(one.address == passage.last or passage.last_is_in(one) for one in branch):
                    return self.go(branch, passage)
        if passage.lies_before(step) and not self._redone(step):
            return None
        if leaves_out(self.course, step, passage):
            return None
        taken_up = inside and (step.body or step.call)
        if not taken_up and step.condition and not self._holds(step.condition, step, passage):
            return self.go(step.otherwise, passage)
        try:
            self._act(step, passage)
        except (Refused, Failed) as error:
            if error is not self._fault:
                self._fault, self.fault_at = error, step.address
            self._recover(step, passage, error)
        return None

    def _holds(self, condition: Formula, step: Step, passage: Passage) -> bool:
        scope = self._scope(passage)
        assume(self.course, step, passage, scope)
        return condition.holds(scope, self._language)

    def _redone(self, step: Step) -> bool:
        """Whether a step is done again even behind a receipt: sign-ins, loops with a ledger, and what holds them."""
        action = self.course.shelf.actions.get(step.action)
        if (action is not None and action.kind == "session") or (step.loop and step.loop.key):
            return True
        return any(self._redone(one) for one in (*step.body, *(step.call.flow.steps if step.call else ())))

    def _act(self, step: Step, passage: Passage) -> None:
        match step.action:
            case "group":
                self.go(step.body, passage)
            case "repeat":
                self._repeat(step, passage)
            case "set":
                for name, value in step.arguments.items():
                    passage.saved[name] = evaluate(value, self._scope(passage), self._language)
            case "log":
                said = evaluate(step.arguments, self._scope(passage), self._language)
                text = written(said.get("text"), self._language)
                self._note("step.log", step, passage, text=text, level=said.get("level"))
                self.course.journal.flush()
            case "stop":
                said = evaluate(step.arguments, self._scope(passage), self._language)
                self.fault_at = step.address
                raise StopFlow(str(said.get("reason") or ""), said.get("as") == "failed")
            case "skip":
                said = evaluate(step.arguments, self._scope(passage), self._language)
                raise SkipItem(str(said.get("reason") or ""))
            case "run":
                self._run_flow(step, passage)
            case "ask" | "approve":
                ask_person(self.course, step, passage)
            case _ if step.loop:
                self._loops.run(step, passage)
            case _:
                looked = look_up(self, step, passage)
                if looked == "absent":
                    raise _Again  # the page was left to look
                if not looked:
                    self._perform(step, passage)

    def _run_flow(self, step: Step, passage: Passage) -> None:
        """Another flow; behind its end only what is redone in it is done again, and it gives what it gave."""
        assert step.call
        over = passage.lies_before(step)
        with entered(self.course, step, step.call, passage):
            self.go(step.call.flow.steps, passage)
            gives = {} if over else outputs(self.course, step.call.flow, self._scope(passage), passage)
        if not over:
            if step.save:
                passage.saved[step.save] = gives
            self._note("step.done", step, passage, saved={step.save: gives} if step.save else {})

    def _repeat(self, step: Step, passage: Passage) -> None:
        """Round after round until it is so; there is nothing in it that may not be done again."""
        course, asked = self.course, step.repeat
        assert asked
        rounds = 0
        while not asked.until.holds(self._scope(passage), self._language):
            if passage.key == TOP and course.stopping():
                raise Stopped
            if rounds == asked.most:
                reason = _("after {count} rounds it was still not so: {until}").format(
                    count=rounds, until=asked.until.source.strip()
                )
                self._note("step.failed", step, passage, reason=reason)
                raise Failed(reason)
            if rounds and asked.every:
                course.pause(asked.every)
                if asked.until.holds(self._scope(passage), self._language):
                    break  # it has come about while nobody did anything: a round more might not even be possible
            rounds += 1
            self.go(step.body, passage)

    def _recover(self, step: Step, passage: Passage, error: Refused | Failed) -> None:
        """What the flow says about a step that did not work; raises the error where it says nothing."""
        action = self.course.shelf.actions.get(step.action)
        kind = action.kind if action else "look"
        if step.retry and isinstance(error, Failed) and not isinstance(error, SignedOut | Broken) and kind != "change":
            tries = passage.tries[step.address] = passage.tries.get(step.address, 0) + 1
            if tries <= step.retry.times:
                if not self.course.dry:
                    self.course.pause(step.retry.wait * step.retry.grow ** (tries - 1))
                if kind == "page":
                    raise _Again
                return self._step(step, passage)
        if kind == "change":
            passage.spoiled = ("refused" if isinstance(error, Refused) else "failed", str(error))
        match step.on_error:
            case "continue":
                self._note("step.failed", step, passage, reason=str(error), then="continue")
            case tuple():
                self._note("step.failed", step, passage, reason=str(error), then="steps")
                picture = partial(self.course.evidence.of_error, error, passage.ledger.name, passage.key)
                passage.saved["error"] = Mishap(str(error), step.address, picture)
                self.go(step.on_error, passage)
            case _:
                raise error
        return None

    def _perform(self, step: Step, passage: Passage) -> None:
        """One action."""
        course = self.course
        action = course.shelf.actions[step.action]
        seconds = step.timeout or course.flow.settings.step_timeout
        course.report(step=step.address, key=passage.key, within=seconds)
        try:
            deed = Deed(passage.ledger.name, passage.key, step.identity)
            with within(seconds), doing(deed), rehearsed(course, step, action, passage):
                scope = self._scope(passage)
                values = evaluate(step.arguments, scope, self._language)
                if cannot_see(course, step, action, values, passage):
                    return None
                values |= settled_paths(action, step.arguments, values, scope, self._language, course.workspace)
                arguments = call_arguments(action, values, course.workspace, course.vault)
                arguments |= {name: course.lent.borrow(kind) for name, kind in action.lent.items()}
                if action.kind == "change":
                    make(course, step, action, arguments, values, passage, looks_itself(self, step, passage))
                    return self._seen(step, action, passage)
                self._looked(step, action, passage, values, action.function(**arguments))
        except LaneLost as error:
            raise EndLane(str(error)) from error
        except InDoubt as error:
            doubt_after_the_fact(course, step, passage, str(error))
            raise EndLane(_("{action}: {reason}").format(action=action.name, reason=error)) from error
        except RoboError as error:
            if not isinstance(error, SignedOut):
                self._note("step.failed", step, passage, reason=str(error), fault=isinstance(error, FaultyFlow))
            raise
        except EndLane:
            raise
        except OSError as error:
            raise Failed(str(error)) from error
        except Exception as error:
            # Whatever a robot's own code raises must not cost the other items their turn.
            self._note("step.failed", step, passage, reason=str(error), trace=traceback.format_exc())
            raise Broken(f"{type(error).__name__}: {error}") from error
        return None

    def _looked(self, step: Step, action: Action, passage: Passage, values: Mapping[str, Any], gives: Any) -> None:
        if action.kind == "session" and all(known is not step for known, _passage in self._signed_in):
            self._signed_in.append((step, passage))
        passage.saved.update(bound(step, action, values, gives))
        self._seen(step, action, passage)
        names = saved_names(step, self.course.shelf)
        self._note("step.done", step, passage, saved={name: passage.saved.get(name) for name in names})

    def _seen(self, step: Step, action: Action, passage: Passage) -> None:
        """`screenshots: always`: what every step on a page has left there."""
        evidence = self.course.evidence
        if evidence.of_each_step and any(lent.fleeting for lent in action.lent.values()):  # type: ignore[attr-defined]
            evidence.keep(passage.ledger.name, passage.key, step.address)

    def _scope(self, passage: Passage) -> Mapping[str, Any]:
        if passage.unseen:
            return passage.scope(shows=lambda text: NOT_KNOWN_YET, page={"address": NOT_KNOWN_YET})
        return passage.scope(shows=self.course.lent.shows)

    @property
    def _language(self) -> str:
        return self.course.flow.settings.locale

    def _note(self, kind: Any, step: Step, passage: Passage, **data: Any) -> None:
        self.course.journal.note(
            kind, ledger=passage.ledger.name, key=passage.key, step=step.address, action=step.action, **data
        )
