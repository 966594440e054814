"""A workspace begun from nothing, and the Tab key."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import Desk
from robo.flow.workspace import open_workspace


@pytest.mark.parametrize(("language", "flow"), [("fr", "premier"), ("en", "first")])
def test_a_workspace_begun_here_can_be_checked_and_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, flow: str
) -> None:
    monkeypatch.setenv("ROBO_LANGUAGE", language)
    made = subprocess.run([sys.executable, "-m", "robo", "init", tmp_path / "lab"], check=False)
    desk = Desk(tmp_path / "lab")
    assert made.returncode == 0
    assert f'language = "{language}"' in (desk.root / "robo.toml").read_text("utf-8")
    assert desk.robo("check").returncode == 0
    assert "Émilie" in desk.robo("run", flow).stderr


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_examples_of_its_robo_toml_can_be_taken(tmp_path: Path, language: str) -> None:
    subprocess.run([sys.executable, "-m", "robo", "init", "--lang", language, tmp_path], check=True)
    file = tmp_path / "robo.toml"
    uncommented = re.sub(r"^# (?=\[|\w+ = )", "", file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(uncommented, encoding="utf-8")
    workspace = open_workspace(tmp_path)
    assert (len(workspace.sites), len(workspace.accounts)) == (1, 1)


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write("robo.toml", "# mine\n")
    desk.write("flows/first.yaml", "# mine too\n")
    told = desk.json("init", ".")
    assert (told["made"], told["kept"]) == ([".gitignore"], ["robo.toml", "flows/first.yaml"])
    assert (tmp_path / "robo.toml").read_text() + (tmp_path / "flows/first.yaml").read_text() == "# mine\n# mine too\n"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("robo che", ["check"]),
        ("robo run reg", ["register"]),
        ("robo actions regi", ["register.enter"]),
        ("robo completion ", ["bash", "zsh", "fish"]),
    ],
)
def test_the_tab_key_knows_commands_and_names(desk: Desk, typed: str, offered: list[str]) -> None:
    count = len(typed.split()) - (not typed.endswith(" "))
    asked = {"_ROBO_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(count)}
    told = subprocess.run(
        [sys.executable, "-m", "robo"], cwd=desk.root, env={**os.environ, **asked}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert [line.partition(",")[2] for line in told.stdout.splitlines()] == offered


def test_bash_itself_completes_with_what_is_printed(desk: Desk) -> None:
    desk.write("bin/robo", f'#!/bin/sh\nexec {sys.executable} -m robo "$@"\n')
    (desk.root / "bin/robo").chmod(0o755)
    script = desk.robo("completion", "bash").stdout
    ask = "COMP_WORDS=(robo run reg); COMP_CWORD=2; _robo_completion robo; echo ${COMPREPLY[@]}"
    told = subprocess.run(
        ["bash", "-c", f"{script}\n{ask}"], cwd=desk.root, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{desk.root / 'bin'}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert (told.stdout.strip(), told.stderr) == ("register", "")
