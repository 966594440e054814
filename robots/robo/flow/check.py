"""The law of where changes and page steps may stand: said before the run, since after it would be too late."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from robo.flow.loops import bound
from robo.flow.model import AlreadyDone, Call, Flow, Loop, Step, walk
from robo.flow.names import Group
from robo.flow.questions import asks, refuse_misplaced
from robo.flow.steps import Reader
from robo.flow.text import Path
from robo.kit.action import Action
from robo.kit.data import dataclass
from robo.kit.messages import _


def check_flow(flow: Flow, reader: Reader) -> bool:
    """Note every breach of the law in the reader's draft, but in what could not be understood anyway.

    Returns whether a page is known after its steps.
    """
    rules = _Rules(reader)
    loops = {step.address for step in flow.steps if step.loop}
    silent = any("/" not in address for address in reader.unsound - loops)
    resumed = _("after a stop the run is taken up again from here")
    opened = rules.run(flow.steps, opened=False, around=_Around(resumed, silent))
    for steps in (flow.on_error, flow.at_end):
        rules.ending(steps)
    rules.ledgers(flow)
    refuse_misplaced(flow, reader)
    return opened


@dataclass(frozen=True)
class _Around:
    """What a list of steps belongs to.

    loop: the loop whose items they are for; keyed: whether it, or one around it, keeps a ledger.
    resumed: why the page is not known where it is not; silent: nothing may be concluded, since it was not understood.
    """

    resumed: str
    silent: bool = False
    loop: Loop | None = None
    keyed: bool = False


class _Rules:
    def __init__(self, reader: Reader) -> None:
        self.reader, self.draft = reader, reader.draft

    def action(self, step: Step) -> Action | None:
        return self.reader.shelf.actions.get(step.action)

    def at(self, step: Step, *below: str) -> Path:
        return (*self.draft.places[step.address], *(below or (step.action,)))

    def settles_itself(self, step: Step) -> bool:
        """Whether the change's own action can look whether it was made."""
        action = self.reader.shelf.actions.get(step.action)
        return action is not None and action.manners.settle is not None

    def is_change(self, step: Step) -> bool:
        """Whether the step changes something, be it through a flow that it runs."""
        if step.call:
            return any(self.is_change(one) for one in walk(step.call.flow.steps))
        action = self.action(step)
        return action is not None and action.kind == "change"

    def changes(self, steps: Iterable[Step]) -> list[Step]:
        return [step for step in walk(tuple(steps), calls=False) if self.is_change(step)]

    # Segments: is the page known where a page step stands? ----------------------------------------------------------

    def run(self, steps: tuple[Step, ...], opened: bool, around: _Around) -> bool:
        """Check the steps; opened: whether the page is known before them. Returns whether it is after them."""
        for step in steps:
            opened = self.step(step, opened, around)
        return opened

    def ending(self, steps: tuple[Step, ...]) -> None:
        """What is done once at the end of a run, wherever it stood."""
        self.run(steps, opened=False, around=_Around(_("nobody knows where the run had come to")))
        for step in walk(steps, calls=False):
            inner = walk(step.call.flow.steps) if step.call else (step,)
            if any(one.loop and one.loop.key for one in inner):
                self.draft.fault(
                    self.at(step), _("a loop with a key belongs under `steps`, not into the end of a run"), key=True
                )

    def step(self, step: Step, opened: bool, around: _Around) -> bool:
        if step.loop:
            self.loop(step, step.loop, around)
            self.refuse_retry(step)
            return opened and not self.changes([step])
        before = opened
        if step.question:
            opened = False  # whoever goes on behind the answer begins with an empty page
        if step.action == "run":
            self.refuse_retry(step)
            opened = self.call(step, step.call, opened, around) if step.call else True
        if step.body:
            self.refuse_retry(step)
            opened = self.block(step, opened, around)
        action = self.action(step)
        if action:
            opened = self.called(step, action, opened, around)
        after = opened
        if step.condition:
            after = opened and (self.run(step.otherwise, before, around) if step.otherwise else before)
        if isinstance(step.on_error, tuple):
            after = self.run(step.on_error, before, around) and after
        return after

    def call(self, step: Step, call: Call, opened: bool, around: _Around) -> bool:
        """A flow that is run was checked by itself, from an empty page on; here it is held against what is around."""
        keyed = next((one for one in walk(call.flow.steps) if one.loop and one.loop.key), None)
        if keyed and around.keyed:
            self.draft.fault(
                self.at(step),
                _("a loop with a key may not stand in a loop with a key: {flow} has one (line {line})").format(
                    flow=call.flow.path, line=keyed.mark.line
                ),
                _("Make two loops, one after the other, or two flows"),
                key=True,
            )
        return call.opened or (opened and not self.is_change(step) and not asks(step))

    def block(self, step: Step, opened: bool, around: _Around) -> bool:
        after = self.run(step.body, opened, around)
        if step.action != "repeat":
            return after
        self.only_looks(step.body, _("`repeat` is for what only looks: a change is made once"))
        for inner in walk(step.body, calls=False):
            if inner.loop and inner.loop.key:
                self.draft.fault(
                    self.at(inner, inner.action, "key"),
                    _("a loop with a key does each item once: not in `repeat`"),
                    key=True,
                )
        return opened  # it may not be done at all

    def called(self, step: Step, action: Action, opened: bool, around: _Around) -> bool:
        touches_page = any(lent.fleeting for lent in action.lent.values())  # type: ignore[attr-defined]
        if action.manners.opens or action.kind == "session":
            opened = True
        elif touches_page and not opened:
            self.not_opened(step, around)
            opened = True  # said once for this segment
        if action.kind != "change":
            return opened
        self.change(step, around)
        return False

    def not_opened(self, step: Step, around: _Around) -> None:
        if around.silent:
            return
        mend = _("Write a step `- open: ...` before it")
        loop = around.loop
        if loop and not loop.prepare and not self.comes_after_change(step, loop.steps):
            mend = _("Write a step `- open: ...` before it, or lead to the form in the loop's `prepare:`")
        self.draft.fault(
            self.at(step),
            _("`{action}` needs a page that was opened before: {resumed}").format(
                action=step.action, resumed=around.resumed
            ),
            mend,
            key=True,
        )

    def comes_after_change(self, step: Step, steps: tuple[Step, ...]) -> bool:
        before = itertools.takewhile(lambda one: one is not step, walk(steps, calls=False))
        return any(self.is_change(one) for one in before)

    # Changes -------------------------------------------------------------------------------------------------------

    def change(self, step: Step, around: _Around) -> None:
        self.refuse_retry(step)
        if step.already_done:
            if around.loop and around.loop.already_done:
                self.draft.fault(
                    self.at(step, step.action, "already_done"),
                    _("`already_done` stands twice: in its loop, and here"),
                    _("Keep the one in `{action}`").format(action=step.action),
                    key=True,
                )
            self.look_up(step.already_done, [step], self.at(step, step.action, "already_done"))

    def refuse_retry(self, step: Step) -> None:
        """`retry` is for what merely looks."""
        if not step.retry:
            return
        changes = self.changes([step])
        if changes or step.loop:
            what = changes[0].action if changes else step.action
            self.draft.fault(
                self.at(step, "retry"),
                _("`{action}` is never tried again by itself: it could be done twice").format(action=what)
                if changes
                else _("`retry` belongs to one step, not to a loop"),
                _("Leave `retry` out; what failed is taken up by the next run, what is in doubt is looked up"),
                key=True,
            )

    def look_up(self, look_up: AlreadyDone, changes: list[Step], path: Path) -> None:
        """What asks about a doubt only looks, from a fresh page, and reads what the change itself reads."""
        draft = self.draft
        if any(step.address in self.reader.unsound for step in walk(look_up.steps, calls=False)):
            return
        if self.only_looks(look_up.steps, _("`already_done` only looks")):
            self.run(look_up.steps, opened=False, around=_Around(_("a doubt is looked up on a fresh page")))
        found = {name for step in walk(look_up.steps, calls=False) for name in bound(self.reader, step)}
        for change in changes:
            lost = [name for name in bound(self.reader, change) if name not in found]
            if lost:
                draft.fault(
                    path,
                    _("{names} would be lost: `{action}` reads it, `already_done` does not").format(
                        names=", ".join(lost), action=change.action
                    ),
                    _("Add to its steps:  - read: {{{names}}}").format(
                        names=", ".join(f"{name}: ..." for name in lost)
                    ),
                    key=True,
                )

    def only_looks(self, steps: tuple[Step, ...], what: str) -> bool:
        """Whether there is no change among the steps; notes those that there are."""
        changes = self.changes(steps)
        for step in changes:
            self.draft.fault(
                self.at(step),
                _("{what}: `{action}` has no place in it").format(what=what, action=step.action),
                _("A search form is sent with `click`"),
                key=True,
            )
        return not changes

    # Loops ---------------------------------------------------------------------------------------------------------

    def loop(self, step: Step, loop: Loop, outer: _Around) -> None:
        is_sound = step.address not in self.reader.unsound
        if loop.key and outer.keyed:
            self.draft.fault(
                self.at(step, step.action, "key"),
                _("a loop with a key may not stand in a loop with a key"),
                _("Make two loops, one after the other, or two flows"),
                key=True,
            )
        elif is_sound and not loop.key:
            self.needs_key(step, loop, outer)
        if is_sound and loop.already_done:
            self.loop_look_up(step, loop, loop.already_done)
        if loop.prepare and self.only_looks(loop.prepare, _("`prepare` only leads to the form")):
            fresh = _Around(_("each lane begins with an empty page"), not is_sound)
            self.run(loop.prepare, opened=False, around=fresh)
        resumed = _("after a stop the item is taken up again from here")
        around = _Around(resumed, not is_sound, loop, bool(loop.key) or outer.keyed)
        self.run(loop.steps, bool(loop.prepare), around)

    def needs_key(self, step: Step, loop: Loop, outer: _Around) -> None:
        """A change in a loop is done once for each item; what makes an item itself must be said."""
        change = next(self.own_changes(loop.steps), None)
        if change is not None and outer.keyed:
            self.draft.fault(
                self.at(change),
                _("`{action}` stands in a loop within an item: it could not be told what was done already").format(
                    action=change.action
                ),
                _("Let the loop with the key go through these themselves"),
                key=True,
            )
        elif change is not None:
            self.draft.fault(
                self.at(step),
                _(
                    "`key` is missing: the loop contains `{action}` (line {line}), which must never be done twice"
                ).format(action=change.action, line=change.mark.line),
                self.key_example(loop, step),
                key=True,
            )
        elif loop.write_back:
            self.draft.fault(
                self.at(step, step.action, "write_back"),
                _("`write_back` finds the row again by its key: `key` is missing"),
                self.key_example(loop, step),
                key=True,
            )

    def own_changes(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The changes among the steps, without those of loops below, which have their own say."""
        for step in steps:
            if step.loop:
                continue
            if next(self.own_changes(step.call.flow.steps), None) if step.call else self.is_change(step):
                yield step
            yield from self.own_changes([*step.body, *step.otherwise])
            if isinstance(step.on_error, tuple):
                yield from self.own_changes(step.on_error)

    def key_example(self, loop: Loop, step: Step) -> str:
        columns = self.reader.loop_columns.get(step.address)
        names = [name for name in columns.members if name.isidentifier()] if isinstance(columns, Group) else []
        return _("Say what makes each of them itself: {example}").format(
            example=f"key: {loop.alias}.{min(names, key=_likeness) if names else 'number'}"
        )

    def loop_look_up(self, step: Step, loop: Loop, look_up: AlreadyDone) -> None:
        changes = list(self.own_changes(loop.steps))
        if len(changes) > 1:  # what settles itself needs nobody to be asked
            changes = [one for one in changes if one.call or not self.settles_itself(one)]
        where = self.at(step, step.action, "already_done")
        called = next((one for one in changes if one.call), None)
        if called and called.call:
            self.draft.fault(
                where,
                _("the change is made by {flow}: only there is it known what it reads").format(
                    flow=called.call.flow.path
                ),
                _("Write `already_done` in that file, under the change it belongs to"),
                key=True,
            )
        elif not changes:
            self.draft.fault(where, _("`already_done` asks about a change, and this loop has none"), key=True)
        elif len(changes) > 1:
            self.draft.fault(
                where,
                _("this loop has {count} changes (lines {lines}): `already_done` could mean any of them").format(
                    count=len(changes), lines=", ".join(str(one.mark.line) for one in changes)
                ),
                _("Write `already_done` under the change it belongs to, one for each"),
                key=True,
            )
        else:
            self.look_up(look_up, changes, where)

    def ledgers(self, flow: Flow) -> None:
        """Two loops that keep a ledger need names of their own."""
        keyed = [step for step in walk(flow.steps, calls=False) if step.loop and step.loop.key]
        if len(keyed) < 2:
            return
        seen: dict[str, Step] = {}
        for step in keyed:
            assert step.loop is not None
            is_named = step.name is not None and step.name.is_constant
            if not is_named:
                self.draft.fault(
                    self.at(step),
                    _(
                        "this flow has {count} loops with a key: each needs a `name`, under which it is remembered"
                    ).format(count=len(keyed)),
                    _("Write beside it: name: ..."),
                    key=True,
                )
            elif step.loop.name in seen:
                self.draft.fault(
                    self.at(step, "name"),
                    _("two loops with a key have the same name (line {line})").format(
                        line=seen[step.loop.name].mark.line
                    ),
                    key=True,
                )
            seen.setdefault(step.loop.name, step)


def _likeness(name: str) -> int:
    """Columns that look like what makes a row itself come first."""
    return next((place for place, word in enumerate(("numero", "number", "id", "ref", "code")) if word in name), 9)
