"""The tables of a TOML file, read strictly: what is unknown or mistyped is noted at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, ClassVar

from robo.flow.problems import Problem, did_you_mean
from robo.flow.toml import Path as Where
from robo.flow.toml import Toml
from robo.kit.messages import _
from robo.kit.types import seconds


class Tables:
    """problems: what is wrong. environments: those that were named. misspelt: what is missing only because its name is
    misspelt."""

    later: ClassVar[Mapping[Where, tuple[str, ...]]] = {}
    """What is refused by name, since it is not there yet, by table; `*` for any name."""

    def __init__(self, toml: Toml) -> None:
        self.toml = toml
        self.problems: list[Problem] = []
        self.environments: list[str] = []
        self.misspelt: set[Where] = set()

    def fault(self, where: Where, message: str, mend: str = "", key: bool = False) -> None:
        """Note a fault at a value, or at its key."""
        self.problems.append(self.toml.problem(where, message, mend, key))

    def table(self, where: Where, given: Any, known: tuple[str, ...] | None) -> Mapping[str, Any]:
        """The table without the keys that are refused; any key where `known` is None."""
        if not isinstance(given, dict):
            self.fault(where, _("a group is expected here: [{name}]").format(name=".".join(map(str, where))))
            return {}
        if known is None:
            return given
        later = self.later.get((where[0], "*") if len(where) == 2 else where, ())
        for key in given:
            if key in later:
                self.fault((*where, key), _('"{key}" is not in this version yet').format(key=key), key=True)
            elif key not in known:
                self.misspelt |= {(*where, one) for one in get_close_matches(key, known, cutoff=0.55)}
                mend = did_you_mean(key, known) or _("Known here are: {known}").format(known=", ".join(known))
                self.fault((*where, key), _('"{key}" is not known here').format(key=key), mend, key=True)
        return {key: value for key, value in given.items() if key in known}

    def named(self, group: str, top: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Mapping[str, Any]]:
        """The tables of a group, `[sites.NAME]`, by their names."""
        tables = self.table((group,), top.get(group, {}), None)
        return {name: self.table((group, name), table, known) for name, table in tables.items()}

    def text(self, where: Where, table: Mapping[str, Any], default: str | None = None) -> str:
        """A text, required where there is no default."""
        name = str(where[-1])
        if name not in table:
            if default is None and where not in self.misspelt:
                self.fault(
                    where[:-1], _('"{name}" is missing in [{group}]').format(name=name, group=_dotted(where)), key=True
                )
            return default or ""
        value = table[name]
        if not isinstance(value, str):
            self.fault(where, _("a text is expected here, between quotes"))
            return default or ""
        return value

    def choice(self, where: Where, table: Mapping[str, Any], known: tuple[str, ...]) -> str:
        """One of these words, the first where nothing is said."""
        value = self.text(where, table, known[0])
        if value not in known:
            said = _("one of these is expected: {known}").format(known=", ".join(known))
            self.fault(where, said, did_you_mean(value, known))
        return value

    def whole(self, where: Where, table: Mapping[str, Any]) -> int | None:
        """A whole number from 1, None where there is none."""
        value = table.get(str(where[-1]))
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value
        self.fault(where, _("a whole number from {least} is expected here").format(least=1))
        return None

    def size(self, where: Where, table: Mapping[str, Any]) -> int | None:
        """An amount of memory in bytes, None where there is none."""
        value = table.get(str(where[-1]))
        if value is None:
            return None
        found = re.fullmatch(r"(\d{1,6})\s*([MG])[Bo]", value) if isinstance(value, str) else None
        if found is None or found[1].strip("0") == "":
            self.fault(where, _('an amount of memory is expected here, such as "{example}"').format(example="4 GB"))
            return None
        return int(found[1]) * (1 << 30 if found[2] == "G" else 1 << 20)

    def addressees(self, where: Where, table: Mapping[str, Any]) -> tuple[str, ...]:
        """A mail address, or a list of them."""
        given = table.get(str(where[-1]), [])
        listed = given if isinstance(given, list) else [given]
        for number, one in enumerate(listed):
            if not isinstance(one, str) or not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+", one):
                at = (*where, number) if isinstance(given, list) else where
                self.fault(at, _('"{value}" is no mail address').format(value=one))
        return tuple(str(one) for one in listed)

    def seconds(self, where: Where, table: Mapping[str, Any], default: float) -> float:
        """A duration with its unit."""
        if str(where[-1]) not in table:
            return default
        try:
            return seconds(table[str(where[-1])])
        except ValueError as error:
            self.fault(where, str(error))
            return default


def _dotted(where: Where) -> str:
    return ".".join(map(str, where[:-1]))
