"""`schedule:`, read into triggers; and `quick`, which reads no more of a file than when its flow is run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from pathlib import Path as File
from typing import Any

from robo.flow.calls import check_given
from robo.flow.clock import time_in, zone_fault
from robo.flow.controls import WHEN, WHEN_LATER
from robo.flow.cron import cron_of
from robo.flow.draft import Draft
from robo.flow.files import find_called, path_of, shown
from robo.flow.folders import check_pattern
from robo.flow.formula import evaluate
from robo.flow.model import Input, Settings
from robo.flow.names import Names
from robo.flow.phrases import rule_of
from robo.flow.problems import FaultyFile, did_you_mean
from robo.flow.settings import read_settings
from robo.flow.text import Document, Path, read_file, read_text
from robo.flow.trigger import After, Arrival, Monthly, Once, Rule, Trigger, Weekly
from robo.flow.words import Unreadable
from robo.flow.workspace import Workspace
from robo.kit.data import dataclass
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _
from robo.kit.text import day_in

_EXAMPLE = "schedule: [{every: weekday at 07:30}]"
_KNOWN = {*WHEN, *(option for options in WHEN.values() for option in options)}


@dataclass(frozen=True)
class Head:
    """What the service must know of a flow before it is run. path: below `flows/`; name: as people call it."""

    path: str
    name: str
    settings: Settings
    schedule: tuple[Trigger, ...]


def quick(file: File, workspace: Workspace) -> Head:
    """Name, settings and schedule of a flow. The rest of the file is not looked at: that is for its check.

    Raises FaultyFile for what is wrong with these, FaultyFlow for a file that cannot be read.
    """
    return _head(file, workspace, follow=True)


def head_of(text: str, file: File, workspace: Workspace) -> Head:
    """The same of a text that was kept. file: where it stood. Raises FaultyFile."""
    return _read(read_text(text, shown(file, workspace)), file, workspace, None)


def _head(file: File, workspace: Workspace, follow: bool) -> Head:
    return _read(_document(file, workspace), file, workspace, path_of(file, workspace) if follow else None)


def _read(document: Document, file: File, workspace: Workspace, follow: str | None) -> Head:
    """follow: the path of the flow, where the flows after which it comes are followed too."""
    draft = Draft(document)
    data = draft.map(document.data, (), "robo: 1")
    path = path_of(file, workspace)
    head = Head(
        path=path,
        name=draft.text(data, "name", ()) or path,
        settings=read_settings(draft, data, workspace.language),
        schedule=read_schedule(draft, data, None, workspace, follow),
    )
    if document.problems:
        raise FaultyFile(document.problems, {document.file: document.text})
    return head


_WANTED = re.compile(r"(name|settings|schedule)[ \t]*:")
_PLAIN_KEY = re.compile(r"[A-Za-z_]+[ \t]*:(?:\s|$)")


def _document(file: File, workspace: Workspace) -> Document:
    """The file with all other lines left empty, so that what is read keeps its place; whole where it is unusual."""
    called = shown(file, workspace)
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return read_file(file, called)  # which says what is wrong with it
    kept, wanted = [], False
    for line in text.splitlines(keepends=True):
        if line[0] not in " \t-#\r\n":
            if not _PLAIN_KEY.match(line):
                return read_text(text, called)
            wanted = _WANTED.match(line) is not None
        kept.append(line if wanted else "\n")
    document = read_text("".join(kept), called)
    document.data = document.data or {}
    return document


def read_schedule(
    draft: Draft, data: Mapping[str, Any], inputs: Iterable[Input] | None, workspace: Workspace, path: str | None
) -> tuple[Trigger, ...]:
    """The triggers of a flow.

    inputs: what it asks for, None where that is not looked at. path: of the flow, so that no flow is after itself;
    None where that is not looked at.
    """
    entries = data.get("schedule")
    if entries is None:
        return ()
    if not isinstance(entries, list):
        draft.fault(("schedule",), _("a list of times is expected here"), _write(_EXAMPLE))
        return ()
    reader = _Reader(draft, inputs, workspace, path)
    made = (reader.entry(entry, ("schedule", place)) for place, entry in enumerate(entries))
    return tuple(one for one in made if one is not None)


class _Reader:
    def __init__(self, draft: Draft, inputs: Iterable[Input] | None, workspace: Workspace, path: str | None) -> None:
        self.draft, self.workspace, self.path = draft, workspace, path
        self.inputs = None if inputs is None else tuple(inputs)
        self.names: Counter[str] = Counter()

    def entry(self, given: Any, path: Path) -> Trigger | None:
        draft, before = self.draft, self.draft.count
        table = draft.map(given, path, "- every: weekday at 07:30")
        kind = self._kind(table, path) if draft.count == before else None
        if kind is None:
            return None
        if torn := [key for key, value in table.items() if value is None and key not in _KNOWN]:
            whole = ("," if kind == "cron" else ", ").join([str(table[kind]), *torn])
            said = _("inside {{ }} a value with a comma must be in quotes").format()
            draft.fault((*path, kind), said, _write(f'{kind}: "{whole}"'))
            return None
        self._beside(table, kind, path)
        rule = self._rule(kind, table[kind], (*path, kind))
        options: dict[str, Any] = {
            "timezone": self._timezone(table, path),
            "holidays": self.workspace.holidays,
            "skip_holidays": draft.yes_no(table, "skip_holidays", path, False),
            "between": self._between(table, (*path, "between"), rule),
            "if_missed": draft.choice(table, "if_missed", path, ("run_once", "skip", "all"), "run_once"),
            "if_running": draft.choice(
                table, "if_running", path, ("skip", "wait"), "wait" if kind in ("when_file", "after") else "skip"
            ),
            "inputs": self._inputs(table, path, kind),
            "dry_run": draft.yes_no(table, "dry_run", path, False),
        }
        if rule is None or draft.count > before:
            return None
        written = " ".join(str(table[kind]).split())
        return Trigger(self._name(kind, rule, written), rule, written, **options)

    def _kind(self, table: Mapping[str, Any], path: Path) -> str | None:
        """The word that says when; noted where there is none, or one that comes later."""
        for one in WHEN_LATER:
            if one in table:
                self.draft.later((*path, one), one)
                return None
        found = next((one for one in table if one in WHEN), None)
        if found is None:
            near = [mend for key in table if (mend := did_you_mean(key, WHEN))]
            said = _("this entry does not say when: it needs one of {known}").format(known=", ".join(WHEN))
            self.draft.fault(path, said, near[0] if near else _write("- every: weekday at 07:30"))
        return found

    def _beside(self, table: Mapping[str, Any], kind: str, path: Path) -> None:
        """Refuse what does not belong to it: another time, an option of other times, an unknown word."""
        known = (kind, *WHEN[kind])
        elsewhere = _KNOWN - {*known, *WHEN}
        for key in table:
            if key in WHEN and key != kind:
                said = _("`{other}` stands beside `{kind}`: each is an entry of its own").format(other=key, kind=kind)
                self.draft.fault((*path, key), said, _write(f"- {key}: ..."), key=True)
            elif key in elsewhere:
                said = _("`{option}` means nothing beside `{kind}`").format(option=key, kind=kind)
                self.draft.fault((*path, key), said, key=True)
        rest = {key: value for key, value in table.items() if key not in elsewhere and key not in WHEN}
        self.draft.known_keys(rest, path, known)

    def _rule(self, kind: str, value: Any, path: Path) -> Rule | None:
        if not isinstance(value, str) or not value.strip():
            self.draft.fault(path, _("a text is expected here"), _write(f"{kind}: {_SHOWN[kind]}"))
            return None
        try:
            match kind:
                case "every":
                    return rule_of(value)
                case "cron":
                    return cron_of(value)
                case "at":
                    return _once(value)
                case "when_file":
                    return self._arrival(value, path)
            return self._after(value, path)
        except Unreadable as fault:
            self.draft.unreadable(path, fault)
            return None

    def _arrival(self, pattern: str, path: Path) -> Arrival:
        if self.draft.deep:
            check_pattern(self.draft, pattern, path, self.workspace)
        return Arrival(pattern)

    def _after(self, name: str, path: Path) -> After | None:
        if not self.draft.deep:
            return After(name)
        try:
            file = find_called(name, self.workspace)
        except FaultyFlow as error:
            self.draft.fault(path, str(error))
            return None
        other = path_of(file, self.workspace)
        way = self._way_back(other, (other,)) if self.path else None
        if way:
            circle = " → ".join((*reversed(way), way[-1]))
            self.draft.fault(path, _("a flow may not be run after itself: {way}").format(way=circle))
        return After(other)

    def _way_back(self, flow: str, way: tuple[str, ...]) -> tuple[str, ...] | None:
        """From a flow back to this one by what it is run after; None where none leads there."""
        if flow == self.path:
            return way
        try:
            schedule = _head(find_called(flow, self.workspace), self.workspace, follow=False).schedule
        except FaultyFlow:
            return None  # told where it stands
        before = [one.rule.flow for one in schedule if isinstance(one.rule, After) and one.rule.flow not in way]
        return next((found for one in before if (found := self._way_back(one, (*way, one)))), None)

    def _timezone(self, table: Mapping[str, Any], path: Path) -> str:
        name = self.draft.text(table, "timezone", path)
        fault = zone_fault(name) if name and self.draft.deep else None
        if fault:
            self.draft.fault((*path, "timezone"), *fault)
        return name or self.workspace.timezone

    def _between(self, table: Mapping[str, Any], path: Path, rule: Rule | None) -> tuple[time, time] | None:
        value = table.get("between")
        if value is None:
            return None
        parts = [time_in(part) for part in str(value).split("-")]
        if len(parts) != 2 or parts[0] is None or parts[1] is None or parts[0] == parts[1]:
            self.draft.fault(path, _("two times of day are expected here"), _write("07:00-19:00"))
            return None
        if isinstance(rule, Weekly | Monthly) and not is_between(rule.at, (parts[0], parts[1])):
            said = _("it is never run: {time} does not lie between them").format(time=f"{rule.at:%H:%M}")
            self.draft.fault(path, said)
        return parts[0], parts[1]

    def _inputs(self, table: Mapping[str, Any], path: Path, kind: str) -> Mapping[str, Any]:
        names = Names({"file": str} if kind == "when_file" else {})
        inner = (*path, "inputs")
        block = self.draft.map(table["inputs"], inner, "inputs: {mois: last_month}") if table.get("inputs") else {}
        given = {key: self.draft.value(value, (*inner, key), names) for key, value in block.items()}
        if self.inputs is None:
            return given
        for one in check_given(self.draft, self.inputs, given, inner, names):
            said = _('"{name}" is missing: the flow asks for it, and nobody is there to answer').format(name=one.name)
            self.draft.fault(path, said, _("Write below it: inputs: {{{name}: ...}}").format(name=one.name), key=True)
        for one in self.inputs:
            if one.type == "secret" and (one.required or one.name in given):
                said = _('"{name}" is a password: a schedule gives none').format(name=one.name)
                mend = _("Write secrets: [{name}] at the top of the flow, or sign in by `login`").format(name=one.name)
                self.draft.fault((*inner, one.name) if one.name in given else path, said, mend, key=True)
        return given

    def _name(self, kind: str, rule: Rule, written: str) -> str:
        shown = rule.flow if isinstance(rule, After) else written
        name = f"{kind} {shown if kind in ('when_file', 'after') else shown.lower()}"
        self.names[name] += 1
        return name if self.names[name] == 1 else f"{name} ({self.names[name]})"


_SHOWN: Mapping[str, str] = {
    "every": "weekday at 07:30",
    "cron": "30 7 * * mon-fri",
    "at": "2026-12-01 08:00",
    "when_file": "arrivee/*.pdf",
    "after": "commun/extraire",
}


def _once(text: str) -> Once:
    day, _blank, hour = text.strip().replace("T", " ").partition(" ")
    date, at = day_in(day), time_in(hour)
    if date is None or at is None:
        said = _("a day and a time are expected here")
        raise Unreadable(said, 0, len(text), _write("2026-12-01 08:00"))
    return Once(datetime.combine(date, at))


def is_between(at: time, bounds: tuple[time, time] | None) -> bool:
    """Whether a time of day lies between the two, both included; the second may be the smaller one, over midnight."""
    if bounds is None:
        return True
    first, last = bounds
    return first <= at <= last if first <= last else at >= first or at <= last


def given_by(trigger: Trigger, now: datetime, file: str | None = None) -> dict[str, Any]:
    """The inputs that a trigger gives, evaluated. now: on its own clock, without zone; file: the one that has arrived,
    from the workspace's root. Raises Refused."""
    scope = {"today": now.date, "now": lambda: now.replace(microsecond=0), "file": file}
    return {name: evaluate(value, scope) for name, value in trigger.inputs.items()}


def _write(example: str) -> str:
    return _("Write: {example}").format(example=example)
