"""A robot that is killed while it writes leaves the workbook as it was, or as it should be."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from robo.workbook import Rows
from workbook.making import by_openpyxl, number

WRITER = """
import sys
from pathlib import Path
from robo.workbook import Rows
path, count = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for turn in range(10_000):
    values = {f"D{n}": {f"C{turn % 60}": f"{n}-{turn}"} for n in range(count)}
    Rows(path).write_back(values, lambda entry: entry.values["Numéro"])
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
def test_a_kill_at_any_instant_damages_nothing(tmp_path: Path) -> None:
    columns = [f"C{n}" for n in range(60)]
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", *columns], *([f"D{n}"] for n in range(40))])
    chance = random.Random(31)
    for _round in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path), "40"], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.05 + chance.random() * 0.2)
            writer.send_signal(signal.SIGKILL)
        for entry in zip(*(entry.values.values() for entry in Rows(path).entries()), strict=True):
            assert len({value is None for value in entry}) == 1  # a column is there for all rows, or for none
    Rows(path).write_back({"D1": {"C59": "fin"}}, number)
    assert os.listdir(tmp_path) == ["b.xlsx"]
