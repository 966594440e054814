"""What a loop's source lists now, read outside of a run: for questions about rows, and for taking over old work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robo.cli.desk import Desk
from robo.flow.bind import call_arguments
from robo.flow.formula import evaluate
from robo.flow.model import Flow, Loop
from robo.flow.workspace import Workspace
from robo.kit.errors import Failed, Refused
from robo.kit.messages import _
from robo.kit.source import Entry, Source
from robo.kit.text import join_key
from robo.run.clock import SystemClock
from robo.run.scope import Row, times


class Listing:
    """The source of one loop, with the keys of its entries."""

    def __init__(self, desk: Desk, workspace: Workspace, flow: Flow, loop: Loop, inputs: Mapping[str, Any]) -> None:
        """Raises Failed where the source depends on what only a run knows."""
        self._loop, self._language = loop, flow.settings.locale
        now = times(SystemClock().now())
        self._scope: dict[str, Any] = {"inputs": inputs, **now}
        self._scope["vars"] = evaluate(dict(flow.vars), self._scope, self._language)
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
