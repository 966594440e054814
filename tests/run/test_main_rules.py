"""Each main rule closes a story in which an item is entered twice, lost or never ended: without the rule it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from robo.kit.change import Change, NotDone
from robo.run.loops import keyed
from robo.run.steps import change, settle
from robo.run.steps.passage import Passage
from robo.run.storage import deaths
from robo.run.storage.ledger import Ledger
from robo.run.storage.records import Made
from robo.run.told import people
from run import engine, office
from run.engine import LATE, Machine
from run.office import Violation
from run.test_once_property import new_machine

Patch = pytest.MonkeyPatch


# ---- the stories: each ends well, unless a rule is missing


def answer_comes_late(machine: Machine) -> None:
    """No proof comes; the office commits half a minute after the press."""
    machine.office.fates = ["slow30"]
    machine.start()


def clock_is_set_meanwhile(machine: Machine) -> None:
    """As before, while somebody corrects the wall clock again and again."""
    for tick in range(200):
        machine.visits[tick] = lambda: machine.office.clock.jump(timedelta(hours=1))
    answer_comes_late(machine)


def office_never_takes_it(machine: Machine) -> None:
    """Every press is refused in words that the flow does not know."""
    machine.office.fates = ["lost"] * 1000
    machine.most_lanes = 40
    machine.start()


def item_ends_its_lane(machine: Machine) -> None:
    """Filling in one item ends the lane, every time."""
    machine.office.deadly["A"] = 1000
    for _start in range(3):
        machine.start()
    if machine.states().get("C") != "done":
        raise Violation("endless: one item holds up all the others for ever")


def look_up_ends_its_lane(machine: Machine) -> None:
    """An item is in doubt since yesterday, and looking it up ends the lane, every time."""
    machine.office.fates, machine.office.search_down = ["prompt", "unanswered"], True
    machine.start()
    machine.office.looks_deadly["B"] = 1000
    machine.office.rows["D"] = {"numero": "D", "nom": "name of D"}
    for _start in range(3):
        machine.start()
    if machine.states().get("D") != "done":
        raise Violation("endless: one doubt holds up all the others for ever")


def answer_about_another_sending(machine: Machine) -> None:
    """A person saw that the item is entered, and says so when it is the mail that is in doubt."""
    machine.office.fates, machine.office.mails = ["unanswered"], ["lost"]
    machine.office.search_down = True
    machine.start()
    (question,) = machine.asked()
    machine.office.search_down = False
    machine.resume()
    machine.answer(question, "done")
    machine.resume()


def person_looks_too_early(machine: Machine) -> None:
    """A person looks while what was sent is still under way, and says that it is not there."""
    machine.office.fates = ["prompt", "slow50"]

    def looks() -> None:
        for question in machine.asked():
            machine.answer(question)

    machine.visits = dict.fromkeys(range(60, 130), looks)
    machine.start()


def person_speaks_late(machine: Machine) -> None:
    """A person looks too early, and says so when it would no longer be."""
    machine.office.fates = ["prompt", "slow50"]
    seen: list[Callable[[], bool]] = []

    def looks() -> None:
        now = machine.office.clock.monotonic()
        seen.extend(partial(machine.answer, one, machine.truth(one), looked=now) for one in machine.asked())

    machine.office.search_down = True
    machine.visits = dict.fromkeys(range(60, 130), looks)
    machine.start()
    machine.office.clock.wait(LATE)
    for say in seen:
        say()


def mail_is_not_acknowledged(machine: Machine) -> None:
    """The mail left, but neither an answer nor a copy in Sent says so."""
    machine.office.mails = ["unanswered"]
    machine.start()


def stop_after_the_press(machine: Machine) -> None:
    """The robot ends between the press and its answer."""
    machine.stop_at = "after the press"
    machine.start()


def stop_after_the_receipt(machine: Machine) -> None:
    """The robot ends when the first of three changes has its receipt."""
    machine.stop_at = "receipted"
    machine.start()


# ---- the rules, switched off


def _dead_at_once(patch: Patch) -> None:
    patch.setattr(deaths.SeenDeaths, "since", lambda self, sender: 1e9)


def _never_late(patch: Patch) -> None:
    patch.setattr(settle, "wait_left", lambda course, made: 0.0)
    patch.setattr(keyed, "wait_left", lambda course, made: 0.0)


def _by_the_wall(patch: Patch) -> None:
    class Wall(deaths.SeenDeaths):
        def __init__(self, store: Any, clock: Any, boot: str) -> None:
            super().__init__(store, _WallClock(clock), boot)

    patch.setattr(engine, "SeenDeaths", Wall)


class _WallClock:
    def __init__(self, clock: Any) -> None:
        self.now, self.wait = clock.now, clock.wait

    def monotonic(self) -> float:
        seconds: float = self.now().timestamp()
        return seconds


def _any_sending(patch: Patch) -> None:
    def careless(ledger: Ledger, key: str, verdict: Any, **rest: Any) -> None:
        made = ledger.open_change(key)
        assert made
        people.decide(ledger, key, verdict, **rest | {"step": made.step, "number": made.number})

    patch.setattr(engine, "decide", careless)


def _intent_afterwards(patch: Patch) -> None:
    intend, keep = change.intend, change.keep

    def only_said(course: Any, step: Any, passage: Passage, said: Change, foreseen: Any = None) -> Made:
        return Made(passage.key, step.identity, 1, step.address, "intent", None, said, None, {}, {}, "", "", "", "")

    def both(course: Any, step: Any, action: Any, made: Made, gives: Any, values: Any, passage: Any) -> None:
        keep(course, step, action, intend(course, step, passage, made.change), gives, values, passage)

    patch.setattr(change, "intend", only_said)
    patch.setattr(change, "keep", both)


def _receipts_forgotten(patch: Patch) -> None:
    patch.setattr(Passage, "go_on_from", lambda self, changes: None)
    patch.setattr(Passage, "receipt_of", lambda self, step: None)


def _always_believed(patch: Patch) -> None:
    patch.setattr(people, "left_before_again", lambda *about: 0.0)


def _believed_when_said(patch: Patch) -> None:
    believed = people.left_before_again
    patch.setattr(people, "left_before_again", lambda made, dead, late, looked: believed(made, dead, late))


@dataclass(frozen=True)
class Rule:
    """A rule of the law. off: works without it. breaks: what the story comes to then."""

    said: str
    story: Callable[[Machine], None]
    off: Callable[[Patch], None]
    breaks: str


RULES = [
    Rule("absence proves nothing before the sender was seen dead", answer_comes_late, _dead_at_once, "twice"),
    Rule("absence proves nothing before `late` is over", answer_comes_late, _never_late, "twice"),
    Rule("`late` is measured by the monotonic clock", clock_is_set_meanwhile, _by_the_wall, "twice"),
    Rule(
        "not done twice is a failure",
        office_never_takes_it,
        lambda patch: patch.setattr(settle, "ABSENCES", 10**9),
        "endless",
    ),
    Rule("begun three times is a failure", item_ends_its_lane, lambda p: p.setattr(keyed, "STARTS", 10**9), "endless"),
    Rule(
        "looked up three times without an answer is a question",
        look_up_ends_its_lane,
        lambda patch: patch.setattr(keyed, "STARTS", 10**9),
        "endless",
    ),
    Rule("a decision names its sending", answer_about_another_sending, _any_sending, "lost"),
    Rule("a person's absence holds only after `late`", person_looks_too_early, _always_believed, "twice"),
    Rule("what counts is when the person looked", person_speaks_late, _believed_when_said, "twice"),
    Rule(
        "absence from Sent proves nothing",
        mail_is_not_acknowledged,
        lambda patch: patch.setattr(office, "CannotTell", NotDone),
        "twice",
    ),
    Rule("the intent is written before the doing", stop_after_the_press, _intent_afterwards, "twice"),
    Rule("a change with a receipt is not made again", stop_after_the_receipt, _receipts_forgotten, "twice"),
]


def told(folder: Path, story: Callable[[Machine], None]) -> None:
    """The story to its end, the law checked."""
    machine = new_machine(folder)
    story(machine)
    machine.check()
    machine.settle_down()
    machine.close()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.said)
def test_without_the_rule_the_story_ends_badly(rule: Rule, tmp_path: Path, monkeypatch: Patch) -> None:
    told(tmp_path, rule.story)
    rule.off(monkeypatch)
    with pytest.raises(Violation, match=f"^{rule.breaks}"):
        told(tmp_path, rule.story)
