"""A loop with a key: each item once for ever."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from robo.flow.formula import evaluate
from robo.flow.model import AlreadyDone, Loop, Step, walk
from robo.kit.errors import Failed, LaneLost, Refused, RoboError, SignedOut, Unreachable
from robo.kit.messages import _
from robo.kit.source import Source
from robo.run.loops.corrected import set_aside
from robo.run.loops.history import History
from robo.run.loops.looking import spoken_of
from robo.run.loops.tally import alarmed, begun_keys, rows_refused
from robo.run.loops.works import Work, Works
from robo.run.loops.write_back import WriteBack
from robo.run.steps.course import SkipItem, StopFlow, Stopped
from robo.run.steps.passage import Passage, Walks
from robo.run.steps.scope import Row, times, unsaved
from robo.run.steps.settle import ask_first, settle, wait_left
from robo.run.steps.unsure import look_early
from robo.run.storage.ledger import Ledger, Overtaken
from robo.run.storage.records import Item, Made, State

STARTS = 3
"""So often an item may be begun without an ending before it counts as failed."""


class KeyedLoop:
    """One pass of a keyed loop in one lane. What an earlier lane of the same start has ended is not begun again."""

    def __init__(self, walks: Walks, step: Step, loop: Loop, source: Source, outer: Passage) -> None:
        self._walks, self._step, self._loop, self._source, self._outer = walks, step, loop, source, outer
        self._course = walks.course
        self._language = self._course.flow.settings.locale
        self.ledger: Ledger = self._course.ledger_of(loop)
        self.prepared = False
        self._works = Works(self._course, self.ledger, loop, source, outer)
        self._history = History(self.ledger, loop)
        self._back = WriteBack(self._course, self.ledger, loop, source, self._works.key_of)
        self._asked: set[tuple[str, int, str]] = set()
        self._originals: Mapping[str, Mapping[str, Any]] = {}
        self._most: int | None = None
        self._begun = begun_keys(self._course.store, self._course.run, self.ledger.name)

    # ---- the whole loop

    def run(self) -> None:
        """Every item that the source lists and that is not done yet; then the doubts; then what was forgotten."""
        course = self._course
        works = self._works.gather()
        self._works.first_time(works)
        self.ledger.open(self._loop.flow, self._loop.name)
        self._works.after_restore()
        self._most = self._limit()
        course.journal.note(
            "loop.began", ledger=self.ledger.name, items=len(works), source=self._source.describe(), limit=self._most
        )
        course.journal.flush()
        self._originals = self._works.originals()
        try:
            self._all(works)
        except LaneLost:
            raise  # another lane goes on
        except (RoboError, StopFlow, Stopped):
            self._set_aside(works)
            raise
        self._set_aside(works)

    def _all(self, works: list[Work]) -> None:
        course = self._course
        self._adopt()
        self._done_by_hand()
        self._back.checkpoint(force=True)
        try:
            by_key = {work.key: work for work in works}
            if alarmed(course.store, course.run, self.ledger.name, self.ledger.has_receipts()):
                self._doubts(by_key, wait=True)
                if self.ledger.items("in_doubt") or not self.ledger.has_receipts():
                    return self._stop(self._works.alarm())
            self._pass(works, by_key)
        except (StopFlow, Stopped):
            self._back.checkpoint(force=True)
            raise
        self._back.checkpoint(force=True)
        course.journal.note("loop.ended", ledger=self.ledger.name)
        course.journal.flush()
        return None

    def _pass(self, works: list[Work], by_key: Mapping[str, Work]) -> None:
        late: list[Work] = []
        for work in works:
            if self._over(self._most) and work.key not in self._begun:
                continue
            if self._course.dry:
                title = work.entry.title if work.entry else ""
                self._course.journal.note(
                    "item.listed", ledger=self.ledger.name, key=work.key, position=work.position, title=title
                )
            item = self.ledger.item(work.key)
            if item and item.starts >= STARTS and item.state == "started" and item.waits is None:
                self.ledger.end(work.key, "failed", _("begun {count} times without an ending").format(count=STARTS))
                late.append(work)
                continue
            self._doubts(by_key, wait=False)
            self._take(work)
        self._doubts(by_key, wait=True)
        for work in late:
            if not self._over(None):
                self._take(work, again=True)
        self._gone({work.key for work in works} | self._originals.keys())

    def _limit(self) -> int | None:
        """So many items are begun, by the flow and by who rehearses it; None for all."""
        limit = evaluate(self._loop.limit, self._outer.scope(), self._language)
        bounds = [None if limit is None else int(limit), self._course.dry.rows if self._course.dry else None]
        return min((bound for bound in bounds if bound is not None), default=None)

    def _over(self, most: int | None) -> bool:
        """Whether no further item is to be begun. Raises Stopped, and Failed where there were too many errors."""
        if self._course.stopping():
            raise Stopped
        if self._loop.max_errors is not None:
            errors = self.ledger.touched("refused", "failed")
            errors += rows_refused(self._course.store, self._course.run, self._course.attempt, self.ledger.name)
            if errors > self._loop.max_errors:
                self._back.checkpoint(force=True)
                raise Failed(_("more than {count} errors").format(count=self._loop.max_errors))
        return most is not None and len(self._begun) >= most

    def _set_aside(self, gathered: list[Work]) -> None:
        """Whatever of these items was not accepted by this run, for a person to correct; a dry run only says it."""
        if self._course.dry:
            return
        listed = {work.key for work in gathered}
        ended = self.ledger.items("refused", "failed")
        mine = {i.key: i.reason or "" for i in ended if i.key in listed and i.run == self._course.run}
        works = self._works
        set_aside(self._course, self.ledger, self._loop, self._source, works.key_of, mine, works.refused)

    def _stop(self, reason: str) -> None:
        self._back.checkpoint(force=True)
        self._course.journal.note("loop.stopped", ledger=self.ledger.name, reason=reason)
        self._course.journal.flush()

    # ---- one item

    def _take(self, work: Work, again: bool = False) -> None:
        """Do an item if its state and its history allow it."""
        item = self.ledger.item(work.key)
        if item is None:
            return self._begin(work, None)
        if item.waits and not self._history.still_waits(item, work.row):
            item = self.ledger.item(work.key)
            assert item is not None
        if item.waits or item.state in ("given_up", "in_doubt", "committing"):
            return None
        if item.state == "done":
            return self._history.compare(item, work.row)
        ended_now = item.state != "started" and item.state != "todo" and self._is_of_this_start(item)
        if ended_now and not again:
            return None
        if item.state == "refused" and not self._history.row_changed(item, work.row):
            return None
        return self._begin(work, item)

    def _begin(self, work: Work, before: Item | None) -> None:
        changes = self.ledger.changes(work.key, "receipt", "void") if before else []
        receipts = [made for made in changes if made.state == "receipt"]
        if receipts and not self._history.may_go_on(work.key, work.row, receipts):
            return
        item = self.ledger.begin(work.key, work.row, work.position, fresh=not receipts)
        self._begun.add(work.key)
        passage = self._passage(item, work.row, work.position)
        passage.title = work.entry.title if work.entry else ""
        passage.go_on_from(changes)
        self._through(passage)

    def _passage(self, item: Item, row: Mapping[str, Any], position: int | None) -> Passage:
        value = self._works.value(row)
        base = {
            **self._outer.scope(),
            **unsaved(self._loop.steps, self._course.shelf),
            **times(item.began_at),
            "position": position,
        }
        if self._loop.kind == "item":
            base[self._loop.alias] = value
        passage = Passage(
            self.ledger,
            item.key,
            self._loop.steps,
            base,
            item.began_at,
            self._loop.alias if self._loop.kind != "item" else None,
            value if isinstance(value, Row) else None,
        )
        passage.prepare = self._prepare
        change = self._step_of_change()
        if change and self._loop.already_done:
            passage.asked = {change.identity: self._loop.already_done}
        return passage

    def _through(self, passage: Passage) -> None:
        """All steps that an item has left, and its ending."""
        course, ledger, key = self._course, self.ledger, passage.key
        course.boundary("begun")
        try:
            self._by_hand(passage)
            self._walks.run(self._loop.steps, passage)
        except SkipItem as skip:
            ledger.end(key, "skipped", str(skip))
        except Refused as error:
            self._failed(passage, "refused", error)
        except Failed as error:
            self._failed(passage, "failed", error)
        except StopFlow:
            self._done(passage)
            raise
        else:
            self._done(passage)
        course.boundary("ended")
        course.report(item=key)
        self._back.checkpoint()

    def _done(self, passage: Passage) -> None:
        if passage.spoiled:
            self.ledger.end(passage.key, *passage.spoiled)
            return
        if self._course.evidence.of_each_item:
            self._course.evidence.keep(self.ledger.name, passage.key)
        used = passage.columns()
        try:
            back = evaluate(dict(self._loop.write_back), passage.scope(), self._language)
        except Refused as error:
            back = {}
            self._course.journal.note("step.failed", ledger=self.ledger.name, key=passage.key, reason=str(error))
        target = self._source.describe() if back else None
        original = self._originals.get(passage.key)
        accepted = None if original is None else self._history.given(original)
        state: State = "planned" if self._course.dry else "done"
        self.ledger.end(passage.key, state, write_back=back, target=target, accepted=accepted, columns=used)

    def _done_by_hand(self) -> None:
        """What a person has said to be done is written back too, as far as its values are known."""
        for item in self.ledger.items("done") if self._loop.write_back else ():
            if item.accepted is None or item.target is not None:
                continue
            passage = self._passage(item, item.row, item.position)
            passage.go_on_from(self.ledger.changes(item.key, "receipt"))
            back = {}
            for column, value in self._loop.write_back.items():
                with suppress(Refused):
                    back[column] = evaluate(value, passage.scope(), self._language)
            self.ledger.to_write(item.key, back, self._source.describe())

    def _failed(self, passage: Passage, state: Any, error: Refused | Failed) -> None:
        course = self._course
        course.evidence.of_error(error, self.ledger.name, passage.key)
        # A site that is down, or that lets nobody in, says nothing about the item.
        began = self.prepared or passage.last is not None or not self._loop.prepare
        counts = began and not isinstance(error, Unreachable | SignedOut)
        self.ledger.end(passage.key, state, passage.told(str(error)), counts=counts)
        self.prepared = False
        course.lent.renew()
        if self._loop.prepare and not self._loop.prepare_again:
            self._back.checkpoint(force=True)
            raise Failed(_("this site must not be prepared twice, so the loop stops at its first failure"))
        if self._loop.on_error == "stop" or self._loop.once == "run" or isinstance(error, SignedOut):
            self._back.checkpoint(force=True)
            raise error

    def _prepare(self) -> None:
        if self._loop.prepare and not self.prepared:
            way = Passage(self._course.top, "", self._loop.prepare, self._outer.scope(), self._outer.now)
            self._walks.run(self._loop.prepare, way)
            self.prepared = True

    def _by_hand(self, passage: Passage) -> None:
        """`ask: always`: people enter such items too, so the application is asked before each; or after a restore."""
        if look_early(self._walks, passage):
            self.prepared = False
        asked = self._loop.already_done
        if asked is None or asked.ask != "always" or passage.last is not None:
            return
        ask_first(self._walks, passage, self._step_of_change(), asked)
        self.prepared = False

    def _step_of_change(self) -> Step | None:
        """The change that the loop's `already_done` speaks of."""
        return spoken_of(self._loop, self._course.shelf.actions)

    def _is_of_this_start(self, item: Item) -> bool:
        return item.run == self._course.run and item.attempt == self._course.attempt

    # ---- doubts

    def _adopt(self) -> None:
        """An intent that nobody can finish any more is a doubt; beside a dry run somebody may be about to."""
        if self._course.dry:
            return
        for item in self.ledger.items("committing"):
            made = self.ledger.open_change(item.key)
            if made and made.sender != self._course.sender:
                self.ledger.doubt(made, _("the robot was stopped between the sending and the answer"), live=False)

    def _doubts(self, by_key: Mapping[str, Work], wait: bool) -> None:
        """Settle what can be settled now; with `wait`, also what can be once enough time has passed.

        A dry run settles nothing: to look up what is in doubt may be to press.
        """
        if self._course.dry:
            return
        for item in self.ledger.items("in_doubt"):
            made = self.ledger.open_change(item.key)
            if made is None or (not wait and (made.step, made.number, item.key) in self._asked):
                continue
            if item.starts >= STARTS and self._is_of_this_start(item):
                continue  # looking it up has ended the lane again and again: a person will look
            left = self._left(made)
            while wait and left:
                self._course.report(waiting=left, key=item.key)
                self._course.clock.wait(min(left, 1.0))
                if self._course.stopping():
                    raise Stopped
                left = self._left(made)
            if left == 0.0 or (wait and left is None):
                self._asked.add((made.step, made.number, item.key))
                self._settle(item, made, by_key.get(item.key))

    def _asked_about(self, made: Made) -> AlreadyDone | None:
        """The loop's `already_done`, which speaks of its change and of nothing else that may have sent something."""
        change = self._step_of_change()
        return self._loop.already_done if change and change.identity == made.step else None

    def _action_of(self, made: Made) -> str:
        return next((one.action for one in walk(self._loop.steps) if one.identity == made.step), "")

    def _left(self, made: Made) -> float | None:
        """Seconds until asking about a change can prove anything; None where only a person can say."""
        action = self._course.shelf.actions.get(self._action_of(made))
        own = any(one.already_done for one in walk(self._loop.steps) if one.identity == made.step)
        asked = own or (action and action.manners.settle) or self._asked_about(made)
        return wait_left(self._course, made) if asked else None

    def _settle(self, item: Item, made: Made, work: Work | None) -> None:
        passage = self._passage(item, item.row, item.position)
        passage.go_on_from(self.ledger.changes(item.key, "receipt"))
        try:
            self.ledger.looking(item.key, item.starts + 1)
            verdict = settle(self._walks, passage, made, self._asked_about(made))
            if verdict == "unknown":
                self.ledger.looking(item.key, 0)
        except Overtaken:
            return  # a person decided meanwhile
        finally:
            self.prepared = False
        now = self.ledger.item(item.key)
        if now is None or now.state != "started":
            return
        if work is not None:
            self._take(work)
        else:
            self._go_on(now)

    def _gone(self, listed: set[str]) -> None:
        """Unfinished items that are not gone through today: those with a receipt go on, the others are reported."""
        for item in self.ledger.items("todo", "started", "failed"):
            if item.key in listed or item.waits or (item.state == "failed" and self._is_of_this_start(item)):
                continue
            begun = bool(self.ledger.changes(item.key, "receipt"))
            if item.key in self._works.repeated:
                if begun:  # nobody but a person can say which of the rows it was
                    self.ledger.wait(item.key, "row", self._works.repeated[item.key])
            elif item.key in self._works.unwanted:
                if begun:
                    self._take(self._works.unwanted[item.key])
            elif begun:
                self._go_on(item)
            elif item.state != "todo":
                self._course.journal.note("item.gone", ledger=self.ledger.name, key=item.key)

    def _go_on(self, item: Item) -> None:
        """An item that is no longer listed, with the row that it began with."""
        if self.ledger.changes(item.key, "receipt"):
            self._begin(Work(item.key, None, item.row, item.position), item)
