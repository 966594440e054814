"""Adding rows to a register: each once, told apart by its key. What that needs loads when it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from robo.kit.action import action
from robo.kit.change import CannotTell, Change, Changing, Done, Intent, NotDone, NotKnownYet, Settled
from robo.kit.errors import FaultyFlow, Refused, RoboError
from robo.kit.folders import Destination
from robo.kit.hints import Alone
from robo.kit.messages import _
from robo.kit.outlook import outlook
from robo.kit.text import key_text, plain, written
from robo.kit.types import Text, Value


def was_appended(intent: Intent) -> Settled[int]:
    """Whether the register has a row with this key."""
    import json

    from robo.workbook.appending import Register

    path, sheet, key, header_row = intent.change.same_as
    register = Register(Path(str(path)), None if sheet is None else str(sheet), int(str(header_row)))
    try:
        row = register.row_of(json.loads(str(key)))
    except RoboError as error:
        return CannotTell(str(error))
    return NotDone(_("{name} has no such row").format(name=register.path.name)) if row is None else Done(row)


@action(settle=was_appended, late=0)
def append_row(
    workbook: Destination,
    key: Annotated[tuple[Text, ...], Alone()],
    values: dict[str, Value],
    sheet: Text | None = None,
    header_row: int = 1,
) -> Changing[int]:
    """Add a row below the last one of a sheet, unless a row with its key is there.

    workbook: an .xlsx in a declared folder; where there is none yet, it is made with these columns
    key: the column, or columns, by which the row is known again
    values: column to value
    sheet: the name on the tab; may be left out where the workbook shows only one
    header_row: the line of the headers, 1 unless said

    - append_row:
        workbook: classement/registre.xlsx
        key: Empreinte
        values: {Fichier: =file.name, Empreinte: =file.sha256}
    """
    import json

    from robo.workbook.appending import Register

    texts = _key(key, values)
    register = Register(workbook, sheet, header_row)
    row = register.row_of(texts)
    if row is not None:
        return row
    evidence = (str(workbook), sheet, json.dumps(texts, ensure_ascii=False), header_row)
    promised = outlook().promised(str(workbook), sheet)
    foreseen = any(isinstance(values[name], NotKnownYet) for name in key)
    already = [one.gives for one in promised if one.same_as == evidence and not foreseen]
    if already:
        return int(already[0])
    plan = register.plan(values, len(promised))
    yield Change(
        _("add row {row} to {name}").format(row=plan.row, name=register.shown),
        same_as=evidence,
        preview=dict(values),
        gives=plan.row,
        cells=plan.cells,
        remarks=plan.remarks,
    )
    return register.append(texts, values)


def _key(named: tuple[str, ...], values: dict[str, Value]) -> dict[str, list[str]]:
    """The columns of the key, each with the texts by which its value is known again."""
    texts: dict[str, list[str]] = {}
    for name in named:
        if name not in values:
            raise FaultyFlow(_("the key is the column {name}, which is not among the values").format(name=name))
        texts[name] = texts_of(values[name])
        if not any(texts[name]):
            raise Refused(_("the key {name} is empty").format(name=name))
    return texts


def texts_of(value: Any) -> list[str]:
    """How the value may stand in a cell, as text."""
    try:
        return sorted({key_text(value), plain(written(value))})
    except ValueError as error:
        raise Refused(str(error)) from error
