"""What may stand under each word of the language itself, as JSON Schema, with what an editor says of the word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robo.flow import controls
from robo.flow.clock import TIME
from robo.flow.inputs import READERS
from robo.flow.settings import LEAST_PRIORITY
from robo.kit.hints import shape_of
from robo.kit.messages import _
from robo.kit.shape import JsonSchema
from robo.kit.types import DURATION

FORMULA = r"^=|\{\{"
"""A text that is a formula, or holds one."""
ANY: JsonSchema = {}
TEXT: JsonSchema = {"type": ["number", "string"]}
TEXTS: JsonSchema = {"type": ["array", "number", "string"], "items": TEXT}
NAME: JsonSchema = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
CONDITION: JsonSchema = {"type": ["boolean", "number", "string"]}
SECONDS: JsonSchema = {"type": "string", "pattern": DURATION}
WHOLE: JsonSchema = {"type": "integer", "minimum": 1}
YES_NO: JsonSchema = shape_of(bool).schema()
STEP: JsonSchema = {"$ref": "#/$defs/step"}
STEPS: JsonSchema = {"type": "array", "minItems": 1, "items": STEP}
LOOK_UP: JsonSchema = {"$ref": "#/$defs/look_up"}
Words = Mapping[str, JsonSchema]


def group(words: Words, required: tuple[str, ...] = (), others: JsonSchema | None = None) -> JsonSchema:
    """A group of these names; others: what further names hold, none are allowed without it."""
    made: JsonSchema = {"type": "object", "properties": dict(words)}
    made["additionalProperties"] = False if others is None else others
    return made | ({"required": list(required)} if required else {})


def said(schema: Mapping[str, Any], text: str) -> JsonSchema:
    """The schema with what an editor says of it."""
    return {**schema, "description": text} if text else dict(schema)


def only(names: list[str], beside: str) -> JsonSchema:
    """No other names than these may stand beside that word."""
    return {"enum": names, "errorMessage": _("this cannot stand beside `{action}`").format(action=beside)}


def top() -> Words:
    """The keys of a file."""
    return {
        "robo": said({"const": 1}, _("the version of the language: 1")),
        "name": said(TEXT, _("what people call the flow")),
        "about": said(TEXT, _("what it is for")),
        "owner": said(TEXT, _("who answers for it")),
        "tags": said(TEXTS, _("words to find it by")),
        "gain": said(_gain(), _("the work it saves: minutes_per_item, item, measured_on")),
        "inputs": said(group({}, others=_input()), _("what a run is given: name and type")),
        "secrets": said(TEXTS, _("names of passwords that formulas may use as secrets.NAME")),
        "settings": said(group(settings()), _("how it is run: its site, how long, which runs at once")),
        "vars": said(group({}, others=ANY), _("values computed once, at the start: vars.NAME")),
        "steps": said(STEPS, _("what the flow does")),
        "on_error": said(STEPS, _("steps for the end of a run that has failed")),
        "finally": said(STEPS, _("steps for the end of every run")),
        "outputs": said(group({}, others=ANY), _("what it gives: name and value")),
        "notify": said({"type": "array", "items": _notice()}, _("who is written to when a run has ended")),
        "schedule": said({"type": "array", "items": _entry()}, _("when the service runs it by itself")),
    }


def _notice() -> JsonSchema:
    occasion = {"enum": list(controls.OCCASIONS)}
    words = {
        "on": said({"anyOf": [occasion, {"type": "array", "items": occasion}]}, _("at which ends")),
        "mail": said(TEXTS, _("the address, or several")),
        "account": said(TEXT, _("which [mail.NAME] of robo.toml sends it")),
    }
    return group(words, ("on", "mail"))


def _entry() -> JsonSchema:
    """One entry of `schedule`."""
    words: Words = {
        "every": said({"type": "string"}, _("weekday at 07:30, monday at 6:00, 15 minutes, last day of month at 8:00")),
        "cron": said({"type": "string"}, _("five fields: minute, hour, day of the month, month, weekday (1: Monday)")),
        "at": said({"type": "string"}, _("a day and a time: 2026-12-01 08:00")),
        "when_file": said({"type": "string"}, _("files that arrive below a declared folder: arrivee/*.pdf")),
        "after": said({"type": "string"}, _("another flow, once a run of it has ended well")),
        "timezone": said({"type": "string"}, _("of whose clock; by default that of the workspace")),
        "skip_holidays": said(YES_NO, _("whether it rests on public holidays")),
        "between": said({"type": "string"}, _("two times of day: 07:00-19:00")),
        "if_missed": said({"enum": ["run_once", "skip", "all"]}, _("what follows when nobody was there at that time")),
        "if_running": said({"enum": ["skip", "wait"]}, _("what follows when the flow is still running")),
        "inputs": said(group({}, others=ANY), _("what the run is given: name and value")),
        "dry_run": said(YES_NO, _("whether it is only rehearsed")),
    }
    rules: list[JsonSchema] = [
        {"if": {"required": [one]}, "then": {"propertyNames": only([one, *beside], one)}}
        for one, beside in controls.WHEN.items()
    ]
    silent = {
        "if": {"propertyNames": {"enum": [word for word in words if word not in controls.WHEN]}},
        "then": {"type": "string", "errorMessage": _("this entry does not say when")},
    }
    return {**group(words), "allOf": [*rules, silent]}


def settings() -> Words:
    """What stands under `settings`."""
    return {
        "site": said(TEXT, _("a site of robo.toml, or an address")),
        "screenshots": said(
            {"enum": ["never", "on_error", "each_row", "always"]}, _("when a picture of the page is kept")
        ),
        "step_timeout": said(SECONDS, _("how long a step may take: 10s, 2m, 1h")),
        "locale": said({"enum": ["fr", "en", "fr-FR", "en-GB", "en-US"]}, _("how numbers and dates are written")),
        "allow_hosts": said(TEXTS, _("further hosts that pages may reach")),
        **_service_settings(),
    }


def _service_settings() -> Words:
    retry = group({"times": WHOLE, "wait": SECONDS}, ("times",))
    return {
        "priority": said({"type": "integer", "minimum": LEAST_PRIORITY}, _("whose runs go first: the higher number")),
        "limit": said(WHOLE, _("runs of this flow at once")),
        "locks": said(TEXTS, _("names that only one run may hold at a time")),
        "timeout": said(SECONDS, _("how long a run may take: 30m, 2h")),
        "deadline": said({"type": "string", "pattern": f"^{TIME}$"}, _("the time of day at which it is ended: 06:30")),
        "retry": said(
            {**retry, "type": ["integer", "object"], "minimum": 1}, _("how often a failed run is resumed by itself")
        ),
        "second_person": said(YES_NO, _("whether who asks for a run may not approve in it")),
    }


def modifiers() -> Words:
    """What may stand beside an action."""
    recovery = {"type": ["array", "string"], "items": STEP, "pattern": "^(stop|continue|next)$"}
    retry = {"times": WHOLE, "wait": SECONDS, "grow": {"type": "number", "minimum": 1}}
    return {
        "name": said(TEXT, _("a title; of a loop with a key, the last part of its ledger's name")),
        "if": said(CONDITION, _("an expression; the step is left out where it does not hold")),
        "else": said(STEPS, _("steps to do instead")),
        "save": said(NAME, _("the name under which formulas find what the action returned")),
        "retry": said(
            {**group(retry, ("times",)), "type": ["integer", "object"], "minimum": 1},
            _("how often what failed is tried again: 3, or times, wait and grow"),
        ),
        "timeout": said(SECONDS, _("how long the step may take: 10s, 2m, 1h")),
        "on_error": said(recovery, _("stop, continue, next (the next item), or a list of steps")),
        "dry_run": said({"enum": ["run", "skip"]}, _("whether a dry run does the step or leaves it out")),
    }


def loop() -> Words:
    """What a loop takes beside what its source takes."""
    prepare = group({"again": YES_NO, "steps": STEPS}, ("steps",))
    return {
        "as": said(NAME, _("the name of the entry in formulas")),
        "key": said(
            {"type": ["array", "boolean", "number", "string"], "items": CONDITION, "minItems": 1},
            _("what makes an item itself, for ever; needed around any change"),
        ),
        "once": said({"enum": ["for_ever", "run"]}, _("whether items are remembered for ever, or for this run alone")),
        "where": said(CONDITION, _("which entries count at all")),
        "limit": said({"type": ["integer", "string"], "pattern": FORMULA, "minimum": 1}, _("items begun at most")),
        "max_errors": said(WHOLE, _("more refused and failed items than that end the run")),
        "on_error": said({"enum": ["next", "stop"]}, _("what follows an item that did not work")),
        "prepare": said(
            {**STEPS, **prepare, "type": ["array", "object"]},
            _("steps that lead to the form, when a lane starts and after a failure"),
        ),
        "steps": said(STEPS, _("what is done with each item")),
        "already_done": said(LOOK_UP, _("asks the application about an item in doubt")),
        "write_back": said(group({}, others=ANY), _("column and value, written into the source when the item is done")),
    }


def look_up() -> JsonSchema:
    """What stands under `already_done`."""
    absent = {**group({"missing": TEXT, "seen": TEXT}, ("missing", "seen")), "type": ["number", "object", "string"]}
    return group(
        {
            "steps": said(STEPS, _("what leads to where the item would be seen")),
            "found": said(TEXT, _("the text that proves that it was entered")),
            "absent": said(absent, _("the text that proves that it was not; or missing and seen")),
            "ask": said({"enum": ["doubt", "always"]}, _("always: before each item too")),
        },
        ("steps", "found"),
    )


EXAMPLES: Mapping[str, str] = {
    "set": "- set: {par_mois: =row.montant / 12}",
    "log": '- log: "{{ row.numero }} : {{ row.montant|euros }}"',
    "stop": "- {if: rows.refused > 0, stop: {reason: des lignes sont à corriger, as: failed}}",
    "skip": '- {if: row.urgent == "oui", skip: à traiter à la main}',
    "group": '- {if: row.urgent == "oui", group: [log: demande urgente, set: {delai: 2}]}',
    "repeat": '- repeat: {until: not shows("Page suivante"), steps: [click: Page suivante]}',
    "run": "- run: {flow: saisie, with: {combien: 10}}",
    "ask": "- {ask: {title: Quel est le taux du mois ?, form: {taux: decimal}}, save: reponse}",
    "approve": "- {approve: {title: Confirmer les demandes saisies, show: demandes.xlsx, wait: 3d}, save: accord}",
    "for_each": "- for_each: {in: [Association, Entreprise], as: type, steps: [log: =type]}",
}
"""Each of the engine's own steps as a flow writes it."""


def control(name: str) -> tuple[Words, str]:
    """The parameters of one of the engine's own steps, and what it does."""
    flow = {"type": "string"}
    words: Mapping[str, tuple[Words, str]] = {
        "set": ({}, _("Make names known.")),
        "log": (
            {"text": said(TEXT, _("what is written")), "level": {"enum": list(controls.LEVELS)}},
            _("Write a line into the run's log."),
        ),
        "stop": ({"reason": said(TEXT, _("why")), "as": {"enum": list(controls.ENDINGS)}}, _("End the run.")),
        "skip": ({"reason": said(TEXT, _("why"))}, _("Leave this item out; the next run looks at it afresh.")),
        "group": ({"steps": STEPS}, _("Steps together, for one `if` or `on_error`.")),
        "repeat": (
            {
                "until": said(CONDITION, _("asked before each round, the first one too")),
                "max": said(WHOLE, _("rounds at most (100), then the step fails")),
                "every": said(SECONDS, _("the time between two rounds")),
                "steps": STEPS,
            },
            _("Do the steps until an expression holds."),
        ),
        "run": (
            {
                "flow": said(flow, _("its name under flows/")),
                "with": said(group({}, others=ANY), _("its inputs: name and value")),
            },
            _("Do the steps of another flow."),
        ),
        "ask": (_question(), _("Ask a person; the run waits for the answer, and no process with it.")),
        "approve": (_question(), _("Let a person approve what comes next; the run waits for it.")),
        "for_each": (
            {"in": said({"type": ["array", "string"]}, _("a list, or a formula")), **loop()},
            _("Go through a list."),
        ),
    }
    return words[name]


def _gain() -> JsonSchema:
    return group({"minutes_per_item": {"type": "number", "minimum": 0}, "item": TEXT, "measured_on": TEXT})


def _question() -> Words:
    return {
        "title": said(TEXT, _("what is asked")),
        "show": said(ANY, _("what the answer is about: values, texts, files; where it changes, it is asked again")),
        "by": said(TEXTS, _("the accounts that may answer; everybody where nothing is said")),
        "wait": said(SECONDS, _("how long an answer is waited for: 4h, 3d; then the run fails")),
        "form": said(group({}, others=_input()), _("what is to be entered: name and type, as under `inputs`")),
    }


def _input() -> JsonSchema:
    kinds = {"enum": list(READERS)}
    words: Words = {
        "type": said(kinds, _("what is given: a text, a date, a file ...")),
        "label": said(TEXT, _("what the form calls it")),
        "help": said(TEXT, _("what the form says of it")),
        "default": said(ANY, _("what is taken where nothing is given; may be a formula")),
        "required": said(YES_NO, _("whether it must be given")),
        "choices": said(TEXTS, _("what one may choose from")),
        "min": said(ANY, _("the least value")),
        "max": said(ANY, _("the greatest value")),
        "pattern": said(TEXT, _("a pattern that a text must fit")),
        "accept": said(TEXTS, _("the endings that a file may have: .xlsx")),
        "example": said(ANY, _("a value, to show how it is written")),
    }
    return {"if": {"type": "string"}, "then": kinds, "else": group(words)}
