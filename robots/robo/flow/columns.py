"""The columns of a loop's source, read before the run where they can be: a misspelt one is found in the file itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from robo.flow.bind import call_arguments, leaves
from robo.flow.draft import Draft
from robo.flow.formula import evaluate
from robo.flow.names import Group, Node, column_group
from robo.flow.text import Path
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace
from robo.kit.data import dataclass
from robo.kit.errors import Failed, FaultyFlow, Refused
from robo.kit.messages import _
from robo.kit.source import Source, SourceType

_TYPES: Mapping[str, type] = {
    "text": str, "email": str, "iban": str, "integer": int, "decimal": Decimal, "date": date, "datetime": datetime,
    "time": time, "yes_no": bool,
}  # fmt: skip


@dataclass
class Columns:
    """Reads them, in the workspace, with what is known of the flow's inputs."""

    workspace: Workspace
    inputs: Mapping[str, Any]
    seen: dict[str, Group] = field(default_factory=dict)

    def of(self, draft: Draft, source: SourceType, written: Mapping[str, Any], places: Mapping[str, Path]) -> Node:
        """The columns as a group of names; None where only the run knows them. Notes what is wrong."""
        declared = written.get("columns") if isinstance(written.get("columns"), dict) else {}
        types = {name: _TYPES.get(str(kind)) for name, kind in (declared or {}).items()}
        if not all(self._is_known(path) for one in leaves(dict(written)) for path in one.names()):
            return None
        try:
            opened = self._open(source, written)
            found = opened.columns()
            title = _("the columns of {source}").format(source=opened.describe())
        except Refused:
            return None  # its values do not fit, which was said where they stand
        except Failed as error:
            if not declared:
                self.cannot_be_read(draft, str(error), places)
                return None
            group = column_group(declared, types, "")
            return replace(group, unread=str(error))
        except FaultyFlow as error:
            draft.fault(*self._meant(str(error), written, places, source))
            return None
        return None if found is None else column_group(found, types, title)

    def _is_known(self, path: tuple[str | None, ...]) -> bool:
        return len(path) == 2 and path[0] == "inputs" and path[1] in self.inputs

    def _open(self, source: SourceType, written: Mapping[str, Any]) -> Source:
        scope = {"inputs": self.inputs, "today": date.today, "now": datetime.now}
        values = evaluate(dict(written), scope)
        return source.cls(**call_arguments(source, values, self.workspace, Vault(self.workspace.state)))

    @staticmethod
    def cannot_be_read(draft: Draft, reason: str, places: Mapping[str, Path], asked: Iterable[str] = ()) -> None:
        """One fault for a source that is not there. asked: columns that the flow uses and `columns:` does not list."""
        names = ", ".join(dict.fromkeys(asked))
        mend = (
            _("Correct the path; or, if it is made later, add to `columns:` what is used: {names}").format(names=names)
            if names
            else _("Correct the path; or, if it is made later, list what is used in `columns:`")
        )
        draft.fault(next(iter(places.values())), reason, mend)

    @staticmethod
    def _meant(
        message: str, written: Mapping[str, Any], places: Mapping[str, Path], source: SourceType
    ) -> tuple[Path, str, str, bool]:
        """Where the fault that the source names stands: at the text of the loop that its message holds."""
        for name, value in list(written.items())[::-1]:
            for text, below in _texts(value):
                if text in message and name != next(iter(source.parameters)):
                    return (*places[name], *below), message, "", bool(below)
        return next(iter(places.values())), message, "", False


def _texts(value: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(value, str):
        yield value, ()
    if isinstance(value, dict):
        yield from ((key, (key,)) for key in value if isinstance(key, str))
