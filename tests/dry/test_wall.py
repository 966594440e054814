"""Behind the contract of changes: what a lab's own Python may not do while it only looks, with the real command."""

from __future__ import annotations

from pathlib import Path

from dry.conftest import Desk

ROBOT = '''\
"""A robot that does not keep to looking."""
import ctypes
import os
import socket
import sqlite3
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from robo import Change, Changing, action


@action
def look(how: str, folder: Path) -> str:
    """Do something while looking."""
    mine = folder / "mine.txt"
    if how == "write":
        mine.write_text("x")
    elif how == "append":
        mine.open("a").close()
    elif how == "descriptor":
        os.open(mine, os.O_WRONLY)
    elif how == "rename":
        mine.rename(folder / "other.txt")
    elif how == "remove":
        mine.unlink()
    elif how == "folder":
        (folder / "new").mkdir()
    elif how == "link":
        os.link(mine, folder / "linked.txt")
    elif how == "symlink":
        (folder / "linked.txt").symlink_to(mine)
    elif how == "mode":
        mine.chmod(0o600)
    elif how == "times":
        os.utime(mine)
    elif how == "truncate":
        os.truncate(mine, 0)
    elif how == "process":
        subprocess.run(["touch", str(folder / "new")])
    elif how == "shell":
        os.system(f"touch {folder / 'new'}")
    elif how == "fork":
        os.fork() or os._exit(0)
    elif how == "signal":
        os.kill(os.getppid(), 15)
    elif how == "connect":
        socket.create_connection(("127.0.0.1", 9))
    elif how == "listen":
        socket.socket().bind(("127.0.0.1", 0))
    elif how == "database":
        sqlite3.connect(folder / "new.db").execute("CREATE TABLE t (x)")
    elif how == "silent":
        with suppress(Exception):
            mine.write_text("x")
    elif how == "native":
        ctypes.CDLL(None).mkdir(bytes(folder / "native"), 0o777)
    elif how == "scratch":
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
        Path(os.devnull).write_text("x")
        sqlite3.connect(f"file:{folder / 'store.db'}?mode=ro", uri=True).execute("SELECT 1")
    return mine.read_text()


@action
def swallow(folder: Path) -> Changing[str]:
    """Go on after the yield."""
    try:
        yield Change("write")
    except GeneratorExit:
        pass
    return "went on"


@action
def tidy(folder: Path) -> Changing[str]:
    """Do it in the end, whatever comes."""
    try:
        yield Change("write")
    finally:
        (folder / "mine.txt").write_text("x")
    return "done"
'''

FLOW = """\
robo: 1
name: Wild
vars:
  ways: [{ways}]
steps:
  - name: look
    for_each:
      in: =vars.ways
      as: way
      key: way
      steps:
        - wild.look: {{how: =way, folder: .}}
  - name: swallow
    for_each:
      in: [a]
      as: other
      key: other
      steps:
        - wild.swallow: {{folder: .}}
  - name: tidy
    for_each:
      in: [b]
      as: other
      key: other
      steps:
        - wild.tidy: {{folder: .}}
"""
REFUSED = (
    "write", "append", "descriptor", "rename", "remove", "folder", "link", "symlink", "mode", "times", "truncate",
    "process", "shell", "fork", "signal", "connect", "listen", "database", "silent",
)  # fmt: skip


def test_whatever_a_robot_wants_to_change_is_refused_with_its_line(desk: Desk) -> None:
    desk.write("robots/wild.py", ROBOT)
    desk.write("mine.txt", "as it was")
    desk.write("store.db", "")
    desk.write("flows/wild.yaml", FLOW.format(ways=", ".join((*REFUSED, "native", "scratch"))))
    before = {path: path.lstat().st_mtime_ns for path in desk.root.rglob("*") if path.is_file()}
    plan = desk.plan("wild")
    items = {item["key"]: item for item in plan["items"]}
    assert {key: item["state"] for key, item in items.items()} == {
        **dict.fromkeys((*REFUSED, "a", "b"), "failed"),
        **dict.fromkeys(("native", "scratch"), "already_done"),
    }
    lines = ROBOT.splitlines()
    for way in REFUSED:
        said = items[way]["reason"]
        number = int(said.partition("robots/wild.py:")[2].split()[0])
        asked = next(place for place, line in enumerate(lines, 1) if f'== "{way}"' in line)
        assert asked < number <= asked + 2, f"{way}: {said}"
    assert "wild.swallow goes on after its `yield`" in items["a"]["reason"]
    assert "robots/wild.py" in items["b"]["reason"]
    assert {path: path.lstat().st_mtime_ns for path in before} == before
    kept = {Path(name) for name in desk.files()}
    assert kept == {path.relative_to(desk.root) for path in before}
    (plain,) = (desk.root / "runs").glob("*/journal.jsonl")
    confined = '"confined": true' in plain.read_text("utf-8")
    assert (desk.root / "native").exists() is not confined


LENDER = '''\
"""A robot with a thing of its own to lend, which Python's own wall does not hear of."""
import ctypes

from robo import action, resource


@resource
class Desk:
    fleeting = False

    def __init__(self, place): self.place = place

    @classmethod
    def open(cls, lane):
        ctypes.CDLL(None).mkdir(bytes(lane.workspace / "opened"), 0o777)
        return cls(lane.workspace / "opened")

    def close(self): pass
    def renew(self): pass
    def shows(self, text): return False
    def evidence(self, folder, name): return {}
    def crossings(self): return []


@action
def look(desk: Desk) -> bool:
    """Look at the desk."""
    return desk.place.is_dir()
'''


def test_what_only_the_end_of_a_flow_borrows_is_opened_outside_of_the_wall_too(desk: Desk) -> None:
    desk.write("robots/lender.py", LENDER)
    desk.write("flows/lender.yaml", "robo: 1\nname: L\nsteps:\n  - log: on\nfinally:\n  - lender.look: {}\n")
    plan = desk.plan("lender")
    assert (desk.root / "opened").is_dir(), plan
