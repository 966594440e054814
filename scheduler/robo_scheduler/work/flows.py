"""The flows of a workspace as the service knows them: their schedules, their last good version, their faults."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from robo.flow.files import SUFFIXES, path_of
from robo.flow.load import load_flow, load_text
from robo.flow.model import Flow
from robo.flow.schedule import Head, head_of, quick
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace
from robo.kit.disk import make_folder, sync
from robo.kit.errors import RoboError
from robo.kit.shelf import Shelf
from robo.platforms.files import files

Looks = tuple[int, int, int]
"""By what a change of a file is seen: its size, when it was changed, its number."""


@dataclass(frozen=True)
class Fault:
    """A flow that is wrong. path: below flows/; reason: all that is wrong with it."""

    path: str
    reason: str


class Flows:
    """What lies under flows/, looked at again and again. A wrong file keeps what it said when it was last right."""

    def __init__(self, workspace: Workspace, shelf: Shelf) -> None:
        self._workspace, self._shelf = workspace, shelf
        self._looks: dict[Path, Looks] = {}
        self._unchecked: dict[Path, Looks] = {}
        self._good: dict[str, Looks] = {}
        self.heads: dict[str, Head] = {}
        """Path below flows/ to what was last read rightly."""

    def look(self) -> tuple[bool, list[Fault]]:
        """Whether any schedule may have changed since the last look, and what is wrong with what was changed."""
        found = dict(self._files())
        changed, faults = False, []
        for file in self._looks.keys() - found.keys():
            changed |= self.heads.pop(path_of(file, self._workspace), None) is not None
            self._unchecked.pop(file, None)
        for file, looks in found.items():
            if self._looks.get(file) == looks:
                continue
            try:
                head = quick(file, self._workspace)
            except RoboError as error:
                path = path_of(file, self._workspace)
                faults.append(Fault(path, str(error)))
                changed |= self._remember(file, path)
                continue
            before = self.heads.get(head.path)
            changed |= (before.schedule if before else ()) != head.schedule
            self.heads[head.path] = head
            if head.schedule:
                self._unchecked[file] = looks
            else:
                self._unchecked.pop(file, None)
        self._looks = found
        return changed, faults

    def renew(self, workspace: Workspace, shelf: Shelf) -> None:
        """What flows name has changed: all of them are read and checked anew."""
        self._workspace, self._shelf = workspace, shelf
        self._looks, self._good = {}, {}

    def check_one(self) -> Fault | None:
        """Check one of the flows with a schedule that have changed, as a whole; what is wrong with it."""
        if not self._unchecked:
            return None
        file, looks = self._unchecked.popitem()
        path = path_of(file, self._workspace)
        try:
            self._checked(file, path, looks)
        except RoboError as error:
            return Fault(path, str(error))
        return None

    def flow(self, path: str) -> tuple[Flow, str]:
        """The flow as it stands now, else as it was when it was last right; and what is wrong with it now.

        Raises FaultyFlow where it was never right.
        """
        file = next((one for one in self._looks if path_of(one, self._workspace) == path), None)
        file = file or self._workspace.flows / f"{path}.yaml"
        try:
            return self._checked(file, path, _looks(file)), ""
        except RoboError as error:
            kept = self._kept(path)
            if kept is None:
                raise
            return self._as_it_was(file, kept), str(error)

    def _checked(self, file: Path, path: str, looks: Looks | None) -> Flow:
        self._unchecked.pop(file, None)
        flow = load_flow(file, self._workspace, self._shelf, Vault(self._workspace.state))
        if looks is None or self._good.get(path) != looks:
            self._keep(path, flow)
            if looks:
                self._good[path] = looks
        return flow

    def _files(self) -> Iterator[tuple[Path, Looks]]:
        folders = [str(self._workspace.flows)]
        while folders:
            try:
                with os.scandir(folders.pop()) as listed:
                    for one in listed:
                        if one.is_dir():
                            folders.append(one.path)
                        elif one.name.endswith(SUFFIXES) and (looks := _looks(Path(one.path))):
                            yield Path(one.path), looks
            except OSError:
                continue  # taken away while it is looked at, or not ours to read: then there is nothing to run in it

    # The last good version ------------------------------------------------------------------------------------------

    def _keep(self, path: str, flow: Flow) -> None:
        said = {"flow": flow.text, "called": dict(flow.called), "templates": dict(flow.templates)}
        file = self._place(path)
        text = json.dumps(said, ensure_ascii=False)
        try:
            if file.exists() and file.read_text("utf-8") == text:
                return
            make_folder(file.parent)
            part = file.with_suffix(".part")
            part.write_text(text, "utf-8")
            sync(part)
            files.replace(part, file)
        except OSError:
            return  # a version to fall back on is worth having, not worth stopping for

    def _kept(self, path: str) -> Mapping[str, object] | None:
        try:
            found = json.loads(self._place(path).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _remember(self, file: Path, path: str) -> bool:
        """The schedule of a flow that is wrong since before this service began; whether there is one."""
        kept = None if path in self.heads else self._kept(path)
        if kept is None:
            return False
        try:
            self.heads[path] = head_of(str(kept["flow"]), file, self._workspace)
        except RoboError:
            return False
        return True

    def _as_it_was(self, file: Path, kept: Mapping[str, object]) -> Flow:
        text, called, templates = kept["flow"], kept["called"], kept["templates"]
        assert isinstance(text, str)
        assert isinstance(called, dict)
        assert isinstance(templates, dict)
        return load_text(text, file, self._workspace, self._shelf, deep=False, called=called, templates=templates)

    def _place(self, path: str) -> Path:
        return self._workspace.state / "good" / f"{hashlib.sha256(path.encode()).hexdigest()[:32]}.json"


def _looks(file: Path) -> Looks | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
