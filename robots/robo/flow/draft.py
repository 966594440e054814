"""A flow while it is being read: its document, the faults found so far, and how its values become formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

from robo.flow.controls import PARAMETERS_LATER, known_here
from robo.flow.formula import Formula, Template, Unreadable, parse_value
from robo.flow.names import RESERVED, Names
from robo.flow.problems import Problem, did_you_mean
from robo.flow.text import Document, Path
from robo.kit.data import dataclass
from robo.kit.messages import _
from robo.kit.types import seconds

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass
class Draft:
    """deep: whether names are checked too, not only what stands where.

    places: the address of a step to its path in the document.
    """

    document: Document
    deep: bool = True
    places: dict[str, Path] = field(default_factory=dict)

    def fault(self, path: Path, message: str, mend: str = "", key: bool = False) -> None:
        """Note a fault at a value, or at its key."""
        self.document.problems.append(self.document.problem(path, message, mend, key))

    @property
    def count(self) -> int:
        """How many faults were found so far."""
        return len(self.document.problems)

    # What may stand under a group of names ---------------------------------------------------------------------------

    def known_keys(
        self, data: Mapping[str, Any], path: Path, known: tuple[str, ...], later: Iterable[str] = ()
    ) -> None:
        """Refuse every other key: by name what comes later, else with what is near."""
        for key in data:
            if key in known:
                continue
            if key in later or key in PARAMETERS_LATER:
                self.later((*path, key), key)
            else:
                mend = did_you_mean(key, known) or known_here(known)
                self.fault((*path, key), _('"{key}" is not known here').format(key=key), mend, key=True)

    def later(self, path: Path, name: str) -> None:
        """Refuse what the language names and this version does not do."""
        self.fault(path, _('"{name}" is not in this version yet').format(name=name), key=True)

    def map(self, data: Any, path: Path, example: str) -> dict[str, Any]:
        """The map, an empty one with a fault where it is none."""
        if isinstance(data, dict):
            return data
        self.fault(path, _("a group of `name: value` is expected here"), _("Write: {example}").format(example=example))
        return {}

    def text(self, data: Mapping[str, Any], key: str, path: Path) -> str | None:
        """A plain text, None where there is none."""
        value = data.get(key)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool | dict | list):
            self.fault((*path, key), _("a text is expected here"))
            return None
        return str(value)

    def texts(self, data: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
        """A text or a list of them."""
        value = data.get(key)
        listed = value if isinstance(value, list) else [] if value is None else [value]
        if any(isinstance(one, dict | list | bool) or one is None for one in listed):
            self.fault((*path, key), _("a list of texts is expected here"))
            return ()
        return tuple(str(one) for one in listed)

    def choice(self, data: Mapping[str, Any], key: str, path: Path, known: tuple[str, ...], default: str) -> Any:
        """One of the known words."""
        value = data.get(key, default)
        if value in known:
            return value
        mend = did_you_mean(str(value), known)
        self.fault(
            (*path, key), _("one of these is expected: {known}").format(known=", ".join(known)), mend if value else ""
        )
        return default

    def yes_no(self, data: Mapping[str, Any], key: str, path: Path, default: bool) -> bool:
        """yes, no, oui, non, true, false."""
        value = data.get(key, default)
        found = value if isinstance(value, bool) else _YES_NO.get(str(value).lower())
        if found is None:
            self.fault((*path, key), _("yes or no is expected here"))
        return default if found is None else found

    def whole(self, data: Mapping[str, Any], key: str, path: Path, least: int = 1) -> int | None:
        """A whole number."""
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.fault((*path, key), _("a whole number from {least} is expected here").format(least=least))
            return None
        return value

    def seconds(self, data: Mapping[str, Any], key: str, path: Path, default: float | None = None) -> float | None:
        """A duration with its unit."""
        if data.get(key) is None:
            return default
        try:
            return seconds(data[key])
        except ValueError as error:
            self.fault((*path, key), str(error))
            return default

    def name(self, value: Any, path: Path, key: bool = False) -> str | None:
        """A name that formulas may use afterwards."""
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            self.fault(
                path,
                _("a name is made of letters without accents, digits and _"),
                _("Write: {example}").format(example="reference"),
                key,
            )
            return None
        if value in RESERVED:
            self.fault(path, _('"{name}" already means something in formulas').format(name=value), key=key)
            return None
        return value

    # Values and formulas ---------------------------------------------------------------------------------------------

    def condition(self, value: Any, path: Path, names: Names, page: bool = False) -> Formula | None:
        """A bare expression; page: whether it may ask the page with `shows(text)`."""
        if isinstance(value, bool):
            value = "true" if value else "false"
        if value is None or isinstance(value, dict | list) or not str(value).strip():
            self.fault(path, _("an expression is expected here"), _("Write: {example}").format(example="row.urgent"))
            return None
        text = str(value)
        if text.startswith(("=", "{{")):
            bare = text.strip("={} ")
            self.fault(
                path,
                _("this is an expression already: write it without {sign}").format(sign=text[: 1 + (text[0] == "{")]),
                _("Write: {example}").format(example=bare),
            )
            return None
        try:
            formula = Formula.parse(text)
        except Unreadable as fault:
            self.unreadable(path, fault)
            return None
        self._names(formula, path, names, page=page)
        return formula

    def template(self, value: Any, path: Path, names: Names) -> Template | None:
        """A text that may hold merge fields, None with a fault where it is none."""
        if isinstance(value, bool | dict | list) or value is None or (isinstance(value, str) and not value.strip()):
            self.fault(path, _("a text is expected here"))
            return None
        text = str(value)
        if text.startswith("=") and not text.startswith("=="):
            text = "{{ " + text[1:] + " }}"  # a formula is as good here
        try:
            made = Template.parse(text.removeprefix("=") if text.startswith("==") else text)
        except Unreadable as fault:
            self.unreadable(path, fault)
            return None
        self._names(made, path, names, shift=len("=") - len("{{ ") if str(value) != text else 0)
        return made

    def value(self, value: Any, path: Path, names: Names, secrets: bool = False) -> Any:
        """Any value, its texts read as formulas and merge texts, keys of maps included."""
        match value:
            case dict():
                return {
                    self._key(key, (*path, key), names): self.value(one, (*path, key), names, secrets)
                    for key, one in value.items()
                }
            case list():
                return [self.value(one, (*path, place), names, secrets) for place, one in enumerate(value)]
            case str():
                try:
                    made = parse_value(value)
                except Unreadable as fault:
                    self.unreadable(path, fault)
                    return value
                if not isinstance(made, str):
                    shift = 1 if isinstance(made, Formula) else 0
                    self._names(made, path, names, secrets=secrets, shift=shift)
                return made
        return value

    def _key(self, key: str, path: Path, names: Names) -> str | Template:
        if "{{" not in key:
            return key
        try:
            made = Template.parse(key)
        except Unreadable as fault:
            self.fault(path, fault.message, fault.mend, key=True)
            return key
        self._names(made, path, names, key=True)
        return made

    def unreadable(self, path: Path, fault: Unreadable) -> None:
        """Note what keeps the text there from being read, at its own place."""
        mark, width = self.document.inside(path, fault.offset, fault.width)
        self.document.problems.append(Problem(mark, width, fault.message, fault.mend))

    def _names(
        self,
        made: Formula | Template,
        path: Path,
        names: Names,
        *,
        page: bool = False,
        secrets: bool = False,
        shift: int = 0,
        key: bool = False,
    ) -> None:
        """Check what it reads: that it exists, is no password out of place, and goes together."""
        if not self.deep:
            return

        def fault(offset: int, width: int, message: str, mend: str = "") -> None:
            if key:
                self.fault(path, message, mend, key=True)
                return
            mark, size = self.document.inside(path, offset + shift, width)
            self.document.problems.append(Problem(mark, size, message, mend))

        for one in amiss(made, names, page=page, secrets=secrets):
            fault(one.offset, one.width, one.message, one.mend)


def amiss(made: Formula | Template, names: Names, *, page: bool = False, secrets: bool = False) -> Iterator[Unreadable]:
    """What is wrong with what it reads, each with its place in the source.

    page: whether it may ask the page; secrets: whether it may read a password.
    """
    sound = True
    for read in made.reads():
        missing = names.missing(read)
        if missing:
            yield Unreadable(missing[0], read.offset, read.width, missing[1])
        elif names.is_secret(read) and not secrets:
            yield Unreadable(
                _("a secret may not be used here"),
                read.offset,
                read.width,
                _("Secrets go into the fields of `fill` only; `login` takes the name of an account"),
            )
        else:
            continue
        sound = False
    if "shows" in made.calls() and not page:
        yield Unreadable(
            _("shows() asks the page, and only `if` may ask it"),
            0,
            len(made.source),
            _("Write the question as `if: shows(...)` of the step"),
        )
        sound = False
    wrong = made.mistyped(names.type_of) if sound else None
    if wrong:
        yield wrong


_YES_NO = {"yes": True, "oui": True, "true": True, "no": False, "non": False, "false": False}
