"""Which changes of a loop can be looked up, and by whom: the action itself, or the application by `already_done`."""

from __future__ import annotations

from collections.abc import Mapping

from robo.flow.model import Loop, Step, walk
from robo.kit.action import Action


def spoken_of(loop: Loop, actions: Mapping[str, Action]) -> Step | None:
    """The change that the loop's `already_done` speaks of: the only one, else the one that cannot settle itself."""
    changes = _changes(loop, actions)
    blind = [step for step in changes if actions[step.action].manners.settle is None]
    return next(iter(changes if len(changes) == 1 else blind), None)


def can_look(loop: Loop, actions: Mapping[str, Action]) -> bool:
    """Whether each change of the loop can be looked up before an item of it is begun anew."""
    changes = _changes(loop, actions)
    shown = [one for one in changes if one.already_done or (loop.already_done and one is spoken_of(loop, actions))]
    blind = [one for one in changes if one not in shown and actions[one.action].manners.settle is None]
    return not blind and (not shown or loop.prepare_again)


def _changes(loop: Loop, actions: Mapping[str, Action]) -> list[Step]:
    return [one for one in walk(loop.steps) if one.action in actions and actions[one.action].kind == "change"]
