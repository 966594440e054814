"""`settings:`: how a flow is run, by a person and by the service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from robo.flow.clock import time_in
from robo.flow.controls import SETTINGS, SETTINGS_LATER
from robo.flow.draft import Draft
from robo.flow.model import Retry, Settings
from robo.flow.text import Path
from robo.kit.messages import _

LEAST_PRIORITY = -1000
_RUN_AGAIN_AFTER = 60.0
"""Seconds before a failed run is resumed, where nothing is said."""


def read_settings(draft: Draft, data: Mapping[str, Any], language: str) -> Settings:
    """`settings:`."""
    path: Path = ("settings",)
    if data.get("settings") is None:
        return Settings(locale=language)
    table = draft.map(data["settings"], path, "settings: {site: portail}")
    draft.known_keys(table, path, SETTINGS, SETTINGS_LATER)
    locale = (draft.text(table, "locale", path) or language).partition("-")[0]
    if locale not in ("fr", "en"):
        draft.fault((*path, "locale"), _("one of these is expected: {known}").format(known="fr, en"))
    return Settings(
        site=draft.text(table, "site", path),
        screenshots=draft.choice(
            table, "screenshots", path, ("never", "on_error", "each_row", "always"), Settings.screenshots
        ),
        step_timeout=draft.seconds(table, "step_timeout", path, Settings.step_timeout) or Settings.step_timeout,
        locale=locale,
        allow_hosts=draft.texts(table, "allow_hosts", path),
        priority=draft.whole(table, "priority", path, LEAST_PRIORITY) or 0,
        limit=draft.whole(table, "limit", path),
        locks=_locks(draft, table, path),
        timeout=draft.seconds(table, "timeout", path),
        deadline=_deadline(draft, table, (*path, "deadline")),
        retry=_retry(draft, table, (*path, "retry")),
        second_person=draft.yes_no(table, "second_person", path, False),
    )


def _locks(draft: Draft, table: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    names = draft.texts(table, "locks", path)
    if not all(name.strip() for name in names):
        draft.fault((*path, "locks"), _("a name is expected here"))
    return tuple(dict.fromkeys(name.strip() for name in names))


def _deadline(draft: Draft, table: Mapping[str, Any], path: Path) -> time | None:
    value = table.get("deadline")
    if value is None:
        return None
    found = time_in(value) if isinstance(value, str) else None
    if found is None:
        draft.fault(path, _("a time of day is expected here"), _("Write: {example}").format(example="06:30"))
    return found


def _retry(draft: Draft, table: Mapping[str, Any], path: Path) -> Retry | None:
    if table.get("retry") is None:
        return None
    return read_retry(draft, table["retry"], path, Retry(1, _RUN_AGAIN_AFTER, 1.0), ("times", "wait"))


def read_retry(
    draft: Draft,
    value: Any,
    path: Path,
    usual: Retry = Retry(1),  # noqa: B008 - it is frozen
    known: tuple[str, ...] = ("times", "wait", "grow"),
) -> Retry | None:
    """`retry: 3`, or `{times, wait, grow}`. usual: what is not said; known: what may be said."""
    if not isinstance(value, dict):
        times = draft.whole({"retry": value}, "retry", path[:-1])
        return Retry(times, usual.wait, usual.grow) if times else None
    draft.known_keys(value, path, known)
    times = draft.whole(value, "times", path)
    if "times" not in value:
        draft.fault(path, _("`times` is missing"), _("Write: {example}").format(example="retry: 3"), key=True)
    grow = value.get("grow", usual.grow)
    try:
        factor = float(grow)
        if factor < 1:
            raise ValueError
    except (TypeError, ValueError):
        draft.fault((*path, "grow"), _("a number from 1 is expected here"))
        factor = usual.grow
    return Retry(times or 1, draft.seconds(value, "wait", path, usual.wait) or 0.0, factor)
