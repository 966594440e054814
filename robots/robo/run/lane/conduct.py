"""A whole run in one lane: the flow's steps from wherever the last lane left them, then the flow's end."""

from __future__ import annotations

from robo.kit.errors import LaneLost, RoboError
from robo.kit.messages import _
from robo.run.lane.closing import Closing, part_of
from robo.run.lane.ending import Ending, ended_by
from robo.run.lane.top import own_way
from robo.run.lane.walker import Walker
from robo.run.loops.works import AskPerson
from robo.run.steps.calls import outputs
from robo.run.steps.course import Course, EndLane, StopFlow, Stopped, Waits
from robo.run.steps.passage import Passage
from robo.run.steps.rehearsal import lane_begins, lane_ends
from robo.run.steps.settle import settle, wait_left
from robo.run.storage.ledger import TOP
from robo.run.storage.records import Made
from robo.run.told.folder import RunFolder


def conduct(course: Course) -> Ending:
    """Do what is left of the run. Whatever happens to its items is in the ledger; this is how the run itself ended."""
    lane_begins(course)
    try:
        return _conduct(course)
    except Stopped:
        return Ending("stopped", _("stopped by a person"))
    except EndLane as end:
        return Ending("lane", str(end))
    except Waits as asked:
        return Ending("asks", str(asked))
    except AskPerson as ask:
        course.journal.note("run.waits", question=ask.question, mend=ask.mend)
        return Ending("waits", ask.question)
    except RoboError as error:
        return ended_by(error)
    finally:
        lane_ends(course)
        course.journal.flush()


def _conduct(course: Course) -> Ending:
    way = own_way(course)
    walker = Walker(course)
    closing = Closing(course, walker, way)
    made = course.top.open_change(TOP)
    if made is not None:
        part = part_of(made.step)
        waits = _settle(course, walker, closing.passage(part) if part else way, made)
        if waits:
            return waits
        way.rewind()
    if closing.began_with:
        return closing.close(closing.began_with)
    ending, screenshot = _steps(course, walker, way)
    return closing.close(ending, screenshot)


def _settle(course: Course, walker: Walker, passage: Passage, made: Made) -> Ending | None:
    """What was sent outside of the loops and has no receipt; the ending where a person must look."""
    if made.state == "intent":
        course.top.doubt(made, _("the robot was stopped between the sending and the answer"), live=False)
        again = course.top.open_change(TOP)
        assert again is not None
        made = again
    while left := wait_left(course, made):
        course.report(waiting=left)
        course.clock.wait(min(left, 1.0))
        if course.stopping():
            raise Stopped
    verdict = settle(walker, passage, made, None)
    item = course.top.item(TOP)
    if verdict == "unknown" or item is None or item.state != "started":
        return Ending("waits", item.reason or "" if item else "")
    return None


def _steps(course: Course, walker: Walker, way: Passage) -> tuple[Ending, str]:
    """The flow's steps; how they ended, and the picture of what was seen then."""
    ending, screenshot = Ending("done"), ""
    try:
        walker.run(course.flow.steps, way)
    except StopFlow as stop:
        ending = Ending("failed" if stop.failed else "done", stop.reason)
    except LaneLost:
        raise
    except RoboError as error:
        ending, screenshot = ended_by(error), course.evidence.of_error(error, course.top.name, TOP)
    if way.spoiled:
        ending = Ending("failed", way.spoiled[1])
    if ending.state == "done" and course.flow.outputs:
        RunFolder(course.folder).give(outputs(course, course.flow, way.scope(), way))
    return ending, screenshot
