"""`robo check` is there at once: what it does not need, it does not load."""

from __future__ import annotations

import re
import subprocess
import sys

from cli.conftest import Desk

SLOW = {
    "asyncio", "ctypes", "email", "importlib.metadata", "importlib.resources", "jinja2", "openpyxl", "playwright",
    "pypdfium2", "smtplib", "sqlite3", "ssl", "subprocess", "tempfile",
}  # fmt: skip


def test_a_check_loads_nothing_that_it_does_not_use(desk: Desk) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "robo", "check", "register"]
    told = subprocess.run(command, cwd=desk.root, capture_output=True, text=True, check=True).stderr
    loaded = set(re.findall(r"^import time:.*\| +([\w.]+)$", told, re.MULTILINE))
    assert "robo.flow.load" in loaded
    assert loaded & SLOW == set()
