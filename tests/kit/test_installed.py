"""Robots of installed packages are found just as the standard library would find them."""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from robo.kit.installed import load, offered

ENTRY_POINTS = "# ours\n[other]\na = x\n\n[robo.robots]\nnotes = notes.robot\nstamps=notes.robot:stamps [colour]\n"


def package(folder: Path, name: str, text: str = ENTRY_POINTS) -> Path:
    info = folder / f"{name}.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(text, encoding="utf-8")
    (info / "METADATA").write_text(f"Name: {name.partition('-')[0]}\nVersion: 1\n", encoding="utf-8")
    return folder


def by_the_library(group: str) -> list[tuple[str, str]]:
    return sorted((point.name, point.value) for point in entry_points(group=group))


@pytest.mark.parametrize("group", ["robo.robots", "console_scripts", "pytest11", "nothing"])
def test_the_same_are_found(group: str) -> None:
    assert sorted(offered(group)) == by_the_library(group)


def test_the_first_package_of_a_name_hides_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path / "late", "Lab.Notes-1.0")
    monkeypatch.syspath_prepend(str(tmp_path / "late"))
    monkeypatch.syspath_prepend(str(package(tmp_path / "early", "lab_notes-2.0", "[robo.robots]\nnotes = newer\n")))
    found = [one for one in offered("robo.robots") if not one[1].startswith("robo.")]
    assert found == [("notes", "newer")]
    assert sorted(offered("robo.robots")) == by_the_library("robo.robots")


def test_packages_in_an_archive_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "lab.zip", "w") as archive:
        archive.writestr("lab-1.dist-info/entry_points.txt", ENTRY_POINTS)
        archive.writestr("lab-1.dist-info/METADATA", "Name: lab\nVersion: 1\n")
    monkeypatch.syspath_prepend(str(tmp_path / "lab.zip"))
    assert ("notes", "notes.robot") in offered("robo.robots")


def test_what_an_entry_point_names_is_loaded() -> None:
    assert load("sys") is sys
    assert load("os.path:join.__name__ [extra]") == "join"
