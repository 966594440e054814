"""What `for_each_file` goes through, and what it leaves for the next run."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from files.desk import Desk
from robo.files import Files
from robo.flow.load import load_flow
from robo.flow.problems import FaultyFile
from robo.flow.workspace import open_workspace
from robo.kit.shelf import installed

FLOW = """\
robo: 1
steps:
  - for_each_file:
      in: in
      match: "*.txt"
      key: file.sha256
      steps:
        - move: {file: =file.path, to: "out/{{ file.stem }}/note{{ file.suffix }}"}
"""


def put(folder: Path, name: str, content: str = "x", age: float = 1000.0) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    changed = time.time() - age
    os.utime(path, (changed, changed))


def test_files_are_listed_with_what_is_known_of_them(tmp_path: Path) -> None:
    put(tmp_path, "b.PDF", "two")
    put(tmp_path, "É.pdf", "three")
    put(tmp_path, "a.txt")
    put(tmp_path, "below/c.pdf")
    listed = list(Files(tmp_path, "*.pdf", True).entries())
    assert [entry.title for entry in listed] == ["b.PDF", "É.pdf", "below/c.pdf"]
    first = listed[0].values
    assert (first["name"], first["stem"], first["suffix"], first["size"]) == ("b.PDF", "b", ".PDF", 3)
    assert (first["folder"], first["path"]) == (str(tmp_path), str(tmp_path / "b.PDF"))
    assert first["sha256"] == "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
    assert len(list(Files(tmp_path, "*.pdf").entries())) == 2


def test_what_is_not_finished_is_left_and_told(tmp_path: Path) -> None:
    put(tmp_path, "whole.txt")
    for name in ("a.txt.part", "b.txt.crdownload", ".~lock.open.txt#", "~$word.txt", ".~robo-1.part"):
        put(tmp_path, name)
    put(tmp_path, "open.txt")
    put(tmp_path, "word.txt")
    put(tmp_path, "empty.txt", "")
    (tmp_path / "link.txt").symlink_to(tmp_path / "whole.txt")
    told = {entry.title: entry.later for entry in Files(tmp_path, "*.txt").entries()}
    assert told == {
        "whole.txt": "",
        "a.txt.part": "it is still being written",
        "b.txt.crdownload": "it is still being written",
        "open.txt": "it is open in another program",
        "word.txt": "it is open in another program",
        "empty.txt": "it is empty",
        "link.txt": "it is a link to another place",
    }


def test_a_file_that_is_growing_is_left(tmp_path: Path) -> None:
    put(tmp_path, "growing.txt", age=0)
    put(tmp_path, "fresh.txt", age=0)

    def write() -> None:
        time.sleep(0.5)
        with (tmp_path / "growing.txt").open("a") as file:
            file.write("more")

    writer = threading.Thread(target=write)
    writer.start()
    told = {entry.title: bool(entry.later) for entry in Files(tmp_path).entries()}
    writer.join()
    assert told == {"fresh.txt": False, "growing.txt": True}


def test_a_folder_is_filed_and_the_second_run_finds_nothing_new(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path, FLOW)
    desk.file("a.txt", b"one")
    desk.file("b.txt", b"twice")
    desk.file("c.txt", b"twice")
    desk.file("d.txt.part", b"half")
    code, told, said = desk.robo("run", "filing")
    assert (code, told["counts"], desk.filed()) == (1, {"done": 1}, {"a/note.txt": b"one"})
    reason = "b.txt, c.txt are one and the same"
    assert told["refused_rows"] == [{"line": "b.txt", "reason": reason}, {"line": "c.txt", "reason": reason}]
    assert "d.txt.part: left for the next run, it is still being written" in said
    (tmp_path / "in" / "c.txt").unlink()
    (tmp_path / "in" / "d.txt.part").rename(tmp_path / "in" / "d.txt")
    code, told, _said = desk.robo("run", "filing")
    assert (code, told["counts"], told["already"]) == (0, {"done": 2}, 1)
    assert set(desk.filed()) == {"a/note.txt", "b/note.txt", "d/note.txt"}


def test_nothing_can_be_written_back_into_a_folder(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path, FLOW + "      write_back: {Filed: =position}\n")
    with pytest.raises(FaultyFile) as found:
        load_flow("filing", open_workspace(desk.root), installed())
    assert ["append_row" in problem.mend for problem in found.value.problems] == [True]


def test_a_misspelt_name_is_found_before_the_run(tmp_path: Path) -> None:
    desk = Desk.make(tmp_path, FLOW.replace("file.stem", "file.stemm"))
    with pytest.raises(FaultyFile) as found:
        load_flow("filing", open_workspace(desk.root), installed())
    assert 'Did you mean "stem"?' in found.value.problems[0].mend
