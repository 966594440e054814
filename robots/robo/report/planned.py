"""The page of a dry run, out of its `plan.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from robo.kit.messages import _, ngettext, spoken
from robo.report.groups import grouped
from robo.report.pictures import Album
from robo.report.shown import brief, cells, deed, items_word, moment, pairs, unbroken
from robo.report.view import Cell, Count, Deed, Item, Pairs, Report, Request, Tone
from robo.run.told.states import beside_rehearsed, rehearsed, why_word

_TONES: dict[str, Tone] = {"planned": "good", "refused": "bad", "failed": "bad", "waits": "warn"}
_STATES = ("planned", "refused", "failed", "waits", "skipped", "already_done")
_KEYS = 8
_FILES = ("plan.json", "run.log", "journal.jsonl", "flow.yaml")


def report_of(folder: Path) -> Report:
    """What the flow would do. Raises OSError, and ValueError for a plan that cannot be read."""
    plan: Mapping[str, Any] = json.loads((folder / "plan.json").read_text("utf-8"))
    items: Sequence[Mapping[str, Any]] = plan.get("items") or ()
    counts = Counter(str(item.get("state")) for item in items)
    album = Album(folder)
    written_back = _by_item(plan.get("cells") or ())
    bad = counts["refused"] + counts["failed"]
    return Report(
        kind=_("Dry run: nothing was changed"),
        title=str(plan.get("name") or plan.get("flow") or folder.name),
        state=_state(plan, bad),
        tone="bad" if bad or plan.get("state") not in (None, "done", "waits") else "good",
        sentence=_sentence(plan, counts),
        language=spoken(),
        details=_("What would be done"),
        gives=_("What it would give"),
        attention=tuple(str(sentence) for sentence in plan.get("attention") or ()),
        counts=(*_states(counts), *_actions(items)),
        facts=_facts(plan, folder),
        groups=grouped(_kinds(items), lambda one, full: _item(one, album, written_back.get(_name(one), ()), full)),
        outside=tuple(_deed(change, album.root) for change in plan.get("outside") or ()),
        cells=written_back.get((None, None), ()),
        requests=_requests(plan.get("requests") or ()),
        next=str(plan.get("next") or "") if counts["planned"] else "",
        files=tuple((name, name) for name in _FILES if (folder / name).exists()),
    )


def state_word(state: str) -> str:
    """The state of an item in a plan."""
    return {
        "planned": _("would be done"),
        "already_done": _("done already"),
        "refused": _("would be refused"),
        "failed": _("would fail"),
        "skipped": _("would be left out"),
        "waits": _("waits for a person"),
    }.get(state, state)


def _state(plan: Mapping[str, Any], bad: int) -> str:
    if plan.get("state") not in (None, "done", "waits"):
        return _("the rehearsal did not end well")
    return _("not everything would be done") if bad else _("all would be done")


def _sentence(plan: Mapping[str, Any], counts: Counter[str]) -> str:
    said = _("{items} were rehearsed: {told}.").format(
        items=items_word(counts.total()), told=unbroken(rehearsed(counts))
    )
    if not counts:
        said = _("No item was found.")
    if plan.get("rows"):
        said += " " + _("Only the first {count} were asked for.").format(count=plan["rows"])
    reason = str(plan.get("reason") or "")
    return f"{said} {reason}".strip()


def _states(counts: Counter[str]) -> Iterable[Count]:
    for state in _STATES:
        if counts[state]:
            yield Count(counts[state], beside_rehearsed(state, counts[state]), _TONES.get(state, "plain"))


def _actions(items: Sequence[Mapping[str, Any]]) -> Iterable[Count]:
    made = Counter(str(change.get("action")) for item in items for change in item.get("changes") or ())
    for action, count in made.most_common():
        yield Count(count, ngettext("change by {action}", "changes by {action}", count).format(action=action))


def _facts(plan: Mapping[str, Any], folder: Path) -> Pairs:
    facts = (
        (_("Flow"), plan.get("flow")),
        (_("Environment"), plan.get("environment")),
        (_("Begun"), moment(plan.get("began_at"))),
        (_("Ended"), moment(plan.get("ended_at"))),
        (_("Sources"), ", ".join(dict.fromkeys(str(i["source"]) for i in plan.get("items") or () if i.get("source")))),
        (_("Folder"), folder),
    )
    return tuple((label, str(value)) for label, value in facts if value)


def _kinds(items: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    kinds = {
        _("Would not be done"): ("refused", "failed"),
        _("Waiting for a person"): ("waits",),
        _("Would be done"): ("planned",),
        _("Would be left out by the flow"): ("skipped",),
        _("Done already"): ("already_done",),
    }
    return [(title, [one for one in items if one.get("state") in states]) for title, states in kinds.items()]


def _item(item: Mapping[str, Any], album: Album, written_back: tuple[Cell, ...], full: bool) -> Item:
    state = str(item.get("state"))
    changes = item.get("changes") or ()
    line, key = item.get("position"), str(item.get("title") or item.get("key") or "")
    picture = album.picture(item.get("evidence") or {}) if full else None
    return Item(
        name=key or _("line {line}").format(line=line),
        state=state_word(state),
        tone=_TONES.get(state, "plain"),
        line=str(line) if line is not None and key and not item.get("title") else "",
        brief=str(item.get("reason") or brief(changes, album.root)),
        deeds=tuple(_deed(change, album.root) for change in changes) if full else (),
        pictures=(picture,) if picture else (),
        cells=written_back if full else (),
        notes=tuple(str(note) for note in item.get("notes") or ()) if full else (),
    )


def _deed(change: Mapping[str, Any], root: Path) -> Deed:
    return deed(change, root, gives=pairs(change.get("gives")))


def _name(item: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return item.get("ledger"), item.get("key")


def _by_item(told: Iterable[Mapping[str, Any]]) -> dict[tuple[str | None, str | None], tuple[Cell, ...]]:
    found: dict[tuple[str | None, str | None], list[Mapping[str, Any]]] = {}
    for one in told:
        found.setdefault(_name(one), []).append(one)
    return {name: cells(some) for name, some in found.items()}


def _requests(told: Iterable[Mapping[str, Any]]) -> tuple[Request, ...]:
    """Each kind of request once, the refused ones first, with the items that it came from."""
    kinds: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in told:
        kind = tuple(str(one.get(name) or "") for name in ("verdict", "method", "address", "why", "line"))
        kinds.setdefault(kind, []).append(one)
    in_order = sorted(kinds.values(), key=lambda some: some[0].get("verdict") != "refused")
    return tuple(_request(some[0], [str(one["key"]) for one in some if one.get("key")]) for some in in_order)


def _request(told: Mapping[str, Any], keys: list[str]) -> Request:
    refused = told.get("verdict") == "refused"
    some = ", ".join(keys[:_KEYS])
    return Request(
        verdict=_("refused") if refused else _("let through"),
        tone="bad" if refused else "plain",
        method=str(told.get("method") or ""),
        address=str(told.get("address") or ""),
        fields=pairs(told.get("fields") or None),
        why=why_word(str(told.get("why") or "")),
        line=str(told.get("line") or ""),
        items=f"{some}, {_('and {count} more').format(count=len(keys) - _KEYS)}" if len(keys) > _KEYS else some,
    )
