"""Files moved and copied: nothing overwritten, nothing lost, and what a stop left behind is known again."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from files.desk import LONG_AGO, begun, ended, made, settled
from robo.files.moving import copy, move, was_copied, was_moved
from robo.kit.change import CannotTell, Done, NotDone
from robo.kit.errors import Failed, Refused
from robo.kit.outlook import fresh
from robo.platforms.files import files


def file(folder: Path, name: str, content: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(content)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


@pytest.fixture(params=["one file system", "two file systems"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Where files go: on the disk of the test, or on another one."""
    if request.param == "one file system":
        yield tmp_path / "out"
        return
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system")
    folder = Path(tempfile.mkdtemp(dir=memory))
    yield folder / "out"
    shutil.rmtree(folder)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_file_is_moved_into_folders_made_for_it(tmp_path: Path, out: Path) -> None:
    source = file(tmp_path / "in", "a.txt", "one")
    target = out / "2026" / "mai" / "a.txt"
    assert made(move(source, target)) == target
    assert (target.read_text(), target.stat().st_mtime) == ("one", LONG_AGO)
    assert names(tmp_path / "in") == []


def test_a_name_that_is_taken_is_numbered_whatever_its_case(tmp_path: Path, out: Path) -> None:
    file(out, "Reçu.PDF", "first")
    file(out, "reçu (2).pdf", "second")
    target = made(move(file(tmp_path / "in", "x", "third"), out / "rec\u0327u.pdf"))
    assert target.name == "rec\u0327u (3).pdf"
    assert len(names(out)) == 3


def test_what_lies_there_already_is_only_taken_away(tmp_path: Path, out: Path) -> None:
    file(out, "a.txt", "other")
    there = file(out, "a (2).txt", "one")
    source = file(tmp_path / "in", "a.txt", "one")
    assert made(move(source, out / "a.txt")) == there
    assert names(out) == ["a (2).txt", "a.txt"]
    assert names(tmp_path / "in") == []


def test_a_name_that_is_taken_may_be_refused(tmp_path: Path, out: Path) -> None:
    file(out, "a.txt", "other")
    source = file(tmp_path / "in", "a.txt", "one")
    with pytest.raises(Refused, match="with other content"):
        made(move(source, out / "a.txt", "refuse"))
    assert source.read_text() == "one"


def test_somebody_who_comes_in_between_loses_nothing(tmp_path: Path, out: Path) -> None:
    source = file(tmp_path / "in", "a.txt", "one")
    doing = move(source, out / "a.txt")
    begun(doing)
    file(out, "a.txt", "somebody else's")
    with pytest.raises(Failed, match="was taken meanwhile"):
        ended(doing)
    assert (source.read_text(), (out / "a.txt").read_text()) == ("one", "somebody else's")
    assert names(out) == ["a.txt"]


@pytest.mark.parametrize("way", ["no call", "no call, no links"])
def test_where_the_system_knows_fewer_ways_nothing_is_overwritten_either(
    tmp_path: Path, out: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_names: Path, **_how: bool) -> None:
        raise OSError(errno.EPERM, "not here")

    monkeypatch.setattr(type(files), "_rename", lambda _system, source, target: errno.ENOSYS)
    if "no links" in way:
        monkeypatch.setattr(os, "link", no_links)
    first, second = (file(tmp_path / "in", name, name) for name in ("first", "second"))
    doing = move(second, out / "a.txt")
    begun(doing)
    assert made(move(first, out / "a.txt")) == out / "a.txt"
    with pytest.raises(Failed, match="was taken meanwhile"):
        ended(doing)
    assert (names(tmp_path / "in"), names(out)) == (["second"], ["a.txt"])
    assert (out / "a.txt").read_text() == "first"


def test_a_file_that_is_written_in_between_stays(tmp_path: Path, out: Path) -> None:
    source = file(tmp_path / "in", "a.txt", "one")
    doing = move(source, out / "a.txt")
    begun(doing)
    source.write_text("two")
    with pytest.raises(Failed, match="was changed meanwhile"):
        ended(doing)
    assert source.read_text() == "two"
    assert names(out) == []


def test_a_copy_leaves_the_file_and_is_made_once(tmp_path: Path, out: Path) -> None:
    source = file(tmp_path / "in", "a.txt", "one")
    assert made(copy(source, out / "a.txt")) == out / "a.txt"
    assert ended(copy(source, out / "a.txt")) == out / "a.txt"
    assert (source.read_text(), names(out)) == ("one", ["a.txt"])


def test_a_file_moved_onto_itself_stays(tmp_path: Path) -> None:
    source = file(tmp_path / "in", "a.txt", "one")
    assert ended(move(source, source)) == source
    assert source.read_text() == "one"


def test_after_a_stop_it_is_known_whether_it_was_moved(tmp_path: Path, out: Path) -> None:
    source = file(tmp_path / "in", "a.txt", "one")
    change = begun(move(source, out / "a.txt"))
    assert isinstance(settled(was_moved, change), NotDone)
    file(out, "a.txt", "one")
    # Stopped between the copy and the removal: what was left to do is done.
    assert settled(was_moved, change) == Done(out / "a.txt")
    assert names(tmp_path / "in") == []
    (out / "a.txt").unlink()
    assert isinstance(settled(was_moved, change), CannotTell)


def test_after_a_stop_it_is_known_whether_it_was_copied(tmp_path: Path, out: Path) -> None:
    source = file(tmp_path / "in", "a.txt", "one")
    change = begun(copy(source, out / "a.txt"))
    assert isinstance(settled(was_copied, change), NotDone)
    made(copy(source, out / "a.txt"))
    assert settled(was_copied, change) == Done(out / "a.txt")
    assert source.read_text() == "one"


def test_a_plan_of_three_files_to_one_name_is_what_is_then_done(tmp_path: Path, out: Path) -> None:
    sources = [file(tmp_path / "in", f"{number}.txt", str(number)) for number in range(3)]
    outlook, planned = fresh(), []
    try:
        for source in sources:
            change = begun(move(source, out / "Mai" / "facture.txt"))
            outlook.foresee(change)
            planned.append(change.gives)
    finally:
        fresh()
    assert [one.name for one in planned] == ["facture.txt", "facture (2).txt", "facture (3).txt"]
    assert not out.exists()
    assert [made(move(source, out / "Mai" / "facture.txt")) for source in sources] == planned
