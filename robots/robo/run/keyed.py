"""A loop with a key: each item once for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robo.flow.formula import evaluate
from robo.flow.model import AlreadyDone, Loop, Step, walk
from robo.kit.errors import Failed, Refused, SignedOut, Unreachable
from robo.kit.messages import _
from robo.kit.source import Entry, Source
from robo.kit.text import join_key
from robo.run.course import SkipItem, StopFlow, Stopped
from robo.run.ledger import Item, Ledger, Made, Overtaken
from robo.run.passage import Passage, Walks, until
from robo.run.scope import Row, differing, times, unsaved
from robo.run.settle import ask_first, settle, wait_left
from robo.run.tally import alarmed, begun_keys, rows_refused
from robo.run.values import digest
from robo.run.write_back import WriteBack

STARTS = 3
"""So often an item may be begun without an ending before it counts as failed."""


@dataclass(frozen=True)
class _Work:
    """An item to be done: its key, and what the source says of it (None: the source no longer lists it)."""

    key: str
    entry: Entry | None
    row: Mapping[str, Any]
    position: int | None


class KeyedLoop:
    """One pass of a keyed loop in one lane. What an earlier lane of the same start has ended is not begun again."""

    def __init__(self, walks: Walks, step: Step, loop: Loop, source: Source, outer: Passage) -> None:
        self._walks, self._step, self._loop, self._source, self._outer = walks, step, loop, source, outer
        self._course = walks.course
        self._language = self._course.flow.settings.locale
        self.ledger: Ledger = self._course.ledger_of(loop)
        self.prepared = False
        self._back = WriteBack(self._course, self.ledger, loop, source, self.key_of)
        self._filled = frozenset(loop.write_back)
        self._asked: set[tuple[str, int, str]] = set()
        self._begun = begun_keys(self._course.store, self._course.run, self.ledger.name)

    # ---- the whole loop

    def run(self) -> None:
        """Every item that the source lists and that is not done yet; then the doubts; then what was forgotten."""
        course = self._course
        works = self._gather()
        self._first_time(works)
        self.ledger.open(course.flow.path, self._loop.name)
        course.journal.note("loop.began", ledger=self.ledger.name, items=len(works), source=self._source.describe())
        course.journal.flush()
        self._adopt()
        self._back.checkpoint(force=True)
        try:
            by_key = {work.key: work for work in works}
            if alarmed(course.store, course.run, self.ledger.name, self.ledger.has_receipts()):
                self._doubts(by_key, wait=True)
                if self.ledger.items("in_doubt") or not self.ledger.has_receipts():
                    return self._stop(_("what was sent could not be proven; one question is better than many"))
            self._pass(works, by_key)
        except (StopFlow, Stopped):
            self._back.checkpoint(force=True)
            raise
        self._back.checkpoint(force=True)
        course.journal.note("loop.ended", ledger=self.ledger.name)
        course.journal.flush()
        return None

    def _pass(self, works: list[_Work], by_key: Mapping[str, _Work]) -> None:
        limit = evaluate(self._loop.limit, self._outer.scope(), self._language)
        most = None if limit is None else int(limit)
        late: list[_Work] = []
        for work in works:
            if self._over(most) and work.key not in self._begun:
                continue
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
        self._gone({work.key for work in works}, by_key)

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

    def _stop(self, reason: str) -> None:
        self._back.checkpoint(force=True)
        self._course.journal.note("loop.stopped", ledger=self.ledger.name, reason=reason)
        self._course.journal.flush()

    # ---- what there is to do

    def key_of(self, entry: Entry) -> str | None:
        """The key of an entry, None where it has none."""
        scope = self._outer.scope(**{self._loop.alias: self._value(entry.values), "position": entry.position})
        try:
            return join_key([formula.evaluate(scope, self._language) for formula in self._loop.key]) or None
        except (Refused, ValueError):
            return None

    def _value(self, values: Mapping[str, Any]) -> Any:
        return values.get("item") if self._loop.kind == "item" else Row(values)

    def _gather(self) -> list[_Work]:
        """The items of the source; rows without key, or with another's, are refused, all of them."""
        found: dict[str, list[Entry]] = {}
        empty: list[Entry] = []
        for entry in self._source.entries():
            if self._loop.where and not self._wanted(entry):
                continue
            key = self.key_of(entry)
            if key is None:
                empty.append(entry)
            else:
                found.setdefault(key, []).append(entry)
        for entry in empty:
            self._refuse_row(entry, "", _("the key is empty"))
        works = []
        for key, entries in found.items():
            if len(entries) > 1:
                lines = ", ".join(str(entry.position) for entry in entries)
                for entry in entries:
                    self._refuse_row(
                        entry, key, _("the key {key} stands in lines {lines}").format(key=key, lines=lines)
                    )
            else:
                works.append(_Work(key, entries[0], entries[0].values, entries[0].position))
        return works

    def _wanted(self, entry: Entry) -> bool:
        assert self._loop.where
        scope = self._outer.scope(**{self._loop.alias: self._value(entry.values), "position": entry.position})
        try:
            return self._loop.where.holds(scope, self._language)
        except Refused:
            return True  # its own passage will say what is wrong with it

    def _refuse_row(self, entry: Entry, key: str, reason: str) -> None:
        course = self._course
        known = rows_refused(course.store, course.run, course.attempt, self.ledger.name, entry.position)
        if not known:
            course.journal.note(
                "row.refused", ledger=self.ledger.name, key=key, position=entry.position, reason=reason,
                attempt=course.attempt,
            )  # fmt: skip

    def _first_time(self, works: list[_Work]) -> None:
        """A new ledger over old work asks a person, once for all."""
        if self.ledger.known() or self._loop.once == "run":
            return
        if self._course.lost:
            raise AskPerson(
                _("{ledger} is new, while {lost} has lost its loop: was it renamed, moved or copied?").format(
                    ledger=self.ledger.name, lost=", ".join(self._course.lost)
                ),
                _("robo ledger rename {lost} {ledger}, or robo ledger start {ledger}").format(
                    ledger=self.ledger.name, lost=self._course.lost[0]
                ),
            )
        filled = [w for w in works if any(w.row.get(column) not in (None, "") for column in self._filled)]
        if filled:
            raise AskPerson(
                _("{count} rows already have their {columns} although {ledger} does not know them").format(
                    count=len(filled), columns=", ".join(sorted(self._filled)), ledger=self.ledger.name
                ),
                _("robo ledger adopt {ledger} (they are done), or robo ledger start {ledger} (enter them)").format(
                    ledger=self.ledger.name
                ),
            )

    # ---- one item

    def _take(self, work: _Work, again: bool = False) -> None:
        """Do an item if its state and its history allow it."""
        item = self.ledger.item(work.key)
        if item is None:
            return self._begin(work, None)
        if item.waits and not self._still_waits(item, work):
            item = self.ledger.item(work.key)
            assert item is not None
        if item.waits or item.state in ("given_up", "in_doubt", "committing"):
            return None
        if item.state == "done":
            return self._compare(work, item)
        ended_now = item.state != "started" and item.state != "todo" and self._is_of_this_start(item)
        if ended_now and not again:
            return None
        if item.state == "refused" and not self._row_changed(item, work):
            return None
        return self._begin(work, item)

    def _begin(self, work: _Work, before: Item | None) -> None:
        changes = self.ledger.changes(work.key, "receipt", "void") if before else []
        receipts = [made for made in changes if made.state == "receipt"]
        if receipts and not self._may_go_on(work, receipts):
            return
        item = self.ledger.begin(work.key, work.row, work.position, fresh=not receipts)
        self._begun.add(work.key)
        passage = self._passage(item, work.row, work.position)
        passage.go_on_from(changes)
        self._through(passage)

    def _passage(self, item: Item, row: Mapping[str, Any], position: int | None) -> Passage:
        value = self._value(row)
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
        try:
            back = evaluate(dict(self._loop.write_back), passage.scope(), self._language)
        except Refused as error:
            back = {}
            self._course.journal.note("step.failed", ledger=self.ledger.name, key=passage.key, reason=str(error))
        self.ledger.end(passage.key, "done", write_back=back, target=self._source.describe() if back else None)

    def _failed(self, passage: Passage, state: Any, error: Refused | Failed) -> None:
        course = self._course
        self._evidence(passage)
        # A site that is down, or that lets nobody in, says nothing about the item.
        began = self.prepared or passage.last is not None or not self._loop.prepare
        counts = began and not isinstance(error, Unreachable | SignedOut)
        self.ledger.end(passage.key, state, str(error), counts=counts)
        self.prepared = False
        course.lent.renew()
        if self._loop.prepare and not self._loop.prepare_again:
            self._back.checkpoint(force=True)
            raise Failed(_("this site must not be prepared twice, so the loop stops at its first failure"))
        if self._loop.on_error == "stop" or self._loop.once == "run" or isinstance(error, SignedOut):
            self._back.checkpoint(force=True)
            raise error

    def _evidence(self, passage: Passage) -> None:
        course = self._course
        if course.flow.settings.screenshots == "never":
            return
        name = f"{len(list(course.folder.glob('evidence/*.txt'))) + 1:04d}"
        kept = course.lent.evidence(course.folder / "evidence", name)
        if kept:
            course.journal.note("evidence", ledger=self.ledger.name, key=passage.key, files=dict(kept))

    def _prepare(self) -> None:
        if self._loop.prepare and not self.prepared:
            way = Passage(self._course.top, "", self._loop.prepare, self._outer.scope(), self._outer.now)
            self._walks.run(self._loop.prepare, way)
            self.prepared = True

    def _by_hand(self, passage: Passage) -> None:
        """`ask: always`: people enter such items too, so the application is asked before each."""
        asked = self._loop.already_done
        if asked is None or asked.ask != "always" or passage.last is not None:
            return
        ask_first(self._walks, passage, self._step_of_change(), asked)
        self.prepared = False

    def _step_of_change(self) -> Step | None:
        actions = self._course.shelf.actions
        changing = (s for s in walk(self._loop.steps) if s.action in actions and actions[s.action].kind == "change")
        return next(changing, None)

    # ---- what has changed since

    def _may_go_on(self, work: _Work, receipts: list[Made]) -> bool:
        """Whether an item with receipts may go on today; if not, a person is asked."""
        edited = [made for made in receipts if made.steps and until(self._loop.steps, made.step) != made.steps]
        if edited:
            self.ledger.wait(work.key, "steps", _("its steps were edited after some of them had been done"))
            return False
        changed = differing(_columns(receipts), work.row)
        if changed:
            self.ledger.wait(
                work.key, "row", _("its row has changed since: {columns}").format(columns=", ".join(changed))
            )
            return False
        return True

    def _compare(self, work: _Work, item: Item) -> None:
        """A done item is not entered again; if its row has changed, a person is told."""
        known = _columns(self.ledger.changes(work.key, "receipt"))
        changed = [name for name in differing(known, work.row) if name not in self._filled]
        if changed and item.accepted != digest(work.row):
            self.ledger.wait(
                work.key,
                "changed",
                _("done already, but its row has changed: {columns}").format(columns=", ".join(changed)),
            )

    def _still_waits(self, item: Item, work: _Work) -> bool:
        """Whether what a person was asked about is still so: a row that was put back needs no answer."""
        known = _columns(self.ledger.changes(work.key, "receipt"))
        if item.waits in ("row", "changed") and not [c for c in differing(known, work.row) if c not in self._filled]:
            self.ledger.release(work.key, (item.state,))
            return False
        return True

    def _row_changed(self, item: Item, work: _Work) -> bool:
        then = {name: value for name, value in item.row.items() if name not in self._filled}
        today = {name: value for name, value in work.row.items() if name not in self._filled}
        return digest(then) != digest(today)

    def _is_of_this_start(self, item: Item) -> bool:
        return item.run == self._course.run and item.attempt == self._course.attempt

    # ---- doubts

    def _adopt(self) -> None:
        """An intent that nobody can finish any more is a doubt."""
        for item in self.ledger.items("committing"):
            made = self.ledger.open_change(item.key)
            if made and made.sender != self._course.sender:
                self.ledger.doubt(made, _("the robot was stopped between the sending and the answer"), live=False)

    def _doubts(self, by_key: Mapping[str, _Work], wait: bool) -> None:
        """Settle what can be settled now; with `wait`, also what can be once enough time has passed."""
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
        action = self._course.shelf.actions.get(self._action_of(made))
        return self._loop.already_done if action and action.kind == "change" else None

    def _action_of(self, made: Made) -> str:
        return next((one.action for one in walk(self._loop.steps) if one.identity == made.step), "")

    def _left(self, made: Made) -> float | None:
        """Seconds until asking about a change can prove anything; None where only a person can say."""
        action = self._course.shelf.actions.get(self._action_of(made))
        own = any(one.already_done for one in walk(self._loop.steps) if one.identity == made.step)
        asked = own or (action and action.manners.settle) or self._asked_about(made)
        return wait_left(self._course, made) if asked else None

    def _settle(self, item: Item, made: Made, work: _Work | None) -> None:
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

    def _gone(self, listed: set[str], by_key: Mapping[str, _Work]) -> None:
        """Unfinished items that the source no longer lists: those with a receipt go on, the others are reported."""
        for item in self.ledger.items("todo", "started", "failed"):
            if item.key in listed or item.waits or (item.state == "failed" and self._is_of_this_start(item)):
                continue
            if self.ledger.changes(item.key, "receipt"):
                self._go_on(item)
            elif item.state != "todo":
                self._course.journal.note("item.gone", ledger=self.ledger.name, key=item.key)

    def _go_on(self, item: Item) -> None:
        """An item that is no longer listed, with the row that it began with."""
        if self.ledger.changes(item.key, "receipt"):
            self._begin(_Work(item.key, None, item.row, item.position), item)


def _columns(receipts: list[Made]) -> dict[str, str]:
    """Fingerprints of all columns that led to these receipts."""
    known: dict[str, str] = {}
    for made in receipts:
        known |= made.columns
    return known


class AskPerson(Exception):
    """A question to a person, asked once for all; the run waits for the answer."""

    def __init__(self, question: str, mend: str) -> None:
        super().__init__(question)
        self.question, self.mend = question, mend
