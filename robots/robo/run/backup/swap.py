"""Putting what was restored in the place of what is there, so that a power cut leaves the one or the other.

Everything that is to come lies ready on the disk first. Then the list of moves is written down, in one go: before that
the old workspace is as it was, from then on every command finishes the moves before it does anything else. Each move
shows by itself whether it was made. Nothing is overwritten: what is there is moved aside.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from robo.flow.workspace import half_restored
from robo.kit.disk import make_folder, sync
from robo.kit.errors import Failed
from robo.kit.messages import _, reason_of
from robo.platforms.files import files


@dataclass(frozen=True)
class Move:
    """One part of the workspace. new: where it lies ready, None where the backup has nothing of it.

    live: its place. aside: where what is there goes.
    """

    new: Path | None
    live: Path
    aside: Path

    def refuse_elsewhere(self) -> None:
        """Raises Failed where it could not be moved by a mere change of its name."""
        places = [one for one in (self.new, self.live, _above(self.live), _above(self.aside)) if one and one.exists()]
        if len({one.stat().st_dev for one in places}) > 1:
            raise Failed(
                _("{path} is on another disk than the rest of the workspace: restore into an empty folder").format(
                    path=self.live
                )
            )

    def make(self) -> None:
        """Make what is left of it. OSError."""
        if self.new is not None and not os.path.lexists(self.new):
            return
        if os.path.lexists(self.live):
            if self.new is None and os.path.lexists(self.aside):
                return
            _rename(self.live, free_name(self.aside))
        if self.new is not None:
            _rename(self.new, self.live)


def commit(root: Path, moves: list[Move]) -> None:
    """Make the moves, all of which can be made. Whoever is stopped in between, `finish` makes the others."""
    for one in moves:
        one.refuse_elsewhere()
    files.sync_below([one.new for one in moves if one.new is not None])
    order = half_restored(root)
    part = order.with_suffix(".part")
    told = [[None if m.new is None else str(m.new), str(m.live), str(m.aside)] for m in moves]
    with part.open("w", encoding="utf-8") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    files.replace(part, order)
    sync(order.parent)
    finish(root)


def finish(root: Path) -> None:
    """Make the moves that were written down and are not made yet. Close the workspace before. Raises Failed."""
    order = half_restored(root)
    if not order.exists():
        return
    told: list[tuple[str | None, str, str]] = json.loads(order.read_text("utf-8"))
    for new, live, aside in told:
        try:
            Move(None if new is None else Path(new), Path(live), Path(aside)).make()
        except OSError as error:
            raise Failed(
                _("{path} cannot be put back: {reason}. Mend that, then type any command: it goes on there").format(
                    path=live, reason=reason_of(error)
                )
            ) from error
    order.unlink()
    sync(order.parent)
    shutil.rmtree(order.parent, ignore_errors=True)


def free_name(path: Path) -> Path:
    """The path, numbered where something has come to stand there."""
    names = (path, *(path.with_name(f"{path.name}-{number}") for number in range(2, 100)))
    return next(one for one in names if not os.path.lexists(one))


def _rename(old: Path, new: Path) -> None:
    make_folder(new.parent)
    files.replace(old, new)
    sync(new.parent)
    sync(old.parent)


def _above(path: Path) -> Path:
    return next(one for one in path.parents if one.exists())
