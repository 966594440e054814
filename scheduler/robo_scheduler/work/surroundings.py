"""What flows name beside themselves: `robo.toml` and the workspace's own robots, read anew when they have changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from robo.flow.workspace import Workspace, open_workspace
from robo.kit.shelf import Shelf, shelf_of


class Surroundings:
    """Seen as they were when this was made."""

    def __init__(self, workspace: Workspace) -> None:
        self._root, self._environment = workspace.root, workspace.environment
        self._seen = self._looks()

    def renewed(self) -> tuple[Workspace, Shelf] | None:
        """Both as they are now, once after each change; None where nothing has changed. Raises FaultyFlow."""
        looks = self._looks()
        if looks == self._seen:
            return None
        self._seen = looks
        shelf_of.cache_clear()
        return open_workspace(self._root, self._environment), shelf_of(self._root)

    def _looks(self) -> Mapping[Path, tuple[int, int]]:
        found = {}
        for file in (self._root / "robo.toml", *(self._root / "robots").glob("*.py")):
            try:
                status = file.stat()
            except OSError:
                continue
            found[file] = status.st_size, status.st_mtime_ns
        return found
