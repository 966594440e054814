"""The real command with its real browser, killed at chosen instants: each row is entered exactly once, none is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kill.desk import Desk
from kill.processes import kill
from robo.practice.office import Faults, Office


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


@pytest.fixture
def folder() -> Iterator[Path]:
    """Of a short name: Chromium does not start where the address of its socket gets too long."""
    with TemporaryDirectory(prefix="robo-kill-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_killed_between_the_entry_and_its_number_the_workbook_has_the_number(office: Office, folder: Path) -> None:
    desk = Desk(folder / "desk", office, rows=4)
    desk.start()
    _killed_while_answering(desk, entry=2)
    desk.start()
    assert desk.wait().code == 1  # one row is refused by the office
    assert set(desk.entered().values()) == {1}
    assert not desk.books().missing


def test_without_a_way_to_look_what_is_uncertain_waits_for_a_person(office: Office, folder: Path) -> None:
    desk = Desk(folder / "desk", office, rows=4, already_done=False)
    desk.start()
    _killed_while_answering(desk, entry=2)
    desk.start()
    told = desk.wait()
    assert told.code == 4
    assert told.waiting == [desk.numbers[1]]
    assert desk.entered() == dict.fromkeys(desk.valid, 1)


def test_when_its_browser_dies_the_run_goes_on_by_itself(office: Office, folder: Path) -> None:
    desk = Desk(folder / "desk", office, rows=4)
    desk.start()
    _until(lambda: len(office.records) >= 1)
    kill(next(one for one in desk.processes() if one.role == "browser"))
    assert desk.wait().code == 1
    assert desk.entered() == dict.fromkeys(desk.valid, 1)


def test_a_backup_of_the_middle_of_a_run_that_is_restored_after_its_end_enters_nothing_twice(
    office: Office, folder: Path
) -> None:
    desk = Desk(folder / "desk", office, rows=4)
    office.set_faults(Faults(delay=1.5))
    desk.start()
    _until(lambda: len(office.records) >= 2)
    desk.command("backup", "middle.zip")
    assert len(office.records) < len(desk.valid)
    office.set_faults()
    assert desk.wait().code == 1  # one row is refused by the office
    desk.command("restore", "middle.zip")
    desk.start()
    told = desk.wait()
    assert (told.code, told.waiting) == (1, [])
    assert desk.entered() == dict.fromkeys(desk.valid, 1)
    assert not desk.books().missing


def _killed_while_answering(desk: Desk, entry: int) -> None:
    """Kill the command when the office has that many entries and is about to say so."""
    _until(lambda: len(desk.office.records) >= entry - 1)
    desk.office.set_faults(Faults(delay=2.0))
    _until(lambda: len(desk.office.records) >= entry)
    assert not desk.kill_supervisor()
    assert len(desk.office.records) == entry
    desk.office.set_faults()


def _until(holds: Callable[[], bool]) -> None:
    patience = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < patience
        time.sleep(0.001)
