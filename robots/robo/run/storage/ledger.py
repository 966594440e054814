"""The ledger of a keyed loop: the state of each work item for ever, and of each change that was meant to be made.

Every method that changes something is one durable transaction that holds the journal's words about it, and compares
before it sets: a state that is no longer as the caller saw it raises `Overtaken`, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from robo.kit.change import Change
from robo.run.storage.clock import Clock
from robo.run.storage.journal import Journal
from robo.run.storage.records import CHANGE_COLUMNS, ITEM_COLUMNS, Item, Made, State, item_of, made_of
from robo.run.storage.store import Store
from robo.run.storage.values import digest, pack

TOP = ""
"""The key under which the steps outside of any keyed loop keep their receipts, in a ledger of their run alone."""
BEFORE = "before"
"""Why a change is not made that was proved not made before a backup: it may have been made since."""


class Overtaken(Exception):
    """The state was changed by somebody else meanwhile."""


class Ledger:
    """One ledger, as the one process writes it that holds its lock.

    titles: what people call items whose keys say nothing to them; told with all that happens to these.
    """

    def __init__(self, store: Store, name: str, journal: Journal, clock: Clock, run: str, attempt: int) -> None:
        self.name = name
        self.titles: dict[str, str] = {}
        self._store, self._journal, self._clock, self._run, self._attempt = store, journal, clock, run, attempt

    # ---- looking

    def known(self) -> bool:
        """Whether the ledger was ever begun."""
        return self._store.one("SELECT 1 FROM ledger WHERE name = :name", name=self.name) is not None

    @property
    def restored(self) -> bool:
        """Whether it came back from a backup: what it does not know as done may have been done since.

        So may what a run does outside of its loops that was due before the restore.
        """
        found = self._store.one(
            "SELECT 1 FROM restored WHERE ledger = :name UNION ALL SELECT 1 FROM restored, fire "
            "WHERE ledger = '*' AND 'run/' || fire.run = :name AND datetime(due_at) <= datetime(restored.at)",
            name=self.name,
        )
        return found is not None

    def item(self, key: str) -> Item | None:
        """The item, None if it is not known."""
        row = self._store.one(
            f"SELECT {ITEM_COLUMNS} FROM item WHERE ledger = :ledger AND key = :key",  # noqa: S608
            ledger=self.name,
            key=key,
        )
        return item_of(row) if row else None

    def items(self, *states: str) -> list[Item]:
        """The items in these states, all if none is named, in the order of the source."""
        rows = self._store.all(
            f"SELECT {ITEM_COLUMNS} FROM item WHERE ledger = :ledger{_among(states)} ORDER BY position, key",  # noqa: S608
            ledger=self.name,
        )
        return [item_of(row) for row in rows]

    def touched(self, *states: str) -> int:
        """How many items are in these states since this start of the run."""
        row = self._store.one(
            f"SELECT count(*) FROM item WHERE ledger = :ledger AND run = :run AND attempt = :attempt{_among(states)}",  # noqa: S608
            ledger=self.name,
            run=self._run,
            attempt=self._attempt,
        )
        return int(row[0]) if row else 0

    def changes(self, key: str, *states: str) -> list[Made]:
        """The changes of an item in these states, in the order in which they were meant."""
        rows = self._store.all(
            f"SELECT {CHANGE_COLUMNS} FROM change WHERE ledger = :ledger AND key = :key ORDER BY rowid",  # noqa: S608
            ledger=self.name,
            key=key,
        )
        return [made for made in map(made_of, rows) if made.state in states]

    def open_change(self, key: str) -> Made | None:
        """The intent or doubt of an item, if it has one; there is never more than one."""
        return next(iter(self.changes(key, "intent", "doubt")), None)

    def absences(self, key: str, step: str) -> int:
        """How often the application has proved that this change was not made, since a person last looked."""
        return sum(made.step == step and made.why == "absent" for made in self.changes(key, "void"))

    def has_receipts(self) -> bool:
        """Whether any change of the ledger was ever made."""
        found = self._store.one(
            "SELECT 1 FROM change WHERE ledger = :ledger AND state = 'receipt' LIMIT 1", ledger=self.name
        )
        return found is not None

    # ---- writing

    def open(self, flow: str, loop: str) -> None:
        """Begin the ledger if it was not. In a store from a backup it may have been begun, and lost, since."""
        if not self.known():
            with self._store.write():
                if "@" not in self.name:
                    self._store.all(
                        "INSERT OR IGNORE INTO restored SELECT :name, at, backup FROM restored WHERE ledger = '*'",
                        name=self.name,
                    )
                self._store.all(
                    "INSERT OR IGNORE INTO ledger VALUES (:name, :flow, :loop, :since)",
                    name=self.name, flow=flow, loop=loop, since=self._clock.now().isoformat(),
                )  # fmt: skip

    def begin(self, key: str, row: Mapping[str, Any], position: int | None, fresh: bool) -> Item:
        """Start an item, or go on with it. fresh: with today's row and today's date (it has no receipt)."""
        before = self.item(key)
        now = self._clock.now().isoformat()
        with self._store.write():
            if before is None:
                self._store.all(
                    "INSERT INTO item (ledger, key, state, run, attempt, position, starts, began_at, row) "
                    "VALUES (:ledger, :key, 'started', :run, :attempt, :position, 1, :now, :row)",
                    ledger=self.name, key=key, run=self._run, attempt=self._attempt, position=position, now=now,
                    row=pack(row),
                )  # fmt: skip
            else:
                self._set(
                    key,
                    ("todo", "started", "failed", "refused", "skipped"),
                    state="started",
                    position=position,
                    starts=before.starts + 1,
                    reason=None,
                    waits=None,
                    ended_at=None,
                    row=pack(row),
                    **({"began_at": now} if fresh else {}),
                )
            self._note("item.begun", key, position=position)
        item = self.item(key)
        assert item is not None
        return item

    def intend(
        self,
        key: str,
        step: str,
        address: str,
        change: Change,
        saved: Mapping[str, Any],
        columns: Mapping[str, str],
        steps: str,
        sender: str,
        facts: Mapping[str, Any] | None = None,
    ) -> int:
        """Write down what is about to be done; returns the number of this intent. facts: see `facts_of`."""
        facts = facts or {}
        with self._store.write():
            self._set(key, ("started",), state="committing")
            number = self._add(
                key, step, change, facts, address=address, state="intent", saved=pack(saved), columns=pack(columns),
                steps=steps, sender=sender,
            )  # fmt: skip
            self._note(
                "change.intended", key, step, number=number, summary=change.summary, preview=change.preview, **facts
            )
        return number

    def plan(
        self,
        key: str,
        step: str,
        address: str,
        change: Change,
        gives: Any,
        saved: Mapping[str, Any],
        columns: Mapping[str, str],
        steps: str,
        sender: str,
        facts: Mapping[str, Any],
        by: Literal["planned", "nothing", "already_done", "answered"] = "planned",
    ) -> None:
        """In a dry run's own copy: from now on the change counts as made, so that the item goes on behind it.

        by: "planned" where a run would make it, "nothing" where there is nothing left to do, "already_done" where the
        application shows it already; "answered" in a real run, where what stands is a person's answer.
        """
        with self._store.write():
            number = self._add(
                key, step, change, facts, address=address, state="receipt", saved=pack(saved), columns=pack(columns),
                steps=steps, sender=sender, why=by, gives=pack(gives),
            )  # fmt: skip
            self._set(key, ("started",), starts=0, failures=0, reason=None)
            kind = "question.passed" if by == "answered" else "change.planned"
            self._note(kind, key, step, number=number, by=by, summary=change.summary, preview=change.preview, **facts)

    def receipt(
        self,
        made: Made,
        gives: Any,
        saved: Mapping[str, Any],
        by: Literal["answer", "nothing", "settle", "already_done", "restored", "person"] = "answer",
    ) -> None:
        """The change was made: keep what it gave. by: who says so; "nothing" where nothing was left to do, "restored"
        where it was found after a restore.
        """
        with self._store.write():
            self._change(made, ("intent", "doubt"), state="receipt", why=by, gives=pack(gives), saved=pack(saved))
            self._set(made.key, ("committing", "in_doubt"), state="started", starts=0, failures=0, reason=None)
            self._note("change.made", made.key, made.step, number=made.number, gives=gives, by=by)

    def not_made(
        self, made: Made, why: Literal["refused", "failed", "absent", "again"], state: State, reason: str
    ) -> None:
        """The change was certainly not made; the item is `state` now."""
        with self._store.write():
            self._change(made, ("intent", "doubt"), state="void", why=why)
            # What was looked up has its own bound; a lane that dies after each refusal must come to an end.
            counted = {} if why in ("refused", "failed") else {"starts": 0}
            self._set(made.key, ("committing", "in_doubt"), state="started", **counted)
            self._note("change.not_made", made.key, made.step, number=made.number, why=why, reason=reason)
            if state != "started":
                self._end(made.key, state, reason)

    def doubt(self, made: Made, reason: str, live: bool) -> None:
        """Nobody knows yet whether the change was made. live: its proof did not come, rather than its process died."""
        with self._store.write():
            self._change(made, ("intent",), state="doubt")
            self._set(made.key, ("committing",), state="in_doubt", starts=0, reason=reason)
            self._note("change.in_doubt", made.key, made.step, number=made.number, reason=reason, live=live)

    def end(
        self,
        key: str,
        state: State,
        reason: str | None = None,
        write_back: Mapping[str, Any] | None = None,
        target: str | None = None,
        counts: bool = True,
        accepted: Mapping[str, Any] | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        """The item's passage is over. counts: whether a failure counts towards the third one.

        accepted: the row that the source holds and that may stay, where the item was done with another.
        columns: digests of all that were used, those after the last receipt too.
        """
        with self._store.write():
            self._end(key, state, reason, write_back, target, counts)
            for made in self.changes(key, "receipt")[-1:] if columns else ():
                self._change(made, ("receipt",), columns=pack({**(columns or {}), **made.columns}))
            if accepted is not None:
                self._set(key, (state,), accepted=digest(accepted))

    def wait(self, key: str, why: Literal["failures", "row", "steps", "changed"], reason: str) -> None:
        """A person must look at the item before it goes on."""
        with self._store.write():
            self._set(key, None, waits=why, reason=reason)
            self._note("item.waits", key, why=why, reason=reason)

    def again(self, made: Made, reason: str) -> None:
        """A person saw that the change was not made: the item is to be done."""
        with self._store.write():
            self.not_made(made, "again", "started", reason)
            self.release(made.key, ("started",), to="todo")

    def looking(self, key: str, times: int) -> None:
        """A doubt is about to be looked up for that time without an answer; 0: it was answered."""
        with self._store.write():
            self._set(key, ("in_doubt",), starts=times)

    def release(
        self, key: str, seen: tuple[str, ...], *, to: State | None = None, accepted: Mapping[str, Any] | None = None
    ) -> None:
        """A person has looked while the item was in one of the states `seen`: it may go on.

        accepted: the row as it is now and may stay.
        """
        with self._store.write():
            values: dict[str, Any] = {"waits": None, "failures": 0, "starts": 0}
            if to:
                values["state"] = to
                before = self.item(key)
                if to != "todo" and before and before.state != to:
                    values["ended_at"] = self._clock.now().isoformat()
                self._store.all(
                    "UPDATE change SET why = 'past' "
                    "WHERE ledger = :ledger AND key = :key AND state = 'void' AND why <> :before",
                    ledger=self.name, key=key, before=BEFORE,
                )  # fmt: skip
            if accepted is not None:
                values["accepted"] = digest(accepted)
            self._set(key, seen, **values)

    def to_write(self, key: str, write_back: Mapping[str, Any], target: str) -> None:
        """These values of a done item are to be written into that source; nothing is where there are none."""
        with self._store.write():
            back = {"write_back": pack(write_back), "target": target, "written": 0 if write_back else 1}
            self._set(key, ("done",), **back)

    def relearn(self, key: str, row: Mapping[str, Any]) -> None:
        """A person let an item go on although its row or its steps had changed: from now on these are what counts."""
        with self._store.write():
            for made in self.changes(key, "receipt"):
                columns = {name: digest(row[name]) if name in row else old for name, old in made.columns.items()}
                self._change(made, ("receipt",), columns=pack(columns), steps="")

    def written(self, keys: list[str], where: str) -> None:
        """These items' values stand in the source now."""
        with self._store.write():
            for key in keys:
                self._set(key, None, written=1)
            if keys:
                self._journal.note("source.written", ledger=self.name, target=where, keys=keys)
                self._journal.flush()

    # ---- inside

    def _end(
        self,
        key: str,
        state: State,
        reason: str | None,
        write_back: Mapping[str, Any] | None = None,
        target: str | None = None,
        counts: bool = True,
    ) -> None:
        values: dict[str, Any] = {"state": state, "reason": reason, "ended_at": self._clock.now().isoformat()}
        values["starts"] = 0
        before = self.item(key)
        if state == "failed" and counts:
            values["failures"] = (before.failures if before else 0) + 1
        elif state == "done":
            values["failures"] = 0
        if write_back:
            values |= {"write_back": pack(write_back), "target": target, "written": 0}
        self._set(key, ("started",), **values)
        self._note("item.ended", key, state=state, reason=reason)
        if values.get("failures", 0) >= 3:
            self.wait(key, "failures", reason or "")

    def _note(self, kind: Any, key: str, step: str | None = None, **data: Any) -> None:
        title = {"title": self.titles[key]} if key in self.titles else {}
        self._journal.note(kind, ledger=self.name, key=key, step=step, **title, **data)
        self._journal.flush()

    def _set(self, key: str, states: tuple[str, ...] | None, **values: Any) -> None:
        values |= {"run": self._run, "attempt": self._attempt}
        names = ", ".join(f"{name} = :{name}" for name in values)
        changed = self._store.one(
            f"UPDATE item SET {names} WHERE ledger = :ledger AND key = :key{_among(states or ())} RETURNING key",  # noqa: S608
            ledger=self.name,
            key=key,
            **values,
        )
        if changed is None:
            raise Overtaken(f"{self.name} {key}: not in {states}")

    def _add(self, key: str, step: str, change: Change, facts: Mapping[str, Any], **values: Any) -> int:
        """A new row of `change`; returns its number."""
        last = self._store.one(
            "SELECT coalesce(max(number), 0) FROM change WHERE ledger = :ledger AND key = :key AND step = :step",
            ledger=self.name, key=key, step=step,
        )  # fmt: skip
        number = int(last[0] if last else 0) + 1
        values |= {
            "ledger": self.name, "key": key, "step": step, "number": number, "summary": change.summary,
            "same_as": pack(change.same_as), "preview": pack(change.preview), "at": self._clock.now().isoformat(),
            "run": self._run, "facts": pack(facts),
        }  # fmt: skip
        self._store.all(
            f"INSERT INTO change ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)})",  # noqa: S608
            **values,
        )
        return number

    def _change(self, made: Made, states: tuple[str, ...], **values: Any) -> None:
        names = ", ".join(f"{name} = :{name}" for name in values)
        listed = ", ".join(f"'{state}'" for state in states)
        changed = self._store.one(
            f"UPDATE change SET {names} WHERE ledger = :ledger AND key = :key AND step = :step AND number = :number "  # noqa: S608
            f"AND change.state IN ({listed}) RETURNING key",
            ledger=self.name, key=made.key, step=made.step, number=made.number, **values,
        )  # fmt: skip
        if changed is None:
            raise Overtaken(f"{self.name} {made.key} {made.step} {made.number}: not in {states}")


def _among(states: tuple[str, ...]) -> str:
    return " AND state IN ({})".format(", ".join(f"'{state}'" for state in states)) if states else ""
