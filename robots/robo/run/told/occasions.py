"""Of what kind a run's end is, for the rules of `notify`."""

from __future__ import annotations

from robo.flow.model import Flow, Notice
from robo.run.told.outcome import Outcome


def due(flow: Flow, outcome: Outcome) -> list[Notice]:
    """The rules that speak of such an end."""
    return [rule for rule in flow.notify if occasions(outcome) & set(rule.on)]


def occasions(outcome: Outcome) -> set[str]:
    """failure, in_doubt (something waits for a person), approval (the flow asks one), success; none where it was merely
    stopped."""
    if outcome.state not in ("done", "failed", "faulty", "broken", "waits"):
        return set()
    failed = outcome.state in ("failed", "faulty", "broken") or outcome.failures or outcome.refused_rows
    asks = outcome.state == "waits" and outcome.asks
    waits = (outcome.state == "waits" and not asks) or outcome.waits or outcome.pending
    kinds = (("failure", failed), ("in_doubt", waits), ("approval", asks))
    found = {name for name, holds in kinds if holds}
    return found or {"success"}
