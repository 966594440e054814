"""The states of items and runs, as people call them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from robo.kit.messages import _, ngettext

_WOULD = {"refused": "would_be_refused", "failed": "would_fail", "skipped": "would_be_skipped"}


def state_word(state: str) -> str:
    """The state of an item or a run."""
    return {
        "todo": _("to do"),
        "started": _("begun"),
        "committing": _("being sent"),
        "in_doubt": _("in doubt"),
        "done": _("done"),
        "refused": _("refused"),
        "failed": _("failed"),
        "given_up": _("given up"),
        "skipped": _("skipped"),
        "planned": _("would be done"),
        "queued": _("waits for its turn"),
        "admitted": _("about to begin"),
        "running": _("running"),
        "interrupted": _("interrupted"),
        "stopped": _("stopped"),
        "waits": _("waits for a person"),
        "faulty": _("the flow is wrong"),
        "broken": _("a fault of Robo"),
    }.get(state, state)


def counted(counts: Mapping[str, int]) -> str:
    """How many items are in each state: "57 done, 3 refused"."""
    return ", ".join(_number(state, count) for state, count in sorted(counts.items()))


def beside(state: str, count: int) -> str:
    """The word beside a number of items in that state, in the singular or the plural: "done"."""
    return _number(state, count).removeprefix(str(count)).strip(" \u00a0")


def beside_rehearsed(state: str, count: int) -> str:
    """The same for the items of a plan: "would be done"."""
    return beside(_WOULD.get(state, state), count)


def rehearsed(counts: Mapping[str, int]) -> str:
    """How many items of a plan would end in which state: "57 would be done, 3 would be refused"."""
    order = ("planned", "already_done", "refused", "failed", "skipped", "waits")
    return ", ".join(_number(_WOULD.get(state, state), counts[state]) for state in order if counts.get(state))


def why_word(why: str) -> str:
    """Why a request of a dry run was let through or not."""
    return {
        "harmless": _("robo.toml says that it only reads"),
        "sign-in": _("the sign-in"),
        "unlisted": _("not listed in robo.toml"),
        "draft": _("a draft: the pages behind it were not rehearsed"),
        "websocket": _("a connection that stays open, which could write"),
    }.get(why, why)


def _number(state: str, count: int) -> str:
    text = {
        "todo": ngettext("{count} to do", "{count} to do", count),
        "started": ngettext("{count} begun", "{count} begun", count),
        "committing": ngettext("{count} being sent", "{count} being sent", count),
        "in_doubt": ngettext("{count} in doubt", "{count} in doubt", count),
        "done": ngettext("{count} done", "{count} done", count),
        "refused": ngettext("{count} refused", "{count} refused", count),
        "failed": ngettext("{count} failed", "{count} failed", count),
        "given_up": ngettext("{count} given up", "{count} given up", count),
        "skipped": ngettext("{count} skipped", "{count} skipped", count),
        "planned": ngettext("{count} would be done", "{count} would be done", count),
        "already_done": ngettext("{count} done already", "{count} done already", count),
        "would_be_refused": ngettext("{count} would be refused", "{count} would be refused", count),
        "would_fail": ngettext("{count} would fail", "{count} would fail", count),
        "would_be_skipped": ngettext("{count} would be left out", "{count} would be left out", count),
        "waits": ngettext("{count} waits for a person", "{count} wait for a person", count),
    }.get(state)
    return text.format(count=count) if text else f"{count} {state_word(state)}"


def verdict_word(verdict: str) -> str:
    """What a person decided about an item."""
    return {"done": _("it is done"), "again": _("it is to be done again"), "give-up": _("it is given up")}.get(
        verdict, verdict
    )


def crossing_word(verdict: str) -> str:
    """What became of a request that could write, in a dry run."""
    return {"refused": _("refused"), "passed": _("let through")}.get(verdict, verdict)


def moment(iso: str | None) -> str:
    """A date and time as people here write it."""
    return f"{datetime.fromisoformat(iso):%d/%m/%Y %H:%M}" if iso else ""
