"""Files that arrive are taken up once they are whole, and each of them once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo.flow.workspace import Workspace
from robo_scheduler.work.arrivals import SETTLED, Arrived, Looks, State, look, settle


@pytest.fixture
def here(tmp_path: Path) -> Workspace:
    (tmp_path / "arrivee").mkdir()
    return Workspace(tmp_path, folders={"arrivee": tmp_path / "arrivee"})


def put(here: Workspace, name: str, text: str = "x", changed: float = 1.0) -> None:
    file = here.root / "arrivee" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, (changed, changed))


def test_a_file_has_arrived_once_it_stays_as_it_is(here: Workspace) -> None:
    state: State = {}
    arrived: list[tuple[float, str]] = []

    def looked(now: float) -> None:
        nonlocal state
        state, found = settle(look("arrivee/*.pdf", here), state, now)
        arrived.extend((now, one.key) for one in found)

    put(here, "a.pdf")
    looked(0.0)
    looked(1.9)
    put(here, "a.pdf", "xy", 2.0)  # somebody goes on writing
    looked(2.5)
    looked(4.5)
    looked(60.0)
    assert arrived == [(4.5, "arrivee/a.pdf|2|2000000000")]
    put(here, "a.pdf", "xy", 99.0)  # another one under its name
    looked(100.0)
    looked(102.0)
    assert arrived[1:] == [(102.0, "arrivee/a.pdf|2|99000000000")]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("arrivee/*.pdf", ["a.pdf", "B.PDF"]),
        ("arrivee/*", ["a.pdf", "B.PDF", "été.txt"]),
        ("arrivee/a.pdf", ["a.pdf"]),
        ("arrivee/[ab].pdf", ["a.pdf", "B.PDF"]),
        ("arrivee/**/*.pdf", ["a.pdf", "B.PDF", "2026/c.pdf", "2026/12/d.pdf"]),
        ("arrivee/**", ["a.pdf", "B.PDF", "été.txt", "2026/c.pdf", "2026/12/d.pdf"]),
        ("arrivee/20*/*.pdf", ["2026/c.pdf"]),
    ],
)
def test_patterns(here: Workspace, pattern: str, found: list[str]) -> None:
    for name in ("a.pdf", "B.PDF", "2026/c.pdf", "2026/12/d.pdf", "e\u0301te\u0301.txt"):
        put(here, name)
    shown = {name.replace("e\u0301", "é") for name in look(pattern, here)}
    assert shown == {f"arrivee/{name}" for name in found}


def test_what_is_unfinished_open_empty_or_a_link_is_left(here: Workspace) -> None:
    for name in ("a.pdf.part", "b.pdf.crdownload", "c.tmp", ".~robo-1.part", "~$d.xlsx", "d.xlsx"):
        put(here, name)
    put(here, "empty.pdf", "")
    (here.root / "arrivee" / "link.pdf").symlink_to(here.root / "arrivee" / "d.xlsx")
    put(here, "e.pdf")
    assert list(look("arrivee/*", here)) == ["arrivee/e.pdf"]


def test_a_share_that_is_away_is_no_empty_folder(here: Workspace) -> None:
    (here.root / "arrivee").rmdir()
    with pytest.raises(FileNotFoundError):
        look("arrivee/*.pdf", here)


FOUND = st.dictionaries(st.sampled_from(["a", "b"]), st.builds(Looks, st.integers(1, 2), st.integers(1, 2)))


@given(st.lists(st.tuples(st.floats(0.1, 3.0), FOUND), max_size=20))
def test_each_file_that_stays_arrives_once(looks: list[tuple[float, dict[str, Looks]]]) -> None:
    state: State = {}
    now = 0.0
    since: dict[str, tuple[Looks, float]] = {}
    told: set[str] = set()
    for step, found in looks:
        now += step
        state, arrived = settle(found, state, now)
        for path in set(since) - set(found):
            del since[path]
            told.discard(path)
        for path, one in found.items():
            if path not in since or since[path][0] != one:
                since[path] = (one, now)
                told.discard(path)
        due = {path for path, (_looks, at) in since.items() if now - at >= SETTLED} - told
        assert set(arrived) == {Arrived(path, f"{path}|{found[path].size}|{found[path].changed}") for path in due}
        told |= due
