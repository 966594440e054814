"""What a dry run foresees: the changes it planned and did not make, so that later looks see the world as it would be.

Empty in a real run: then every answer is that of the file system. A robot that looks at files before it changes them
asks here instead of asking the file system, and its plan equals what the real run then does.
"""

from __future__ import annotations

import os
from pathlib import Path

from robo.kit.change import Change


class Outlook:
    """One lane's view of what is to come. Paths are absolute."""

    def __init__(self) -> None:
        self._content: dict[Path, Path | None] = {}
        self._promised: list[Change] = []

    def foresee(self, change: Change) -> None:
        """Keep in mind a change that was said and will not be made."""
        for path, source in change.files.items():
            self._content[path] = None if source is None else self.content(source)
        self._promised.append(change)

    def content(self, path: Path) -> Path:
        """Where the bytes stand now that would be at `path`; a path that nothing is planned for is its own."""
        return self._content.get(path) or path

    def exists(self, path: Path) -> bool:
        """Whether something would be there."""
        if path in self._content:
            return self._content[path] is not None
        return path.exists() or any(source and path in planned.parents for planned, source in self._content.items())

    def names(self, folder: Path) -> list[str]:
        """The names that the folder would list, in order; those of folders that will be made are among them."""
        there = set(os.listdir(folder)) if folder.is_dir() else set()
        for planned, source in self._content.items():
            if planned.parent == folder:
                (there.discard if source is None else there.add)(planned.name)
            elif source and folder in planned.parents:
                there.add(planned.relative_to(folder).parts[0])
        return sorted(there)

    def promised(self, *beginning: str | int | None) -> list[Change]:
        """The planned changes whose `same_as` begins like this, in their order."""
        return [change for change in self._promised if change.same_as[: len(beginning)] == beginning]


_outlook = Outlook()


def outlook() -> Outlook:
    """The outlook of this lane."""
    return _outlook


def fresh() -> Outlook:
    """Forget everything: a lane begins."""
    global _outlook
    _outlook = Outlook()
    return _outlook
