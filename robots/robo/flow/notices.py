"""`notify`: who is written to when a run has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robo.flow.controls import OCCASIONS
from robo.flow.draft import Draft
from robo.flow.model import Notice, Step
from robo.flow.names import Names
from robo.flow.problems import did_you_mean
from robo.kit.messages import _
from robo.kit.shelf import Shelf

SENDS = "send_mail"
"""The action by which it is done, whichever robot offers it."""
_EXAMPLE = "notify: [{on: failure, mail: bureau@example.fr}]"


def read_notices(draft: Draft, data: Mapping[str, Any], names: Names, shelf: Shelf) -> tuple[Notice, ...]:
    """The rules, each with the step that sends its mail; what that says is written when the run has ended.

    names: those that are known before the first step.
    """
    rules = data.get("notify")
    if rules is None:
        return ()
    if not isinstance(rules, list):
        draft.fault(("notify",), _("a list of rules is expected here"), _("Write: {example}").format(example=_EXAMPLE))
        return ()
    if SENDS not in shelf.actions:
        draft.fault(("notify",), _("no robot is installed that sends mail"), key=True)
        return ()
    made = (_rule(draft, rule, place, names) for place, rule in enumerate(rules))
    return tuple(one for one in made if one is not None)


def _rule(draft: Draft, rule: Any, place: int, names: Names) -> Notice | None:
    path, before = ("notify", place), draft.count
    table = draft.map(rule, path, _EXAMPLE)
    draft.known_keys(table, path, ("on", "mail", "account"))
    for key in ("on", "mail"):
        if table and table.get(key) in (None, "", []):
            draft.fault(path, _("`{name}` is missing").format(name=key), _("Write: {example}").format(example=_EXAMPLE))
    occasions = draft.texts(table, "on", path)
    for one in occasions:
        if one not in OCCASIONS:
            known = _("one of these is expected: {known}").format(known=", ".join(OCCASIONS))
            draft.fault((*path, "on"), known, did_you_mean(one, OCCASIONS))
    to = draft.value(table.get("mail"), (*path, "mail"), names)
    for one in to if isinstance(to, list) else [to]:
        if isinstance(one, str) and "@" not in one:
            draft.fault((*path, "mail"), _('"{value}" is no mail address').format(value=one))
    if draft.count > before:
        return None
    address = f"notify/{place + 1}"
    draft.places[address] = path
    account = {"account": table["account"]} if table.get("account") else {}
    mark = draft.document.key_mark(path)
    return Notice(occasions, Step(address, f"notify/{SENDS}", mark, SENDS, {"to": to, **account}, table))
