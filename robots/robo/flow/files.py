"""Where flows stand: their files, their paths under `flows/`, and how they are called in messages."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from robo.flow.problems import did_you_mean
from robo.flow.workspace import Workspace
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _

SUFFIXES = (".yaml", ".yml")


def find_flow(path_or_name: str | Path, workspace: Workspace) -> Path:
    """The file of a flow, by its path or by its name under `flows/`. Raises FaultyFlow with a suggestion."""
    asked = str(path_or_name)
    for file in (Path(asked), workspace.root / asked, *_named(asked, workspace)):
        if file.suffix in SUFFIXES and file.is_file():
            return file.absolute()
    raise unknown_flow(asked, flow_names(workspace), workspace)


def find_called(name: str, workspace: Workspace) -> Path:
    """The file of a flow that another one runs, by its name under `flows/`. Raises FaultyFlow with a suggestion."""
    for file in _named(name, workspace):
        path = path_of(file, workspace)
        if file.suffix in SUFFIXES and file.is_file() and not path.startswith(("..", "/")):
            return workspace.flows / f"{path}{file.suffix}"
    raise unknown_flow(name, flow_names(workspace), workspace)


def unknown_flow(asked: str, known: tuple[str, ...], workspace: Workspace) -> FaultyFlow:
    """The error for a flow that is not there."""
    mend = did_you_mean(asked, known) or (
        _("Known are: {known}").format(known=", ".join(known))
        if known
        else _("There is none yet under {folder}").format(folder=workspace.flows)
    )
    return FaultyFlow(_('there is no flow "{name}". {mend}').format(name=asked, mend=mend))


def flow_names(workspace: Workspace) -> tuple[str, ...]:
    """The names of the flows under `flows/`, in order."""
    files = [file for suffix in SUFFIXES for file in workspace.flows.rglob(f"*{suffix}")]
    return tuple(sorted(path_of(file, workspace) for file in files))


def path_of(file: Path, workspace: Workspace) -> str:
    """Relative to `flows/` without suffix: the middle of a ledger's name, the same on every machine."""
    relative = os.path.relpath(file.absolute().with_suffix(""), workspace.flows)
    return unicodedata.normalize("NFC", Path(relative).as_posix())


def shown(file: Path, workspace: Workspace) -> str:
    """The file as messages call it."""
    absolute = file.absolute()
    return absolute.relative_to(workspace.root).as_posix() if absolute.is_relative_to(workspace.root) else str(file)


def _named(name: str, workspace: Workspace) -> tuple[Path, ...]:
    return (workspace.flows / name, *(workspace.flows / f"{name}{suffix}" for suffix in SUFFIXES))
