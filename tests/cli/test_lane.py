"""What a lane carries: a run pays for nothing that it does not use."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cli.conftest import Desk

ROBOT = '''\
"""Tells what its lane has loaded."""
import json
import sys
from pathlib import Path

from robo import action


@action
def loaded(to: Path) -> None:
    """Write down the modules that are loaded.

    to: the file
    """
    to.write_text(json.dumps(sorted(sys.modules)))
'''
FLOW = """\
robo: 1
steps:
  - for_each_row:
      in: demandes.xlsx
      key: row.numero
      where: position < 4
      steps:
        - register.enter: {file: register.txt, number: =row.numero}
      write_back: {Observations: =row.observations}
  - tell.loaded: modules.json
"""
UNUSED = (
    "jinja2", "openpyxl", "pypdfium2", "lxml", "webbrowser", "smtplib", "markdown_it", "robo.report", "robo.cli",
    "robo_scheduler", "apscheduler", "holidays",
)  # fmt: skip
"""Beside them a lane may load a driver for pages while it waits for its order: that costs no time."""


def test_a_lane_loads_neither_reports_nor_documents_that_its_run_does_not_use(desk: Desk) -> None:
    desk.write("robots/tell.py", ROBOT)
    desk.write("flows/lean.yaml", FLOW)
    ended = desk.robo("run", "lean")
    assert ended.returncode == 0, ended.stderr
    loaded = json.loads((desk.root / "modules.json").read_text("utf-8"))
    assert "robo.run.loops.keyed" in loaded
    assert [name for name in UNUSED if name in loaded] == []


SERVICE = ("robo_scheduler", "apscheduler", "holidays")
LOADED = """\
import atexit, json, sys
from robo.cli.main import main
atexit.register(lambda: open("modules.json", "w").write(json.dumps(sorted(sys.modules))))
main()
"""


@pytest.mark.parametrize("command", ["run", "check", "dry-run"])
def test_without_the_service_nothing_of_it_is_loaded(desk: Desk, command: str) -> None:
    desk.write("flows/lean.yaml", "robo: 1\nschedule:\n  - every: weekday at 07:30\nsteps:\n  - log: nothing\n")
    subprocess.run([sys.executable, "-c", LOADED, command, "lean"], cwd=desk.root, check=True, capture_output=True)
    loaded = json.loads((desk.root / "modules.json").read_text("utf-8"))
    assert "robo.flow.load" in loaded
    assert [name for name in loaded if name.partition(".")[0] in SERVICE] == []
