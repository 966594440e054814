"""Events of the journal in words, for the log and for whoever watches."""

from __future__ import annotations

import json
import re
from typing import Any

from robo.kit.messages import _, ngettext
from robo.kit.text import written
from robo.run.storage.journal import Event
from robo.run.storage.values import unpack
from robo.run.told.states import crossing_word, moment, state_word, verdict_word, why_word


def sentence(event: Event) -> str:
    """An event in words, empty where it says nothing to a person."""
    if event.kind == "step.log" and event.data.get("level") == "warning":
        return _("Warning: {text}").format(text=event.data["text"])
    if event.kind == "source.written":
        return _written(event)
    if event.kind == "source.set_aside":
        return _set_aside(event)
    if event.ledger and event.ledger.startswith("run/") and event.kind.startswith("item."):
        return ""  # the run itself, on its way through the steps outside of any loop
    if event.ledger and event.ledger.startswith("run/") and event.ledger.endswith("/notify"):
        return ""  # how a mail about the end went is an event of its own
    if _is_told_by_the_ending(event):
        return ""
    words = {
        **event.data,
        "key": event.data.get("title") or shown_key(event.key or ""),
        "given": _given(event.data.get("gives")),
    }
    if event.kind.startswith("question."):
        return _question(event)
    words["reason"] = event.data.get("reason") or ""
    words["state"] = state_word(str(event.data.get("state", "")))
    verdict = str(event.data.get("verdict", ""))
    words["verdict"] = crossing_word(verdict) if event.kind == "request" else verdict_word(verdict)
    words["why"] = why_word(str(event.data.get("why", "")))
    if event.kind == "change.made" and event.data.get("by") == "restored":
        return _("{key}: found in the application after a restore: {given}").format_map(_Words(words)).strip(" \u00a0:")
    if event.kind == "row.refused" and event.data.get("title"):
        return _("{title}: refused, {reason}").format_map(_Words(words))
    return _sentences(event.data.get("items", 0)).get(event.kind, "").format_map(_Words(words)).strip(" \u00a0:")


def shown_key(key: str) -> str:
    """The key as a line shows it: of a digest, its beginning."""
    return f"{key[:12]}…" if re.fullmatch("[0-9a-f]{64}", key) else key


def _is_told_by_the_ending(event: Event) -> bool:
    """Whether the item's own ending says the same with the same reason."""
    in_item = bool(event.ledger) and not str(event.ledger).startswith("run/")
    if event.kind == "step.failed":
        return in_item and "then" not in event.data
    return event.kind == "change.not_made" and event.data.get("why") in ("refused", "failed")


def _sentences(items: int) -> dict[str, str]:
    """Each kind's sentence; items: how many a loop has, where it is about one."""
    return {
        "run.submitted": _("Asked for by {by}: {flow}"),
        "run.queued": _("The run waits for its turn again: {reason}"),
        "run.cancelled": _("Cancelled by {by}"),
        "run.began": _("The run begins: {flow}"),
        "run.resumed": _("The run goes on where it stopped: {flow}"),
        "run.ended": _("The run has ended, {state}: {reason}"),
        "run.closing": _("The steps have ended, {state}: {reason}"),
        "run.waits": _("A person must answer: {question} -> {mend}"),
        "lane.ended": _("The robot was ended and starts anew: {reason}"),
        "step.failed": _("{key}: {action} did not work: {reason}"),
        "step.log": "{text}",
        "output.empty": _("The output {name} is empty: {reason}"),
        "item.begun": _("{key}: begun"),
        "item.ended": _("{key}: {state}: {reason}"),
        "item.waits": _("{key}: waits for a person: {reason}"),
        "item.gone": _("{key}: was begun, and is no longer in the source; it was not entered"),
        "row.refused": _("Line {position}: refused, {reason}"),
        "entry.later": _("{title}: left for the next run, {reason}"),
        "change.intended": _("{key}: about to: {summary}"),
        "change.made": _("{key}: made: {given}"),
        "change.not_made": _("{key}: not made: {reason}"),
        "change.in_doubt": _("{key}: in doubt, {reason}"),
        "change.settled": _("{key}: could not be settled, {reason}"),
        "change.decided": _("{key}: a person decided: {verdict}"),
        "change.planned": _("{key}: would: {summary}"),
        "step.unseen": _("{key}: {action} was not rehearsed: {reason}"),
        "step.assumed": _("{key}: “{condition}” rests on what is not known yet: it was taken to be so"),
        "request": _("{key}: {method} {address}: {verdict}, {why}"),
        "loop.began": ngettext("{items} item in {source}", "{items} items in {source}", items),
        "notice.sent": _("The mail about this end was sent ({on})"),
        "notice.failed": _("The mail about this end could not be sent ({on}): {reason}"),
        "loop.stopped": _("The loop stops: {reason}"),
    }


def _given(gives: Any) -> str:
    values = unpack(json.dumps(gives))
    return ", ".join(f"{name} = {written(value)}" for name, value in values.items()) if isinstance(values, dict) else ""


class _Words(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def _question(event: Event) -> str:
    data = event.data
    words = {**data, "until": moment(data.get("until")), "at": moment(data.get("at"))}
    match event.kind, data.get("verdict", data.get("question")):
        case "question.asked", _kind:
            said = _("A person is asked, until {until}: {title}") if words["until"] else _("A person is asked: {title}")
        case "question.overtaken", _kind:
            said = _("What “{title}” showed has changed: the answer of {by} on {at} counts no more")
        case "question.answered", "refused":
            refused = _("“{title}” was refused by {by}")
            said = _("“{title}” was refused by {by}: {remark}") if data["remark"] else refused
        case "question.answered", _verdict if data["question"] == "approve":
            said = _("“{title}” was approved by {by}. {remark}")
        case "question.answered", _verdict:
            said = _("“{title}” was answered by {by}. {remark}")
        case "question.assumed", "approve":
            said = _("“{title}” was taken to be approved")
        case "question.assumed", _kind:
            said = _("“{title}” was taken to be answered with what stands in its form")
        case _:
            return ""
    return said.format_map(words).strip()


def _set_aside(event: Event) -> str:
    if "file" not in event.data:
        return _("what was refused could not be set aside: {reason}").format(reason=event.data.get("reason"))
    return ngettext(
        "{count} entry that was not accepted is in {file}, to be corrected there",
        "{count} entries that were not accepted are in {file}, to be corrected there",
        event.data["count"],
    ).format(count=event.data["count"], file=event.data["file"])


def _written(event: Event) -> str:
    d = event.data
    if "pending" in d:
        return ngettext(
            "{count} result still to be written back: {reason}",
            "{count} results still to be written back: {reason}",
            d["pending"],
        ).format(count=d["pending"], reason=d["reason"])
    if "conflict" in d:
        return _('{key}: column "{column}" already holds {there}, which stays').format(
            key=event.key, column=d["conflict"], there=d["there"]
        )
    if "missing" in d:
        return _("{key}: no longer in the source, so nothing was written back").format(key=event.key)
    count = len(d.get("keys", ()))
    return ngettext(
        "{count} result written back to {target}", "{count} results written back to {target}", count
    ).format(count=count, target=d.get("target"))
