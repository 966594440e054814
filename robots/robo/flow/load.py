"""From a file to a flow that can be run: read, understood and checked as a whole, with every fault told at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robo.flow.files import find_flow, shown
from robo.flow.model import Flow
from robo.flow.reading import Reading
from robo.flow.text import read_file, read_text
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace
from robo.kit.shelf import Shelf


def load_flow(
    path_or_name: str | Path,
    workspace: Workspace,
    shelf: Shelf,
    vault: Vault | None = None,
    given: Mapping[str, Any] | None = None,
) -> Flow:
    """A flow by its path, or by its name under `flows/` ("demandes", "commun/extraire"), with all that it runs.

    vault: where the passwords that the flow needs must be; not asked without it.
    given: inputs that are known already, as people typed them, so that the files that they name are checked too.
    Raises FaultyFile with every fault of the file and of those that it runs, FaultyFlow where there is no such flow.
    """
    file = find_flow(path_or_name, workspace)
    return Reading(workspace, shelf, vault).whole(read_file(file, shown(file, workspace)), file, given or {})


def load_text(
    text: str,
    file: Path,
    workspace: Workspace,
    shelf: Shelf,
    vault: Vault | None = None,
    *,
    deep: bool = True,
    called: Mapping[str, str] | None = None,
    templates: Mapping[str, str] | None = None,
) -> Flow:
    """A flow whose text was stored. file: where it stood, which makes its path; deep: False reads it as it is and
    checks neither names nor files, for a run that was begun with it. called: the stored texts of the flows that it
    runs, by path, templates: of its templates, by name; without them these are read as they stand today.
    Raises FaultyFile."""
    return Reading(workspace, shelf, vault, deep, called, templates).whole(
        read_text(text, shown(file, workspace)), file, {}
    )
