"""The house keeps its own rules: who may import whom, how long a file may be, what a start may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from platforms.seam import SEAM, foreign

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "robots").rglob("*.py"), *(ROOT / "scheduler").rglob("*.py")])
LONGEST = 500
UNFINISHED = ("TODO", "FIXME", "XXX", "raise NotImplemented")
HEAVY = ("playwright", "openpyxl", "asyncio")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_each_floor_knows_only_the_floors_below_it() -> None:
    check = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", check, "--no-cache"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_no_file_is_long() -> None:
    lines = {name(path): path.read_text("utf-8").count("\n") for path in SOURCES}
    assert not {path: count for path, count in lines.items() if count > LONGEST}


def test_nothing_is_left_unfinished() -> None:
    found = [f"{name(path)}: {word}" for path in SOURCES for word in UNFINISHED if word in path.read_text("utf-8")]
    assert not found


def test_what_robots_are_written_with_says_what_it_does() -> None:
    kit = ROOT / "robots" / "robo" / "kit"
    assert not [f"{name(path)}: {silent}" for path in sorted(kit.glob("*.py")) for silent in undocumented(path)]


def undocumented(path: Path) -> Iterator[str]:
    """Public functions and classes of the module that have no docstring."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            overload = any(ast.unparse(decorator) == "overload" for decorator in node.decorator_list)
            if not overload and not ast.get_docstring(node):
                yield node.name


def test_what_one_system_alone_has_is_named_in_its_seam_alone() -> None:
    found = [
        f"{name(path)}:{line}: {what}"
        for path in SOURCES
        if not name(path).startswith(SEAM)
        for line, what in foreign(ast.parse(path.read_text("utf-8")))
    ]
    assert not found, "put it behind a protocol of robots/robo/platforms:\n" + "\n".join(found)


@pytest.mark.parametrize("module", ["robo.cli.main", "robo.run.supervisor", "robo.flow.check"])
def test_nothing_heavy_is_loaded_before_it_is_used(module: str) -> None:
    show = f"import sys, {module}; print(*sorted({{m.partition('.')[0] for m in sys.modules}} & set({HEAVY!r})))"
    loaded = subprocess.run([sys.executable, "-c", show], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert loaded.split() == []
