"""Of what kind a run's end is, for the rules of `notify`, and how a mail tells of it."""

from __future__ import annotations

from robo.flow.model import Flow, Notice
from robo.kit.messages import _
from robo.run.told.outcome import Outcome
from robo.run.told.words import told


def due(flow: Flow, outcome: Outcome) -> list[Notice]:
    """The rules that speak of such an end."""
    return [rule for rule in flow.notify if occasions(outcome) & set(rule.on)]


def untold(flow: Flow, outcome: Outcome) -> bool:
    """Whether somebody should hear of such an end, and the flow names nobody."""
    named = {occasion for rule in flow.notify for occasion in rule.on}
    return bool(occasions(outcome) - {"success"} - named)


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


def subject_of(flow: Flow, outcome: Outcome) -> str:
    """The subject of a mail about such an end."""
    found = occasions(outcome)
    if "approval" in found:
        titles = ", ".join(asked.title for asked in outcome.asks)
        return _("{flow}: a person is asked: {title}").format(flow=flow.name, title=titles)
    if "in_doubt" in found:
        return _("{flow}: a person must look").format(flow=flow.name)
    return (_("{flow}: not everything went well") if "failure" in found else _("{flow}: done")).format(flow=flow.name)


def letter_of(outcome: Outcome) -> str:
    """What it says."""
    return "\n".join([*told(outcome), "", _("All of it is kept in {folder}").format(folder=outcome.folder)])
