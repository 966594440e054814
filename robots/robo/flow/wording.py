"""What pydantic says of a value, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from robo.flow.problems import did_you_mean
from robo.kit.messages import _
from robo.kit.text import written


def place_and_message(error: ValidationError) -> tuple[tuple[str | int, ...], str]:
    """Of the first fault: parameter and what follows it, and the message."""
    first = error.errors(include_url=False)[0]
    return first["loc"][:1], message_of(dict(first))


def message_of(fault: Mapping[str, Any]) -> str:
    """One entry of `ValidationError.errors()` in plain words."""
    kind, given = str(fault["type"]), fault.get("input")
    if kind in ("value_error", "assertion_error"):
        return str(fault["msg"]).partition(", ")[2]
    if kind == "missing" or kind.startswith("missing_"):
        return _('"{name}" is missing').format(name=fault["loc"][-1])
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return _('"{name}" is not known here').format(name=fault["loc"][-1])
    expected = _EXPECTED.get(kind.split("_")[0] if kind not in _EXPECTED else kind)
    if kind in ("literal_error", "enum"):
        return _("one of these is expected: {choices}").format(choices=str(fault["ctx"]["expected"]).replace("'", ""))
    if given is None:
        return _("the value is empty, {what} is expected").format(what=expected()) if expected else _("it is empty")
    if expected:
        return _("{what} is expected, not {value}").format(what=expected(), value=shown(given))
    return str(fault["msg"])


def mend_of(fault: Mapping[str, Any]) -> str:
    """A suggestion where the choices are known, else nothing."""
    if fault["type"] == "literal_error":
        choices = str(fault["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return did_you_mean(str(fault.get("input")), choices)
    return ""


_EXPECTED = {
    "string": lambda: _("a text"),
    "bool": lambda: _("yes or no"),
    "int": lambda: _("a whole number"),
    "float": lambda: _("a number"),
    "decimal": lambda: _("a number"),
    "date": lambda: _("a date"),
    "datetime": lambda: _("a date with a time"),
    "time": lambda: _("a time"),
    "list": lambda: _("a list (lines that begin with -)"),
    "tuple": lambda: _("a list (lines that begin with -)"),
    "dict": lambda: _("a group of `name: value`"),
    "mapping": lambda: _("a group of `name: value`"),
    "dataclass": lambda: _("a text, or a group of `name: value`"),
    "path": lambda: _("a path"),
    "is_instance_of": lambda: _("another kind of value"),
}


def shown(value: Any) -> str:
    """A value as a message quotes it."""
    if isinstance(value, dict):
        return _("a group of `name: value`")
    if isinstance(value, list | tuple):
        return _("a list")
    text = written(value)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'
