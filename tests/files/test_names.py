"""Where a file may go: under a declared folder, and what documents fill in is a name, never a way."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.desk import Desk
from robo.files import move
from robo.flow.folders import settled_paths
from robo.flow.formula import parse_value
from robo.flow.load import load_text
from robo.flow.problems import FaultyFile
from robo.flow.workspace import Workspace, open_workspace
from robo.kit.action import Action
from robo.kit.errors import Refused
from robo.kit.shelf import installed

ROOT = Path("/somewhere")
WORKSPACE = Workspace(ROOT, folders={"out": ROOT / "out"})


def placed(to: str, workspace: Workspace = WORKSPACE, **names: Any) -> Path:
    """Where `move` would put the file `in/lettre.pdf`."""
    written = {"file": "out/lettre.pdf", "to": parse_value(to)}
    values = {"file": "out/lettre.pdf", "to": written["to"] if isinstance(written["to"], str) else "merged"}
    if not isinstance(written["to"], str):
        values["to"] = written["to"].evaluate(names, "fr")
    return settled_paths(Action("move", move), written, values, names, "fr", workspace)["to"]


HOSTILE = st.sampled_from(["..", "../..", "/etc", "a/../b", "\\\\server", "nul", "COM1.txt", "x\u202etxt", "\x00", "é"])


@given(st.one_of(st.text(max_size=80), HOSTILE, st.text(alphabet="./\\ a\u0301", max_size=12)))
def test_a_merged_value_is_one_name_or_is_refused(value: str) -> None:
    try:
        path = placed("out/2026/{{ value }}.pdf", value=value)
    except Refused:
        return
    assert path.parent == ROOT / "out" / "2026"
    name = path.name.removesuffix(".pdf")
    assert name == unicodedata.normalize("NFC", name).strip()
    assert name.strip(".")
    assert len(path.name.encode()) <= 200
    assert not any(unicodedata.category(sign).startswith("C") or sign in '/\\<>:"|?*' for sign in name)


@pytest.mark.parametrize("value", ["..", "a/b", "a\\b", "CON", "prn ", "", " ", "x.", "a:b", "a\u202eb", "é" * 101])
def test_what_is_no_name_is_refused(value: str) -> None:
    with pytest.raises(Refused):
        placed("out/{{ value }}", value=value)


def test_a_leading_value_may_be_a_whole_folder() -> None:
    assert placed("{{ base }}/{{ n }}.pdf", base="out/2026/mai", n=7) == ROOT / "out/2026/mai/7.pdf"
    with pytest.raises(Refused, match="leads out"):
        placed("{{ base }}/{{ n }}.pdf", base="out/../..", n=7)


def test_a_folder_keeps_the_name_of_the_file() -> None:
    assert placed("out/2026/") == ROOT / "out/2026/lettre.pdf"


def test_a_path_that_is_longer_than_the_system_takes_is_refused() -> None:
    with pytest.raises(Refused, match="too long a path"):
        placed("/".join(["out", *["n" * 100] * 50]))


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "away").symlink_to("/")
    with pytest.raises(Refused, match="outside of the declared folders"):
        placed("out/away/x.pdf", Workspace(tmp_path, folders={"out": tmp_path / "out"}))


@pytest.mark.parametrize(
    ("to", "fault"),
    [
        ("elsewhere/x.pdf", "outside of the declared folders"),
        ("elsewhere/{{ file.name }}", "outside of the declared folders"),
        ("out/../x.pdf", "leads out"),
        ("out", "is a folder"),
        ("out/nul/{{ file.name }}", "means a device"),
    ],
)
def test_what_is_wrong_with_a_literal_is_found_before_the_run(tmp_path: Path, to: str, fault: str) -> None:
    desk = Desk.make(tmp_path, FLOW.replace("out/done/", to))
    with pytest.raises(FaultyFile) as found:
        load_text((tmp_path / "flows/filing.yaml").read_text(), tmp_path / "f.yaml", open_workspace(desk.root), SHELF)
    (problem,) = found.value.problems
    assert fault in problem.message
    assert problem.mark.line == 6


def test_without_declared_folders_nothing_is_moved(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(FaultyFile) as found:
        load_text(FLOW, tmp_path / "flows" / "f.yaml", Workspace(tmp_path), SHELF)
    assert {problem.mark.line for problem in found.value.problems} == {6}
    assert "robo.toml has no [folders]" in found.value.problems[0].message


SHELF = installed()
FLOW = """\
robo: 1
steps:
  - for_each_file:
      in: in
      key: file.sha256
      steps: [move: {file: =file.path, to: "out/done/"}]
"""


def test_each_environment_may_have_its_own_folder(tmp_path: Path) -> None:
    text = '[folders]\nout = {production = "real", test = "trial"}\nin = "in"\n'
    (tmp_path / "robo.toml").write_text(text)
    assert open_workspace(tmp_path, "test").folders == {"out": tmp_path / "trial", "in": tmp_path / "in"}
    assert open_workspace(tmp_path).resolve("out/x.pdf") == tmp_path / "real" / "x.pdf"
