"""What a person should look at first in a plan, in sentences, each told once with the items that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from robo.flow.model import Flow
from robo.flow.workspace import Workspace
from robo.kit.messages import _, labelled, ngettext
from robo.run.dry.prospect import Prospect, note_of
from robo.run.storage.journal import Event
from robo.run.storage.records import Made
from robo.run.told.sentences import sentence

_ASSUMED = ("question.assumed", "step.assumed", "step.unseen")
NAMED = 5
"""So many items are named in a sentence; the others are counted."""


def attention(
    told: list[Event],
    items: list[Prospect],
    changes: list[Made],
    flow: Flow,
    workspace: Workspace,
    rows: int | None,
) -> list[str]:
    """The sentences, the gravest first."""
    names = {item.key: item.name for item in items}
    return [
        *_asked(told),
        *_grouped((one.reason, one.name) for one in items if one.state == "failed" and one.is_new),
        *_grouped((one.reason, one.name) for one in items if one.state == "refused" and one.is_new),
        *_grouped((one.reason, one.name) for one in items if one.state == "waits"),
        *_grouped((remark, names.get(made.key, made.key)) for made in changes for remark in made.change.remarks),
        *_repeated(changes, names),
        *(
            sentence(event)
            for event in told
            if event.kind in ("source.written", "entry.later", "item.gone", "lane.ended")
        ),
        *_grouped((note_of(e), names.get(e.key or "", "")) for e in told if e.kind in _ASSUMED),
        *_left_out(told, items, rows),
        *_elsewhere(told, workspace),
        *_own(told, changes),
        *_notices(flow),
    ]


def _asked(told: list[Event]) -> Iterator[str]:
    for event in told:
        if event.kind in ("run.waits", "loop.stopped"):
            yield sentence(event)


def _grouped(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """ "A, B, C and 4 more: the reason"."""
    found: dict[str, list[str]] = {}
    for said, key in pairs:
        if said and key not in found.setdefault(said, []):
            found[said].append(key)
    for said, keys in found.items():
        named = ", ".join(key for key in keys[:NAMED] if key)
        more = len(keys) - NAMED
        if more > 0:
            named = _("{keys} and {count} more").format(keys=named, count=more)
        yield said if all(key in said for key in keys) else labelled(named, said)


def _repeated(changes: list[Made], names: Mapping[str, str]) -> Iterator[str]:
    """What should hardly happen twice in one run, and would."""
    found: dict[str, list[str]] = {}
    for made in changes:
        for name in made.change.once:
            found.setdefault(name, []).append(names.get(made.key, made.key))
    for name, keys in found.items():
        if len(keys) > 1:
            yield _("{name}: {count} times, for {keys}").format(
                name=name, count=len(keys), keys=", ".join(keys[:NAMED])
            )


def _left_out(told: list[Event], items: list[Prospect], rows: int | None) -> Iterator[str]:
    listed = sum(int(event.data["items"]) for event in told if event.kind == "loop.began")
    left = listed - sum(1 for item in items if item.position is not None and item.key)
    if rows is not None and left > 0:
        yield ngettext(
            "{count} item was not rehearsed: --rows {rows}", "{count} items were not rehearsed: --rows {rows}", left
        ).format(count=left, rows=rows)


def _elsewhere(told: list[Event], workspace: Workspace) -> Iterator[str]:
    if not workspace.is_default_environment and any(event.kind == "source.planned" for event in told):
        yield _("In the environment {name} a copy of the workbook is written; the workbook stays as it is").format(
            name=workspace.environment
        )


def _own(told: list[Event], changes: list[Made]) -> Iterator[str]:
    """Where the system confines nobody, the workspace's own robots are held to their word alone."""
    own = sorted({made.action for made in changes if "." in made.action})
    lanes = [event.data.get("confined") for event in told if event.kind == "lane.began"]
    if own and not (lanes and all(lanes)):
        yield _("The workspace's own robots were watched, not confined: {names}").format(names=", ".join(own))


def _notices(flow: Flow) -> Iterator[str]:
    """Whom a run would write to at its end; a dry run writes to nobody."""
    for rule in flow.notify:
        to = rule.step.arguments.get("to")
        named = to if isinstance(to, list | tuple) else [to]
        yield _("A run would write to {to} at its end, on {on}").format(
            to=", ".join(str(getattr(one, "source", one)) for one in named), on=", ".join(rule.on)
        )
