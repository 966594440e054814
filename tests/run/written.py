"""Flows as people write them, run by the engine in the make-believe office."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from robo.flow.load import load_text
from robo.flow.workspace import Workspace
from run.engine import Machine
from run.office import SHELF


def written(machine: Machine, text: str, others: Mapping[str, str] | None = None) -> None:
    """The machine's flow is this text from now on, `flows/entry.yaml`. others: further flows by their names."""
    workspace = Workspace(machine.place)
    for name, one in (others or {}).items():
        file = workspace.flows / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_whole(machine, one), encoding="utf-8")
    machine.flow = load_text(_whole(machine, text), workspace.flows / "entry.yaml", workspace, SHELF)


def _whole(machine: Machine, text: str) -> str:
    return "robo: 1\n" + dedent(text).replace("OFFICE", machine.office.name)
