"""What writing back would change, told in a dry run instead of written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robo.kit.change import Cell
from robo.kit.errors import RoboError
from robo.kit.source import Fault, KeyOf, Source
from robo.kit.text import written
from robo.run.steps.course import Course
from robo.run.steps.scope import Row


def would_write(
    course: Course, ledger: str, source: Source, key_of: KeyOf, due: Mapping[str, Mapping[str, Any]]
) -> None:
    """Note the cells, what stands in their way, and the items that the source no longer lists."""
    note = course.journal.note
    try:
        cells: dict[str, list[Cell]] = {}
        for key, cell in source.would_write(due, key_of):
            cells.setdefault(key, []).append(cell)
        rows = {known: Row(entry.values) for entry in source.entries() if (known := key_of(entry)) in due}
    except (RoboError, OSError) as error:
        note("source.written", ledger=ledger, pending=len(due), reason=str(error))
        return
    for key, values in due.items():
        row = rows.get(key)
        if row is None:
            note("source.written", ledger=ledger, key=key, missing=True)
            continue
        mine = cells.get(key, [])
        if mine:
            told = [[cell.place, cell.column, cell.before, cell.after] for cell in mine]
            note("source.planned", ledger=ledger, key=key, cells=told)
        for column, value in values.items():
            held = row.get(column)
            if any(cell.column == column for cell in mine) or _is_empty(held) or _is_empty(value):
                continue
            there = held.reason if isinstance(held, Fault) else written(held)
            if there != written(value):
                note("source.written", ledger=ledger, key=key, conflict=column, there=there)


def _is_empty(value: Any) -> bool:
    return value is None or value == ""
