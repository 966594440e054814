"""The source "file": what `for_each_file` goes through."""

from __future__ import annotations

import fnmatch
import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from robo.files.contents import content_of, known_by
from robo.kit.change import Cell
from robo.kit.errors import Failed, FaultyFlow
from robo.kit.folders import folded
from robo.kit.messages import _, reason_of
from robo.kit.patience import remaining
from robo.kit.source import Entry, Fault, KeyOf, WrittenBack, source
from robo.kit.types import Text, YesNo
from robo.kit.unfinished import MARKS, OWN, finished_name, is_open, open_names

COLUMNS = ("path", "name", "stem", "suffix", "folder", "size", "modified", "sha256")
SETTLED = 2.0
"""Seconds for which a file must have stayed as it is before it counts as written."""


@source
class Files:
    """The files of a folder, in the order of their names.

    in: the folder
    match: which of them, such as "*.pdf"; any case
    recursive: whether those of the folders below too

    - for_each_file: {in: arrivee, match: "*.pdf", key: file.sha256, steps: [{log: =file.name}]}

    Of each: path, name, stem (the name without suffix), suffix (".pdf"), folder, size in bytes, modified, and sha256,
    the digest of its content: the same for the same file under whatever name. A file that is still being written, is
    empty or open in another program is left for the next run. Links are not followed.
    """

    kind: ClassVar[str] = "file"
    writes_back: ClassVar[bool] = False

    def __init__(self, in_: Path, match: Text = "*", recursive: YesNo = False) -> None:
        self._folder = Path(in_)
        self._match = match
        self._recursive = recursive

    def describe(self) -> str:
        """Such as "arrivee, *.pdf"."""
        return self._folder.name if self._match == "*" else f"{self._folder.name}, {self._match}"

    def columns(self) -> Sequence[str]:
        """What is known of each file. Failed where there is no such folder, FaultyFlow for a `match` of several."""
        if "/" in self._match or "\\" in self._match:
            raise FaultyFlow(
                _("{match} is no pattern of a name: write the folder into `in`, or `recursive: yes`").format(
                    match=self._match
                )
            )
        if not self._folder.is_dir():
            raise Failed(_("there is no folder {path}").format(path=self._folder))
        return COLUMNS

    def entries(self) -> Iterator[Entry]:
        """Each file that matches; those that are to wait are among them, and say why. Failed like `columns`."""
        self.columns()
        found = list(self._found(self._folder))
        changing = _still_changing([path for path, late in found if not late])
        for position, (path, late) in enumerate(found, 1):
            title = path.relative_to(self._folder).as_posix()
            late = late or (_("it is still being written") if path in changing else "")
            yield Entry(position, _Values(path), title=title, later=late)

    def write_back(
        self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf, copy_to: Path | None = None
    ) -> WrittenBack:
        """Nothing can be written into a folder. Failed."""
        raise Failed(_("nothing can be written back into a folder"))

    def would_write(self, values: Mapping[str, Mapping[str, Any]], key_of: KeyOf) -> Sequence[tuple[str, Cell]]:
        """Nothing, ever."""
        return ()

    def set_aside(self, reasons: Mapping[int, str], to: Path) -> Path | None:
        """Nothing: a file is not corrected in a copy."""
        return None

    def _found(self, folder: Path) -> Iterator[tuple[Path, str]]:
        """(file, why it is to wait) of this folder, then of those below. Failed where it cannot be listed."""
        try:
            with os.scandir(folder) as listed:
                there = sorted(listed, key=lambda one: (folded(one.name), one.name))
        except OSError as error:
            raise Failed(_("{path} cannot be listed: {reason}").format(path=folder, reason=reason_of(error))) from error
        open_elsewhere = open_names(one.name for one in there)
        for one in there:
            if one.name.startswith((OWN, *MARKS)) or not self._wanted(one.name):
                continue
            if one.is_symlink():
                yield Path(one.path), _("it is a link to another place")
            elif one.is_file():
                yield Path(one.path), _reason_to_wait(Path(one.path), open_elsewhere)
        if self._recursive:
            for one in there:
                if one.is_dir(follow_symlinks=False):
                    yield from self._found(Path(one.path))

    def _wanted(self, name: str) -> bool:
        """Whether the name matches, be it once its writing is finished."""
        names = {name, finished_name(name)}
        return any(fnmatch.fnmatchcase(folded(one), folded(self._match)) for one in names)


def _reason_to_wait(path: Path, open_elsewhere: set[str]) -> str:
    if path.name != finished_name(path.name):
        return _("it is still being written")
    if is_open(path.name, open_elsewhere):
        return _("it is open in another program")
    try:
        if path.stat().st_size == 0:
            return _("it is empty")
        with path.open("rb"):
            return ""
    except OSError as error:
        return _("it cannot be opened: {reason}").format(reason=reason_of(error))


def _still_changing(paths: list[Path]) -> set[Path]:
    """Those that are written while we look: what was changed just now is looked at a second time a little later."""
    now = time.time()
    before = {path: status for path in paths if (status := _status(path)) and now - status.st_mtime < SETTLED}
    if not before:
        return set()
    time.sleep(min(SETTLED, remaining()))
    after = {path: _status(path) for path in before}
    return {path for path, old in before.items() if (new := after[path]) is None or known_by(old) != known_by(new)}


def _status(path: Path) -> os.stat_result | None:
    try:
        status = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


class _Values(Mapping[str, Any]):
    """What is known of a file; its content is read when it is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in COLUMNS:
            raise KeyError(name)
        if name not in self._known:
            try:
                self._known[name] = self._look_up(name)
            except OSError as error:
                return Fault(_("{name} cannot be read: {reason}").format(name=self._path.name, reason=reason_of(error)))
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS)

    def __len__(self) -> int:
        return len(COLUMNS)

    def _look_up(self, name: str) -> Any:
        path = self._path
        match name:
            case "path":
                return str(path)
            case "folder":
                return str(path.parent)
            case "size":
                return path.stat().st_size
            case "modified":
                return datetime.fromtimestamp(int(path.stat().st_mtime))  # noqa: DTZ006  # as people here read clocks
            case "sha256":
                content = content_of(path)
                return content.digest if content else Fault(_("{name} is being written").format(name=path.name))
        return str(getattr(path, name))
