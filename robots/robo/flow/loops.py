"""Loops as they are written: what they go through, what makes an item itself, how a doubt about one is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robo.flow.analysis import walk as nodes
from robo.flow.arguments import check_arguments
from robo.flow.bind import by_parameter
from robo.flow.columns import Columns
from robo.flow.controls import CONTROLS, LOOP
from robo.flow.formula import Formula
from robo.flow.model import AlreadyDone, Loop, Step
from robo.flow.names import POSITION, RESERVED, Group, Names, Node
from robo.flow.nodes import Operation
from robo.flow.problems import did_you_mean
from robo.flow.spot import ReadsSteps, Spot
from robo.flow.text import Path
from robo.kit.messages import _
from robo.kit.source import SourceType
from robo.kit.text import slug

_EXAMPLE = "for_each_row: {in: cases.xlsx, key: row.number, steps: [...]}"
_LOOK_UP = "already_done: {steps: [...], found: 'Case {{ row.number }}', absent: No case found}"


def read_loop(
    reader: ReadsSteps, source: SourceType | None, data: Any, path: Path, address: str, spot: Spot, name: Any
) -> Loop | None:
    """The loop of a `for_each...` step. source: None for `for_each`, which goes through a list."""
    draft = reader.draft
    kind = source.kind if source else "item"
    table = draft.map(data, path, _EXAMPLE if source else "for_each: {in: =names, as: name, steps: [...]}")
    if not table:
        return None
    parameters = tuple(source.parameters) if source else ("in",)
    draft.known_keys(table, path, (*parameters, *LOOP) if source else CONTROLS["for_each"].parameters)
    alias = _alias(reader, table, path, kind)
    names = spot.names.copy()
    written = _source(reader, source, {key: table[key] for key in table if key in parameters}, path, names)
    before = draft.count
    columns: Node = None
    if source and reader.columns and draft.deep and written:
        columns = reader.columns.of(draft, source, written, {key: (*path, key) for key in written})
    names.add(alias, columns)
    reader.loop_columns[address] = columns
    names.add(POSITION, int)
    names.leaky = names.leaky or (draft.count > before)
    key = _key(reader, table, path, names)
    where = draft.condition(table["where"], (*path, "where"), names) if "where" in table else None
    item = names.copy()
    prepare, again = _prepare(reader, table, path, address, names)
    steps = _steps(reader, table, path, address, Spot(item, f"{address}/each/", in_loop=True))
    look_up = None
    if "already_done" in table:
        at = (*path, "already_done")
        look_up = read_already_done(reader, table["already_done"], at, f"{address}/already_done", names)
    if look_up:
        for one in look_up.steps:
            _add_bound(reader, one, item)
    can_be_written = source is not None and source.writes_back
    write_back = _write_back(reader, table, path, item, columns if can_be_written else None)
    if write_back and not can_be_written:
        draft.fault(
            (*path, "write_back"),
            _("`for_each` goes through a list: nothing can be written back to it")
            if source is None
            else _("nothing can be written back into what `{loop}` goes through").format(loop=source.name),
            "" if source is None else _("Keep results in a register: append_row"),
            key=True,
        )
    if isinstance(columns, Group) and columns.asked:
        Columns.cannot_be_read(draft, columns.unread, {key: (*path, key) for key in written}, columns.asked)
    return Loop(
        name=_name(reader, name, path, kind),
        flow=reader.flow,
        kind=kind,
        alias=alias,
        source=written,
        steps=steps,
        key=key,
        once=draft.choice(table, "once", path, ("for_ever", "run"), "for_ever"),
        where=where,
        limit=_limit(reader, table, path, spot.names),
        max_errors=draft.whole(table, "max_errors", path),
        on_error=draft.choice(table, "on_error", path, ("next", "stop"), "next"),
        prepare=prepare,
        prepare_again=again,
        already_done=look_up,
        write_back=write_back,
    )


def _alias(reader: ReadsSteps, table: Mapping[str, Any], path: Path, kind: str) -> str:
    if "as" not in table:
        return kind
    return reader.draft.name(table["as"], (*path, "as")) or kind


def _name(reader: ReadsSteps, name: Any, path: Path, kind: str) -> str:
    """The loop's part of its ledger's name."""
    return (slug(name) if isinstance(name, str) and "{{" not in name else "") or kind


def _source(
    reader: ReadsSteps, source: SourceType | None, table: dict[str, Any], path: Path, names: Names
) -> dict[str, Any]:
    draft = reader.draft
    before = draft.count
    written = {key: draft.value(value, (*path, key), names) for key, value in table.items()}
    if source:
        if draft.count == before:
            check_arguments(
                draft, source, by_parameter(source, written) or {}, {k: (*path, k) for k in written} or {"": path}, path
            )
    elif "in" not in written:
        draft.fault(path, _("`in` is missing: what the loop goes through"), key=True)
    elif not isinstance(table["in"], list) and not isinstance(written["in"], Formula):
        draft.fault(
            (*path, "in"),
            _("a list is expected here, or a formula"),
            _("Write: {example}").format(example="in: =names"),
        )
    return written if draft.count == before else {}


def _key(reader: ReadsSteps, table: Mapping[str, Any], path: Path, names: Names) -> tuple[Formula, ...]:
    draft = reader.draft
    if "key" not in table:
        return ()
    given, at = table["key"], (*path, "key")
    parts = [(one, (*at, place)) for place, one in enumerate(given)] if isinstance(given, list) else [(given, at)]
    if not parts:
        draft.fault(at, _("the key is empty"))
    made = []
    for part, where in parts:
        before = draft.count
        formula = draft.condition(part, where, names)
        if formula is None:
            continue
        if any(isinstance(node, Operation) and node.sign == "~" for node in nodes(formula.tree)):
            draft.fault(
                where,
                _('a key may not be joined with ~: "1" ~ "23" would be "12" ~ "3"'),
                _("Write its parts as a list: key: [{parts}]").format(
                    parts=", ".join(one.strip() for one in str(part).split("~"))
                ),
            )
        if draft.count == before:
            made.append(formula)
    return tuple(made)


def _limit(reader: ReadsSteps, table: Mapping[str, Any], path: Path, names: Names) -> Any:
    made = reader.draft.value(table.get("limit"), (*path, "limit"), names)
    return made if isinstance(made, Formula) else reader.draft.whole(table, "limit", path)


def _prepare(
    reader: ReadsSteps, table: Mapping[str, Any], path: Path, address: str, names: Names
) -> tuple[tuple[Step, ...], bool]:
    """`prepare: [steps]`, or `{again: no, steps: [...]}` for a site that forgets."""
    if "prepare" not in table:
        return (), True
    given, at = table["prepare"], (*path, "prepare")
    again = True
    if isinstance(given, dict):
        again = reader.draft.yes_no(given, "again", at, True)
        reader.draft.known_keys(given, at, ("again", "steps"))
        given, at = given.get("steps"), (*at, "steps")
    outside = names.copy()
    outside.known.pop(POSITION, None)
    spot = Spot(outside, f"{address}/prepare/", aside="prepare/")
    return reader.steps(given, at, spot), again


def _steps(reader: ReadsSteps, table: Mapping[str, Any], path: Path, address: str, spot: Spot) -> tuple[Step, ...]:
    if "steps" in table:
        return reader.steps(table["steps"], (*path, "steps"), spot)
    reader.draft.fault(path, _("`steps` are missing: what is done with each item"), key=True)
    return ()


def read_already_done(reader: ReadsSteps, data: Any, path: Path, address: str, names: Names) -> AlreadyDone | None:
    """How a doubt is looked up; names: those known when an item is taken up again."""
    draft = reader.draft
    table = draft.map(data, path, _LOOK_UP)
    if not table:
        return None
    draft.known_keys(table, path, ("steps", "found", "absent", "ask"))
    for key in ("steps", "found"):
        if key not in table:
            draft.fault(
                path, _("`{name}` is missing in `{step}`").format(name=key, step="already_done"), _LOOK_UP, key=True
            )
            return None
    spot = Spot(names.copy(), f"{address}/", aside="already_done/", in_loop=False)
    steps = reader.steps(table["steps"], (*path, "steps"), spot)
    absent, seen, at = table.get("absent"), None, (*path, "absent")
    if isinstance(absent, dict):
        draft.known_keys(absent, at, ("missing", "seen"))
        if {"missing", "seen"} - set(absent):
            draft.fault(at, _("`absent` takes a text, or both `missing` and `seen`"), key=True)
        seen = draft.template(absent["seen"], (*at, "seen"), names) if "seen" in absent else None
        absent, at = absent.get("missing"), (*at, "missing")
    found = draft.template(table["found"], (*path, "found"), names)
    if found is None:
        return None
    return AlreadyDone(
        steps=steps,
        found=found,
        absent=draft.template(absent, at, names) if absent is not None else None,
        seen=seen,
        ask=draft.choice(table, "ask", path, ("doubt", "always"), "doubt"),
    )


def _add_bound(reader: ReadsSteps, step: Step, names: Names) -> None:
    """What a look-up reads is known to `write_back`."""
    for name in bound(reader, step):
        if name not in names.known and name not in RESERVED:
            names.add(name)


def bound(reader: ReadsSteps, step: Step) -> tuple[str, ...]:
    """The names that the step's action makes known by reading."""
    action = reader.shelf.actions.get(step.action)
    binds = action.manners.binds if action else None
    value = step.arguments.get(binds) if binds else None
    return tuple(str(key) for key in value) if isinstance(value, Mapping) else ()


def _write_back(
    reader: ReadsSteps, table: Mapping[str, Any], path: Path, names: Names, columns: Node
) -> dict[str, Any]:
    """{column: value}; each column must be in the source."""
    if "write_back" not in table:
        return {}
    at = (*path, "write_back")
    block = reader.draft.map(table["write_back"], at, "write_back: {Reference: =reference}")
    made: dict[str, Any] = reader.draft.value(block, at, names)
    if isinstance(columns, Group):
        for column in block:
            _column_exists(reader, column, (*at, column), columns)
    return made


def _column_exists(reader: ReadsSteps, column: str, path: Path, columns: Group) -> None:
    if column in columns.members:
        return
    if columns.unread:
        columns.asked.append(column)
        return
    headers = columns.headers
    reader.draft.fault(
        path,
        _('there is no column "{column}"').format(column=column),
        did_you_mean(column, headers)
        or _("Known are: {known}  ({title})").format(known=", ".join(headers), title=columns.title),
        key=True,
    )
