"""From a file to a flow that can be run: read, understood and checked as a whole, with every fault told at once."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robo.flow.bind import leaves
from robo.flow.check import check_flow
from robo.flow.columns import Columns
from robo.flow.controls import TOP, TOP_LATER
from robo.flow.draft import Draft
from robo.flow.head import (
    first_names,
    read_gain,
    read_inputs_block,
    read_secrets,
    read_settings,
    read_vars,
)
from robo.flow.inputs import default_of, input_value
from robo.flow.model import Flow, Input
from robo.flow.problems import FaultyFile, did_you_mean
from robo.flow.references import check_references
from robo.flow.spot import Spot
from robo.flow.steps import Reader
from robo.flow.text import Document, read_file, read_text
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace
from robo.kit.errors import FaultyFlow, Refused
from robo.kit.messages import _
from robo.kit.shelf import Shelf

SUFFIXES = (".yaml", ".yml")


def load_flow(
    path_or_name: str | Path,
    workspace: Workspace,
    shelf: Shelf,
    vault: Vault | None = None,
    given: Mapping[str, Any] | None = None,
) -> Flow:
    """A flow by its path, or by its name under `flows/` ("demandes", "commun/extraire").

    vault: where the passwords that the flow needs must be; not asked without it.
    given: inputs that are known already, as people typed them, so that the files that they name are checked too.
    Raises FaultyFile with every fault of the file, FaultyFlow where there is no such flow.
    """
    file = find_flow(path_or_name, workspace)
    return _flow(read_file(file, _shown(file, workspace)), file, workspace, shelf, vault, given, deep=True)


def load_text(
    text: str,
    file: Path,
    workspace: Workspace,
    shelf: Shelf,
    vault: Vault | None = None,
    *,
    deep: bool = True,
) -> Flow:
    """A flow whose text was stored. file: where it stood, which makes its path; deep: False reads it as it is and
    checks neither names nor files, for a run that was begun with it. Raises FaultyFile."""
    return _flow(read_text(text, _shown(file, workspace)), file, workspace, shelf, vault, None, deep=deep)


def find_flow(path_or_name: str | Path, workspace: Workspace) -> Path:
    """The file of a flow. Raises FaultyFlow with a suggestion."""
    asked = str(path_or_name)
    named = [workspace.flows / asked, *(workspace.flows / f"{asked}{suffix}" for suffix in SUFFIXES)]
    for file in (Path(asked), workspace.root / asked, *named):
        if file.suffix in SUFFIXES and file.is_file():
            return file.absolute()
    known = flow_names(workspace)
    mend = did_you_mean(asked, known) or (
        _("Known are: {known}").format(known=", ".join(known))
        if known
        else _("There is none yet under {folder}").format(folder=workspace.flows)
    )
    raise FaultyFlow(_('there is no flow "{name}". {mend}').format(name=asked, mend=mend))


def flow_names(workspace: Workspace) -> tuple[str, ...]:
    """The names of the flows under `flows/`, in order."""
    files = [file for suffix in SUFFIXES for file in workspace.flows.rglob(f"*{suffix}")]
    return tuple(sorted(_path(file, workspace) for file in files))


def _path(file: Path, workspace: Workspace) -> str:
    """Relative to `flows/` without suffix: the middle of a ledger's name, the same on every machine."""
    relative = os.path.relpath(file.absolute().with_suffix(""), workspace.flows)
    return unicodedata.normalize("NFC", Path(relative).as_posix())


def _shown(file: Path, workspace: Workspace) -> str:
    absolute = file.absolute()
    return absolute.relative_to(workspace.root).as_posix() if absolute.is_relative_to(workspace.root) else str(file)


def _flow(
    document: Document,
    file: Path,
    workspace: Workspace,
    shelf: Shelf,
    vault: Vault | None,
    given: Mapping[str, Any] | None,
    deep: bool,
) -> Flow:
    draft = Draft(document, deep)
    data = document.data
    if not isinstance(data, dict):
        draft.fault((), _("a flow begins with `robo: 1`"), _("Write: {example}").format(example="robo: 1"))
        raise FaultyFile(document.problems, {document.file: document.text})
    _top(draft, data)
    inputs = read_inputs_block(draft, data)
    secrets = read_secrets(draft, data)
    settings = read_settings(draft, data, workspace.language)
    names = first_names(inputs, secrets)
    path = _path(file, workspace)
    variables = read_vars(draft, data, names)
    reader = Reader(draft, shelf, Columns(workspace, _known_inputs(inputs, given or {})))
    steps = reader.steps(data["steps"], ("steps",), Spot(names)) if "steps" in data else ()
    flow = Flow(
        path=path,
        file=file,
        text=document.text,
        name=draft.text(data, "name", ()) or path,
        steps=steps,
        about=draft.text(data, "about", ()),
        owner=draft.text(data, "owner", ()),
        inputs=inputs,
        secrets=secrets,
        settings=settings,
        vars=variables,
        gain=read_gain(draft, data),
        tags=draft.texts(data, "tags", ()),
    )
    if deep:
        check_references(flow, reader, workspace, vault)
        check_flow(flow, reader)
    if document.problems:
        raise FaultyFile(document.problems, {document.file: document.text})
    return flow


def _top(draft: Draft, data: Mapping[str, Any]) -> None:
    draft.known_keys(data, (), TOP, TOP_LATER)
    if "robo" not in data:
        draft.fault((), _("the first line is missing: `robo: 1`"), _("It names the version of the language"))
    elif data["robo"] != 1 or isinstance(data["robo"], bool):
        draft.fault(
            ("robo",),
            _("this program reads version 1 of the language"),
            _("Write: {example}").format(example="robo: 1"),
        )
    if "steps" not in data and not any(did_you_mean(key, ("steps",)) for key in data if key not in TOP):
        draft.fault((), _("`steps` are missing: what the flow does"))


def _known_inputs(inputs: tuple[Input, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs whose value is known before the run: what was given, and constant defaults."""
    known: dict[str, Any] = {}
    for one in inputs:
        value = given.get(one.name)
        try:
            if value in (None, ""):
                value = None if any(leaves(one.default)) else default_of(one)
            if value not in (None, ""):
                known[one.name] = input_value(one, value)
        except (ValueError, Refused):
            continue  # said where it is given, or at the default
    return known
