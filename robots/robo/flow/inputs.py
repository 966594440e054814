"""What people give a run: each input read as its type, the way people here write numbers, dates and yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from robo.flow.formula import evaluate
from robo.flow.model import Flow, Input
from robo.flow.problems import did_you_mean
from robo.flow.workspace import Workspace
from robo.kit.change import NotKnownYet
from robo.kit.errors import FaultyFlow, Refused
from robo.kit.messages import _
from robo.kit.secrets import Secret
from robo.kit.text import day_in, number_in, plain, written


def read_inputs(flow: Flow, given: Mapping[str, Any], workspace: Workspace) -> dict[str, Any]:
    """The value of every input: what is given, else its default, else None where it is not required.

    given: texts as people type them, or values. Files and folders stay as written and must exist, from the workspace's
    root. Raises FaultyFlow naming the input.
    """
    return read_values(flow.inputs, given, workspace)


def read_values(asked: tuple[Input, ...], given: Mapping[str, Any], workspace: Workspace) -> dict[str, Any]:
    """The value of everything that is asked for; see `read_inputs`."""
    known = {one.name: one for one in asked}
    for name in given:
        if name not in known:
            mend = did_you_mean(name, known) or (
                _("Known are: {known}").format(known=", ".join(known)) if known else _("Nothing is to be entered here")
            )
            raise FaultyFlow(_('the input "{name}" is not known. {mend}').format(name=name, mend=mend))
    return {name: _read(one, given.get(name), workspace) for name, one in known.items()}


def _read(spec: Input, given: Any, workspace: Workspace) -> Any:
    if isinstance(given, NotKnownYet):
        return given
    shown = spec.label or spec.name
    try:
        value = default_of(spec) if _is_empty(given) else given
        if _is_empty(value):
            if spec.required:
                raise FaultyFlow(_('the input "{name}" ({label}) is missing').format(name=spec.name, label=shown))
            return None
        value = input_value(spec, value)
        _exists(spec, value, workspace)
    except (ValueError, Refused) as error:
        raise FaultyFlow(
            _('the input "{name}" ({label}): {reason}').format(name=spec.name, label=shown, reason=error)
        ) from error
    return value


def _is_empty(given: Any) -> bool:
    return given is None or (isinstance(given, str) and not given.strip())


def default_of(spec: Input) -> Any:
    """The default with its formula evaluated, now. Raises Refused."""
    scope = {"today": date.today, "now": lambda: datetime.now().replace(microsecond=0)}  # noqa: DTZ005 - local
    return evaluate(spec.default, scope)


def input_value(spec: Input, given: Any) -> Any:
    """What was given, as the input's type. Raises ValueError in plain words."""
    value = READERS[spec.type](spec, plain(given) if isinstance(given, str) and spec.type != "secret" else given)
    if spec.min is not None and value < READERS[spec.type](spec, spec.min):
        raise ValueError(_("at least {limit} is expected").format(limit=written(spec.min)))
    if spec.max is not None and value > READERS[spec.type](spec, spec.max):
        raise ValueError(_("at most {limit} is expected").format(limit=written(spec.max)))
    if spec.pattern and isinstance(value, str) and not re.fullmatch(spec.pattern, value):
        example = _(", such as {example}").format(example=spec.example) if spec.example is not None else ""
        raise ValueError(_('"{value}" has not the form that is expected').format(value=value) + example)
    if spec.accept and spec.type == "file" and not value.lower().endswith(tuple(one.lower() for one in spec.accept)):
        raise ValueError(_("a file {kinds} is expected").format(kinds=", ".join(spec.accept)))
    return value


def _exists(spec: Input, value: Any, workspace: Workspace) -> None:
    if spec.type == "file" and not workspace.resolve(value).is_file():
        raise ValueError(_("the file {file} does not exist").format(file=value))
    if spec.type == "folder" and not workspace.resolve(value).is_dir():
        raise ValueError(_("the folder {folder} does not exist").format(folder=value))


def _text(_spec: Input, given: Any) -> str:
    if isinstance(given, bool | list | dict):
        raise ValueError(_("a text is expected"))
    return written(given)


def _integer(_spec: Input, given: Any) -> int:
    number = _number(given)
    if number is None or number != number.to_integral_value():
        raise ValueError(_('"{value}" is no whole number').format(value=written(given)))
    return int(number)


def _decimal(_spec: Input, given: Any) -> Decimal:
    number = _number(given)
    if number is None:
        raise ValueError(_('"{value}" is no number').format(value=written(given)))
    return number


def _number(given: Any) -> Decimal | None:
    if isinstance(given, bool):
        return None
    if isinstance(given, int | Decimal):
        return Decimal(given)
    return Decimal(repr(given)) if isinstance(given, float) else number_in(str(given))


def _date(_spec: Input, given: Any) -> date:
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    day = day_in(str(given))
    if day is None:
        raise ValueError(_('"{value}" is no date: write 31/12/2026').format(value=given))
    return day


def _month(_spec: Input, given: Any) -> str:
    """A month as "2026-03"."""
    if isinstance(given, date):
        return f"{given:%Y-%m}"
    text = str(given).lower()
    first = date.today().replace(day=1)  # noqa: DTZ011 - the month that people here are in
    if text in ("this_month", "last_month"):
        return f"{first if text == 'this_month' else first - timedelta(days=1):%Y-%m}"
    french = re.fullmatch(r"(\d{1,2})[/-](\d{4})", text)
    month = f"{french[2]}-{int(french[1]):02}" if french else text
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise ValueError(_('"{value}" is no month: write 03/2026, last_month or this_month').format(value=given))
    return month


def _yes_no(_spec: Input, given: Any) -> bool:
    found = given if isinstance(given, bool) else _YES_NO.get(str(given).lower())
    if found is None:
        raise ValueError(_('"{value}" is neither yes nor no').format(value=given))
    return found


_YES_NO = {
    **dict.fromkeys(("yes", "y", "oui", "o", "true", "vrai", "1"), True),
    **dict.fromkeys(("no", "n", "non", "false", "faux", "0"), False),
}


def _choice(spec: Input, given: Any) -> str:
    text = written(given)
    found = next((one for one in spec.choices if plain(one).casefold() == text.casefold()), None)
    if found is None:
        raise ValueError(
            _('"{value}" is not among the choices: {choices}').format(value=text, choices=", ".join(spec.choices))
        )
    return found


def _path(_spec: Input, given: Any) -> str:
    if not isinstance(given, str | Path):
        raise ValueError(_("a path is expected"))
    return str(given)


def _email(_spec: Input, given: Any) -> str:
    if not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+", str(given)):
        raise ValueError(_('"{value}" is no mail address').format(value=given))
    return str(given)


def _list(_spec: Input, given: Any) -> list[Any]:
    if isinstance(given, list | tuple):
        return list(given)
    if not isinstance(given, str):
        raise ValueError(_("a list is expected"))
    return [one.strip() for one in re.split(r"[,;\n]", given) if one.strip()]


def _secret(_spec: Input, given: Any) -> Secret:
    return given if isinstance(given, Secret) else Secret(str(given))


READERS: Mapping[str, Callable[[Input, Any], Any]] = {
    "text": _text, "long_text": _text, "integer": _integer, "decimal": _decimal, "date": _date, "month": _month,
    "yes_no": _yes_no, "choice": _choice, "file": _path, "folder": _path, "email": _email, "list": _list,
    "secret": _secret,
}  # fmt: skip
"""The types of inputs, each with how what people type is read."""

PYTHON_TYPES: Mapping[str, type] = {
    "text": str, "long_text": str, "integer": int, "decimal": Decimal, "date": date, "month": str, "yes_no": bool,
    "choice": str, "file": str, "folder": str, "email": str, "list": list, "secret": Secret,
}  # fmt: skip
"""What formulas get of each type."""
