"""A backup made while a run goes on, put back somewhere else or in place, whatever comes between."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from cli.conftest import FLOW, Desk, until
from robo.flow.workspace import open_workspace
from robo.kit.errors import Busy, Failed
from robo.run.admission.holding import held
from robo.run.backup import swap
from robo.run.backup.making import make_backup
from robo.run.backup.restoring import restore
from robo.run.storage import store as stores
from robo.run.storage.store import MIGRATIONS, Store, version_of
from robo.run.system.closed import SERVICE, closed
from robo.run.system.locks import Lock

LOOKING = '''\
"""The register of the desk, which can be looked into."""
import time
from pathlib import Path

from robo import Change, Changing, Done, Intent, NotDone, action


def entered(intent: Intent) -> Done[int] | NotDone:
    file, number = intent.change.same_as
    lines = Path(file).read_text().split() if Path(file).exists() else []
    return Done(lines.index(number) + 1) if number in lines else NotDone("it is not in the register")


@action(settle=entered, late=0)
def enter(file: Path, number: str) -> Changing[int]:
    """Write a number at the end of the register.

    number: the number of the application
    """
    yield Change(f"enter {number}", same_as=(str(file), number), preview={"Number": number})
    with file.open("a") as register:
        register.write(number + "\\n")
    while (file.parent / "slow").exists():
        time.sleep(0.05)
    return len(file.read_text().splitlines())
'''


def test_a_backup_made_while_a_run_goes_on_is_restored_and_nothing_is_entered_twice(desk: Desk) -> None:
    desk.write("robots/register.py", LOOKING)
    desk.write("slow", "")
    process = desk.start("run", "register", "--json")
    until(lambda: desk.register == ["2026-0101"])
    told = desk.json("backup", "backups/first.zip")
    (desk.root / "slow").unlink()
    process.communicate(timeout=60)
    assert process.returncode == 0
    entered = desk.register
    assert entered == ["2026-0101", "2026-0102", "2026-0103", "2026-0104"]

    found = desk.robo("restore", "backups/first.zip")
    assert found.returncode == 0, found.stderr
    aside = next((desk.root / ".robo").glob("before-restore-*"))
    assert str(aside) in found.stdout
    assert (aside / ".robo" / "robo.db").is_file()
    assert (aside / "runs").is_dir()
    assert desk.json("ledger", "list")["ledgers"][0]["restored"]
    resumed = desk.json("resume")
    assert (resumed["state"], resumed["counts"]) == ("done", {"done": 4})
    assert desk.register == entered
    assert told["files"] > 5


def test_restored_into_an_empty_folder_a_workspace_works_there(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk.robo("run", "register", "-i", "most=2")
    desk.robo("backup", "one.zip")
    other = Desk(tmp_path_factory.mktemp("other") / "new")
    assert desk.robo("restore", "one.zip", "--into", str(other.root)).returncode == 0
    shown = other.robo("show")
    assert shown.returncode == 0, shown.stderr
    assert f"kept in {other.root}/runs/" in shown.stdout
    (other.root / "demandes.xlsx").write_bytes((desk.root / "demandes.xlsx").read_bytes())
    asked = other.json("run", "register")
    assert (asked["state"], other.register) == ("waits", [])
    assert "robo ledger lift production/register/row" in other.robo("show").stdout
    assert other.robo("ledger", "lift", "production/register/row").returncode == 0
    other.write("allowed", "")
    assert other.json("run", "register")["counts"] == {"done": 2}


def test_what_is_in_a_backup_and_what_is_not(desk: Desk) -> None:
    desk.robo("secret", "set", "portal", typed="very secret")
    desk.robo("run", "register", "-i", "most=1")
    desk.write(".robo/backups/robo-killed.zip.part", "half of one")
    names = set(zipfile.ZipFile(desk.json("backup")["file"]).namelist())
    run = next((desk.root / "runs").iterdir()).name
    assert {"robo.toml", "flows/register.yaml", "robots/register.py", "store.db", "manifest.json"} <= names
    assert f"runs/{run}/flow.yaml" in names
    assert not any(name.startswith(".robo/locks") or "secrets" in name for name in names)

    told = desk.json("backup", "--with-secrets", "--without-runs")
    names = set(zipfile.ZipFile(told["file"]).namelist())
    assert ".robo/secrets.json" in names
    assert not any(name.startswith("runs/") for name in names)
    assert stat.S_IMODE(Path(told["file"]).stat().st_mode) == 0o600
    assert len(desk.json("backup", "--keep", "1")["removed"]) == 2
    assert [one.name for one in (desk.root / ".robo" / "backups").iterdir() if one.suffix == ".part"] == []
    again = desk.robo("backup", "robo.toml")
    assert (again.returncode, "overwrites nothing" in again.stderr) == (1, True)


def test_a_restore_is_refused_while_somebody_is_at_work(desk: Desk) -> None:
    desk.robo("backup", "empty.zip")
    desk.write("slow", "")
    process = desk.start("run", "register")
    until(lambda: desk.register == ["2026-0101"])
    found = desk.robo("restore", "empty.zip")
    assert (found.returncode, "-register (" in found.stderr) == (1, True), found.stderr
    process.kill()
    process.communicate()
    with Lock(desk.root / ".robo" / SERVICE) as service:
        assert service.try_take("{}")
        found = desk.robo("restore", "empty.zip")
    assert "the service is at work" in found.stderr


def test_nothing_begins_while_a_restore_is_under_way(desk: Desk) -> None:
    with closed(desk.root / ".robo", "a restore by hand"):
        found = desk.robo("runs")
        assert (found.returncode, "a restore by hand" in found.stderr) == (1, True)
        # Who looked before the workspace was closed is told when its locks are held.
        with pytest.raises(Busy, match="a restore by hand"), held(open_workspace(desk.root), ("x",), "a run"):
            pytest.fail("it began")
    (desk.root / ".robo" / "closed").write_text("of a restore that was killed")
    assert desk.robo("run", "register", "-i", "most=1").returncode == 0


@pytest.fixture
def backup(desk: Desk) -> Path:
    """Of the workspace with a store, before its flow and its robot were changed."""
    Store(desk.root / ".robo" / "robo.db").close()
    (desk.root / ".robo" / "robo.db").chmod(0o640)
    made = make_backup(open_workspace(desk.root), desk.root / "one.zip").file
    desk.write("flows/register.yaml", FLOW.replace("Register", "Another"))
    desk.write("flows/new.yaml", FLOW)
    with closing(Store(desk.root / ".robo" / "robo.db")) as store:
        store.all("INSERT INTO paused VALUES ('x', 'y', 'z')")
    return made


def test_a_damaged_backup_changes_nothing(desk: Desk, backup: Path) -> None:
    before = tree(desk.root)
    data = bytearray(backup.read_bytes())
    data[data.index(b"flows/register.yaml") + 60] ^= 255
    broken = desk.root.parent / f"{desk.root.name}-broken.zip"
    broken.write_bytes(data)
    half = desk.root.parent / f"{desk.root.name}-half.zip"
    half.write_bytes(backup.read_bytes()[:-200])
    other = desk.root.parent / f"{desk.root.name}-other.zip"
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"robo: 1" if name == "flows/register.yaml" else old.read(name))
    for file in (broken, half, other):
        with pytest.raises(Failed, match=r"damaged|cannot be read"):
            restore(file, desk.root, "a test")
    assert tree(desk.root) == before


class _PowerCut(BaseException):
    pass


def test_a_power_cut_at_any_move_leaves_the_old_or_the_new(
    desk: Desk, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever command comes next finishes what was begun, before it does anything else."""
    rename, left = swap._rename, 0

    def cut(old: Path, new: Path) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise _PowerCut
        rename(old, new)

    monkeypatch.setattr(swap, "_rename", cut)
    for moves in (0, 1, 3, 100):
        desk.write("flows/new.yaml", FLOW)
        left = moves
        try:
            restore(backup, desk.root, "a test")
        except _PowerCut:
            assert "is finished now" in desk.robo("ledger", "list").stderr
        assert stat.S_IMODE((desk.root / ".robo" / "robo.db").stat().st_mode) == 0o640
        assert (desk.root / "flows" / "register.yaml").read_text() == FLOW
        assert not (desk.root / "flows" / "new.yaml").exists()
        with closing(sqlite3.connect(desk.root / ".robo" / "robo.db")) as store:
            assert store.execute("SELECT count(*) FROM paused").fetchone() == (0,)
            assert store.execute("SELECT ledger FROM restored").fetchall() == [("*",)]
        aside = max((desk.root / ".robo").glob("before-restore-*"), key=lambda one: one.stat().st_mtime_ns)
        assert (aside / "flows" / "new.yaml").exists()


def test_a_restore_after_one_that_was_cut_off_loses_nothing(
    desk: Desk, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut:
        cut.setattr(swap, "_rename", _no_power)
        with pytest.raises(_PowerCut):
            restore(backup, desk.root, "a test")
    restore(backup, desk.root, "a test")
    aside = [one for one in (desk.root / ".robo").glob("before-restore-*") if (one / "robo.toml").exists()]
    assert len(aside) == 2
    assert any((one / "flows" / "new.yaml").exists() for one in aside)


def _no_power(old: Path, new: Path) -> None:
    raise _PowerCut


def test_an_upgrade_makes_a_backup_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    database = desk.root / ".robo" / "robo.db"
    with monkeypatch.context() as older:
        older.setattr(stores, "MIGRATIONS", MIGRATIONS[:2])
        Store(database).close()
    with Lock(desk.root / ".robo" / "locks" / "x.lock") as run:
        assert run.try_take("run 7")
        assert "run 7 is at work" in desk.robo("upgrade").stderr
    assert version_of(database) == 2
    told = desk.json("upgrade")
    assert (told["from"], told["to"], version_of(database)) == (2, len(MIGRATIONS), len(MIGRATIONS))
    with zipfile.ZipFile(told["backup"]) as archive:
        archive.extract("store.db", desk.root / "old")
    assert version_of(desk.root / "old" / "store.db") == 2
    assert desk.json("upgrade")["backup"] is None


LISTED = """\
robo: 1
steps:
  - for_each_row:
      in: demandes.xlsx
      key: row.numero
      where: position < 4
      steps:
        - append_row: {workbook: books/registre.xlsx, key: Numéro, values: {Numéro: =row.numero}}
"""


def test_what_is_looked_up_by_itself_is_lifted_only_by_who_is_sure(desk: Desk) -> None:
    with (desk.root / "robo.toml").open("a") as toml:
        toml.write('[folders]\nbooks = "books"\n')
    (desk.root / "books").mkdir()
    desk.write("flows/listed.yaml", LISTED)
    listed = desk.robo("run", "listed")
    assert listed.returncode == 0, listed.stderr
    restore(make_backup(open_workspace(desk.root)).file, desk.root, "a test")
    for words in (("production/listed/row",), ("--all",)):
        refused = desk.robo("ledger", "lift", *words)
        assert (refused.returncode, "production/listed/row: each item is looked up" in refused.stderr) == (1, True)
    assert desk.robo("ledger", "lift", "--all", "--sure").returncode == 0


def test_doctor_says_how_old_the_last_backup_is_and_what_a_restore_has_left(
    desk: Desk, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROBO_BROWSER", "/bin/false")  # nothing is to be started
    own = make_backup(open_workspace(desk.root)).file
    then = time.time() - 9 * 86400
    os.utime(own, (then, then))
    restore(backup, desk.root, "a test")
    found = {one["name"]: one for one in desk.json("doctor")["findings"]}
    assert "robo ledger lift --all" in found["restored"]["mend"]
    told = found["backup"]
    assert told["said"] == f"the last backup is 9 days old: {own}"
    assert (told["state"], told["mend"]) == ("note", "Type: robo backup --keep 14")


def tree(root: Path) -> dict[str, str]:
    """Every file with its digest, but for the locks and the index that readers of a store make anew."""
    files = [one for one in root.rglob("*") if one.is_file() and not one.name.endswith((".lock", "-shm"))]
    return {str(one.relative_to(root)): hashlib.sha256(one.read_bytes()).hexdigest() for one in files}
