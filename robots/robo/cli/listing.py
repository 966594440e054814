"""What a loop's source lists now, read outside of a run: for questions about rows, and for taking over old work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robo.cli.desk import Desk
from robo.flow.bind import call_arguments
from robo.flow.formula import evaluate
from robo.flow.inputs import read_inputs
from robo.flow.model import Flow, Loop, walk
from robo.flow.workspace import Workspace
from robo.kit.errors import Failed, FaultyFlow, Refused
from robo.kit.messages import _
from robo.kit.source import Entry, Source
from robo.kit.text import join_key
from robo.run.steps.scope import Row, times
from robo.run.storage.clock import SystemClock


class Listing:
    """The source of one loop, with the keys of its entries."""

    def __init__(self, desk: Desk, workspace: Workspace, flow: Flow, loop: Loop, inputs: Mapping[str, Any]) -> None:
        """flow, inputs: of the run, whichever flow it runs the loop stands in.

        Raises Failed where the source depends on what only a run knows.
        """
        self._loop, self._language = loop, flow.settings.locale
        try:
            self._scope = _scope_of(loop, flow, inputs, workspace)
        except (Refused, FaultyFlow, KeyError) as error:
            raise Failed(
                _("the loop {loop} goes through what only a run knows: {reason}").format(loop=loop.name, reason=error)
            ) from error
        called = desk.shelf.sources.get(loop.kind)
        if called is None:
            raise Failed(_("the loop {loop} goes through a list that only a run knows").format(loop=loop.name))
        try:
            values = evaluate(loop.source, self._scope, self._language)
        except (Refused, KeyError) as error:
            raise Failed(
                _("the loop {loop} goes through what only a run knows: {reason}").format(loop=loop.name, reason=error)
            ) from error
        self.source: Source = called.cls(**call_arguments(called, values, workspace, desk.vault))

    def entries(self) -> dict[str, Entry]:
        """By key; without those that have none, have another's, or are not wanted."""
        found: dict[str, list[Entry]] = {}
        for entry in self.source.entries():
            scope = {**self._scope, self._loop.alias: Row(entry.values), "position": entry.position}
            try:
                if self._loop.where and not self._loop.where.holds(scope, self._language):
                    continue
                key = join_key([part.evaluate(scope, self._language) for part in self._loop.key])
            except (Refused, ValueError):
                continue
            if key:
                found.setdefault(key, []).append(entry)
        return {key: entries[0] for key, entries in found.items() if len(entries) == 1}


def _scope_of(loop: Loop, flow: Flow, inputs: Mapping[str, Any], workspace: Workspace) -> dict[str, Any]:
    """What the loop's formulas see before the first step of the flow in which it stands."""
    language = flow.settings.locale
    scope: dict[str, Any] = {"inputs": inputs, **times(SystemClock().now())}
    scope["vars"] = evaluate(dict(flow.vars), scope, language)
    for step in walk(flow.all_steps, calls=False):
        if step.call and any(one.loop is loop for one in walk(step.call.flow.all_steps)):
            given = evaluate(dict(step.call.given), scope, language)
            return _scope_of(loop, step.call.flow, read_inputs(step.call.flow, given, workspace), workspace)
    return scope
