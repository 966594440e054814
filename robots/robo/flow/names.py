"""What formulas may name at a place of a flow, and how the columns of an item are called in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TypeAlias

from robo.flow.analysis import FUNCTIONS, Read
from robo.flow.problems import did_you_mean
from robo.kit.data import dataclass
from robo.kit.messages import _
from robo.kit.secrets import Secret
from robo.kit.text import slug

RUN = {"id": str, "started": datetime, "flow": str, "environment": str, "folder": str}
"""`run.NAME`: what a run tells of itself."""
ROWS = {"done": int, "refused": int, "failed": int, "in_doubt": int, "skipped": int}
"""`rows.NAME`: how many items of the last loop ended how."""
ERROR = {"message": str, "step": str, "screenshot": str}
"""`error.NAME`, in the steps of `on_error`."""
PAGE = {"address": str}
POSITION = "position"
"""The place of the item in its source, in a loop."""
RESERVED = frozenset({"inputs", "secrets", "vars", "run", "rows", "error", "page", POSITION, *FUNCTIONS})


@dataclass(frozen=True)
class Group:
    """Names below a name: each to its type, to another group, or to None where it is not known what it holds.

    title: whose names they are ("the columns of dossiers.xlsx"); twins: names that stand for several columns.
    unread: why no more names are known; then others are not faults each, but gathered in `asked`.
    """

    members: Mapping[str, Node]
    title: str = ""
    twins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: str = ""
    asked: list[str] = field(default_factory=list, compare=False)

    @property
    def headers(self) -> tuple[str, ...]:
        """The names as they are written in the source, without their slugs where these differ."""
        slugs = {slug(name) for name in self.members if name != slug(name)}
        return tuple(name for name in self.members if name not in slugs)


Node: TypeAlias = Group | type | None


class Names:
    """The names known at a place, in the order of the flow. leaky: a step before it could not be understood, so that
    an unknown name may be its fault."""

    def __init__(self, known: Mapping[str, Node], leaky: bool = False) -> None:
        self.known: dict[str, Node] = dict(known)
        self.leaky = leaky

    def copy(self) -> Names:
        """The same names, for a branch that adds its own."""
        return Names(self.known, self.leaky)

    def add(self, name: str, node: Node = None) -> None:
        """Make a name known from here on."""
        self.known[name] = node

    def merge(self, branch: Names) -> None:
        """Make known what a branch has added."""
        self.known.update({name: node for name, node in branch.known.items() if name not in self.known})
        self.leaky = self.leaky or branch.leaky

    def type_of(self, path: tuple[str, ...]) -> type | None:
        """The type of a dotted path, None where it is not known."""
        node: Node = Group(self.known)
        for part in path:
            node = node.members.get(part) if isinstance(node, Group) else None
        return node if isinstance(node, type) else None

    def is_secret(self, read: Read) -> bool:
        """Whether it reads a password."""
        if None in read.path:
            return read.path[0] == "secrets"
        return read.path[0] == "secrets" or self.type_of(tuple(str(part) for part in read.path)) is Secret

    def missing(self, read: Read) -> tuple[str, str] | None:
        """The fault and its mend where it reads what does not exist."""
        group = Group(self.known)
        for place, part in enumerate(read.path):
            if part is None:
                return None
            if part in group.twins:
                return self._twins(read, part, group.twins[part])
            if part not in group.members and group.unread:
                group.asked.append(part)
                return None
            if part not in group.members:
                return None if place == 0 and self.leaky else self._unknown(read, place, group)
            node = group.members[part]
            if not isinstance(node, Group):
                return None
            group = node
        return None

    def _unknown(self, read: Read, place: int, group: Group) -> tuple[str, str]:
        word = str(read.path[place])
        message = _("{name} does not exist").format(name=_dotted(read.path[: place + 1]))
        slugs = [name for name in group.members if name == slug(name)]
        mend = did_you_mean(slug(word) or word, slugs or group.members)
        if place == 1 and read.path[0] == "secrets" and not mend:
            return message, _("Write at the top: secrets: [{names}]").format(names=", ".join([*group.members, word]))
        if place == 0 and not mend:
            owners = [
                name for name, node in self.known.items() if isinstance(node, Group) and slug(word) in node.members
            ]
            mend = _("Write {name}").format(name=f"{owners[0]}.{slug(word)}") if owners else ""
        if not mend:
            mend = _("Known are: {known}").format(known=", ".join(slugs[:12])) if slugs else _("There is none")
        return message, f"{mend}  ({group.title})" if group.title else mend

    @staticmethod
    def _twins(read: Read, part: str, columns: tuple[str, ...]) -> tuple[str, str]:
        return (
            _("{name} may be any of the columns {columns}").format(
                name=_dotted(read.path[:2]), columns=", ".join(f'"{one}"' for one in columns)
            ),
            _("Write {name}").format(name=f'{read.path[0]}["{columns[0]}"]'),
        )


def _dotted(path: tuple[str | None, ...]) -> str:
    first, *rest = [str(part) for part in path]
    return first + "".join(f".{part}" if part.isidentifier() else f'["{part}"]' for part in rest)


def column_names(columns: Iterable[str]) -> dict[str, str]:
    """Every name by which a formula may call a column, to the column: its header, and its slug where that is its own.

    `row.code_postal` and `row["Code postal"]`; two headers with one slug have only the second form.
    """
    headers = list(columns)
    names = {header: header for header in headers}
    for short, owners in _by_slug(headers).items():
        if len(owners) == 1 and short:
            names.setdefault(short, owners[0])
    return names


def column_group(columns: Iterable[str], types: Mapping[str, type | None], title: str) -> Group:
    """The group `row` of these columns."""
    headers = list(columns)
    members: dict[str, Node] = {name: types.get(header) for name, header in column_names(headers).items()}
    twins = {
        short: tuple(owners) for short, owners in _by_slug(headers).items() if len(owners) > 1 and short not in headers
    }
    return Group(members, title, twins)


def _by_slug(headers: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for header in headers:
        found.setdefault(slug(header), []).append(header)
    return found
