"""What a run needs that others need too: its ledgers, sites and named locks, its place among the runs of its flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from robo.flow.model import Flow, loops, walk
from robo.flow.workspace import Workspace
from robo.kit.errors import FaultyFlow
from robo.run.steps.course import ledger_name
from robo.run.storage.store import Store

MANY = 1_000_000
"""As good as without limit."""


@dataclass(frozen=True)
class Claim:
    """A resource, by its kind and name, of which so many runs at most may have a share at once."""

    resource: str
    most: int


def ledgers_of(workspace: Workspace, flow: Flow, run: str) -> tuple[str, ...]:
    """The names of all ledgers that a run of the flow writes."""
    return tuple(sorted({ledger_name(workspace.environment, loop, run) for loop in loops(flow)}))


def claims_of(workspace: Workspace, flow: Flow, run: str, dry: bool = False, alone: bool = False) -> tuple[Claim, ...]:
    """All that a run of the flow must have before it may begin. dry: a rehearsal, which changes nothing.

    alone: it begins only once no other run of the flow is at work.
    """
    itself = Claim(f"flow {workspace.environment}/{flow.path}", 1 if alone else flow.settings.limit or MANY)
    if dry:
        return (itself,)
    flows = {one.path: one for one in _with_called(flow)}.values()
    found = {f"ledger {name}": 1 for name in ledgers_of(workspace, flow, run)}
    found |= {f"lock {name}": 1 for one in flows for name in one.settings.locks}
    for site in {one.settings.site for one in flows if one.settings.site}:
        try:
            most = workspace.site(site).limit
        except FaultyFlow:
            continue  # a site without an address here: the run itself says so, in its own words
        if most:
            found[f"site {workspace.environment}/{site}"] = most
    return (itself, *(Claim(resource, most) for resource, most in sorted(found.items())))


def lay_claim(store: Store, run: str, claims: Iterable[Claim]) -> None:
    """Write down what the run needs, instead of what was written before; within a transaction."""
    store.all("DELETE FROM claim WHERE run = :run", run=run)
    for claim in claims:
        store.all(
            "INSERT INTO claim VALUES (:run, :resource, :most)", run=run, resource=claim.resource, most=claim.most
        )


def occupied(store: Store) -> Mapping[str, list[str]]:
    """Resource to the runs that have a share of it now: those at work and those about to begin."""
    found: dict[str, list[str]] = {}
    for resource, run in store.all(
        "SELECT claim.resource, claim.run FROM claim JOIN run ON run.id = claim.run "
        "WHERE run.state IN ('admitted', 'running')"
    ):
        found.setdefault(resource, []).append(run)
    return found


def _with_called(flow: Flow) -> Iterable[Flow]:
    yield flow
    yield from (step.call.flow for step in walk(flow.all_steps) if step.call)
