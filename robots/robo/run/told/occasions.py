"""Of what kind a run's end is, for the rules of `notify`."""

from __future__ import annotations

from robo.flow.model import Flow, Notice
from robo.run.told.outcome import Outcome


def due(flow: Flow, outcome: Outcome) -> list[Notice]:
    """The rules that speak of such an end."""
    return [rule for rule in flow.notify if occasions(outcome) & set(rule.on)]


def occasions(outcome: Outcome) -> set[str]:
    """failure, in_doubt (something waits for a person), success; none where it was merely stopped."""
    if outcome.state not in ("done", "failed", "faulty", "broken", "waits"):
        return set()
    failed = outcome.state in ("failed", "faulty", "broken") or outcome.failures or outcome.refused_rows
    waits = outcome.state == "waits" or outcome.waits or outcome.pending
    found = {name for name, holds in (("failure", failed), ("in_doubt", waits)) if holds}
    return found or {"success"}
