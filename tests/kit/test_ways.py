"""Paths as people write them, for Windows and for POSIX: judged on texts alone, so that both are tested here."""

from __future__ import annotations

from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo.kit.ways import form_fault, parted, way_fault

PIECES = st.sampled_from(
    [
        "a",
        "é",
        "S:",
        "s:/",
        "/",
        "//",
        "\\",
        "..",
        ".",
        " ",
        "nul",
        "CON.txt",
        "conin$",
        "COM1",
        "a.",
        "x:y",
        "?",
        "~$a",
    ]
)
WAYS = st.lists(PIECES, max_size=7).map("".join) | st.text(max_size=12)
FLAVOURS: list[tuple[str, type[PurePath], str]] = [
    ("win32", PureWindowsPath, "C:/base"),
    ("linux", PurePosixPath, "/base"),
]


@pytest.mark.parametrize(("system", "flavour", "base"), FLAVOURS)
@given(way=WAYS)
def test_a_path_that_is_taken_leads_through_its_own_names_and_nowhere_else(
    system: str, flavour: type[PurePath], base: str, way: str
) -> None:
    if way_fault(way, system):
        return
    start, names = parted(way)
    path = flavour(way)
    assert path.parts[1:] == names if start else path.parts == names
    assert ".." not in path.parts
    assert not path.is_reserved()
    assert path.is_absolute() or not path.drive
    if not start:
        assert (flavour(base) / way).is_relative_to(base)


@pytest.mark.parametrize(
    ("way", "start", "names"),
    [
        ("S:/Arrivée/2026", "S:/", ("Arrivée", "2026")),
        ("//serveur/partage/Arrivée/", "//serveur/partage/", ("Arrivée",)),
        ("//serveur/partage", "//serveur/partage", ()),
        ("/srv/a", "/", ("srv", "a")),
        ("classement/2026", "", ("classement", "2026")),
    ],
)
def test_drives_and_shares_are_where_a_path_begins(way: str, start: str, names: tuple[str, ...]) -> None:
    assert parted(way) == (start, names)
    assert way_fault(way, "win32") == ""


@pytest.mark.parametrize("way", ["S:/Arrivée", "//serveur/partage/Arrivée"])
def test_where_there_are_no_drives_and_shares_they_are_named_as_such(way: str) -> None:
    assert "Windows" in way_fault(way, "linux")


@pytest.mark.parametrize("system", ["win32", "linux"])
@pytest.mark.parametrize("way", ["//./nul/x", "//?/C:/x", "//serveur", "S:Arrivée", "S:", "a/CONOUT$", "a/b ", "a//b"])
def test_what_means_something_else_is_taken_nowhere(way: str, system: str) -> None:
    assert way_fault(way, system)


@pytest.mark.parametrize(
    ("way", "mend"), [("S:\\Arrivée", "S:/Arrivée"), ("S:Arrivée", "S:/Arrivée"), ("\\\\s\\p\\a", "//s/p/a")]
)
def test_what_is_written_otherwise_is_mended(way: str, mend: str) -> None:
    assert form_fault(way)[1] == mend
    assert form_fault(mend) == ("", "")
