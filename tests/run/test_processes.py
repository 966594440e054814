"""Whoever dies first, nothing of a run is left, and nobody says a word too many. Real processes, really killed.

Run as a program, this file is also the supervisors and lanes of its own tests: `python test_processes.py NAME ...`.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from robo.run.system.locks import Lock
from robo.run.system.processes import (
    MARK,
    Attached,
    Child,
    Identity,
    attach,
    end_marked,
    is_dead,
    leave,
    sweep,
    wait_for,
)

PATIENCE = 30.0


def program(name: str, *arguments: object) -> list[str]:
    return [sys.executable, __file__, name, *map(str, arguments)]


def start(name: str, *arguments: object, **environment: str) -> Child:
    return Child.start(program(name, *arguments), environment={**os.environ, **environment})


def all_of(child: Child) -> list[dict[str, Any]]:
    """What it reports until its end."""
    until = time.monotonic() + PATIENCE
    reports = []
    while child.ended is None and time.monotonic() < until:
        reports += child.poll(0.5)
    return reports


def soon(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def first_line(path: Path) -> str:
    assert soon(lambda: path.exists() and "\n" in path.read_text())
    return path.read_text().partition("\n")[0]


def dead(identity: str) -> bool:
    return is_dead(Identity.parse(identity)) is True


# --- the programs ------------------------------------------------------------------------------------------------


def echo(lane: Attached, *_rest: str) -> None:
    while (message := lane.receive(PATIENCE)) is not None and message != {"say": "goodbye"}:
        lane.report(heard=message)
    leave(7)


def long_words(lane: Attached, length: str) -> None:
    lane.report(text="é" * int(length))
    lane.report(text="short")
    os.kill(os.getpid(), signal.SIGKILL)


def holding(lane: Attached, *_rest: str) -> None:
    lane.report(heard=lane.receive(PATIENCE))
    lane.receive(PATIENCE)


def surroundings(lane: Attached, *_rest: str) -> None:
    listing = "import os, sys; print(sys.stdin.read() == '', [n for n in os.listdir('/proc/self/fd') if int(n) > 2])"
    seen = subprocess.run([sys.executable, "-c", listing], stdout=subprocess.PIPE, text=True, check=True).stdout
    lane.report(below=seen.strip(), leads_session=os.getsid(0) == os.getpid())
    leave(0)


def with_helper(lane: Attached, said: str) -> None:
    """A lane with a daemon below that left its session, and that cannot even answer a signal."""
    helper = subprocess.Popen(["setsid", "--fork", *program("helper", said)])
    helper.wait()
    lane.report(helper=first_line(Path(said)), me=Identity.mine().text())
    threading.Event().wait()


def bereaved(lane: Attached, said: str) -> None:
    """A lane that would write about the death of its browser."""
    with subprocess.Popen(["sleep", "60"]) as browser:
        lane.report(ready=True)
        browser.wait()
        with MOUTH:
            Path(said).write_text("the browser died")


def helper(said: str) -> None:
    Path(said).write_text(Identity.mine().text() + "\n")
    os.kill(os.getpid(), signal.SIGSTOP)


def supervise(kind: str, said: str) -> None:
    """A supervisor with one lane, which writes the lane's first report and waits to be killed."""
    child = start(kind, said + ".helper")
    (report,) = child.poll(PATIENCE)
    Path(said).write_text("\n".join([*map(str, report.values()), ""]))
    while True:
        child.poll(PATIENCE)


def supervise_two(said: str) -> None:
    """A supervisor that ends one of two lanes and sweeps, sparing the other one."""
    from robo.run.system.processes import become_subreaper

    become_subreaper()
    pair = [start("with_helper", f"{said}.{number}") for number in range(2)]
    (ended,), (kept,) = (child.poll(PATIENCE) for child in pair)
    pair[0].end()
    all_of(pair[0])
    sweep(spare=[pair[1].pid])
    facts = [dead(ended["helper"]), dead(kept["helper"]), dead(kept["me"])]
    sweep()
    all_of(pair[1])
    Path(said).write_text(f"{[*facts, dead(kept['helper']), pair[0].ended, pair[1].ended]}\n")


MOUTH = threading.Lock()
LANES = {f.__name__: f for f in (echo, long_words, holding, surroundings, with_helper, bereaved)}
PROGRAMS = {f.__name__: f for f in (helper, supervise, supervise_two)}


# --- the tests ---------------------------------------------------------------------------------------------------


def test_messages_go_down_and_reports_come_up() -> None:
    lane = start("echo")
    for number in range(1000):
        lane.send({"number": number})
    lane.send({"say": "goodbye"})
    assert [report["heard"]["number"] for report in all_of(lane)] == list(range(1000))
    assert lane.ended == 7


def test_the_last_words_of_a_killed_lane_are_heard() -> None:
    lane = start("long_words", 200_000)
    assert [len(report["text"]) for report in all_of(lane)] == [200_000, 5]
    assert lane.ended == -signal.SIGKILL


def test_a_lane_holds_the_locks_that_it_was_handed_until_it_is_dead(tmp_path: Path) -> None:
    ours, other = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    lane = start("holding")
    assert ours.try_take("us")
    lane.send({"order": "begin"}, [ours.fileno()])
    assert lane.poll(PATIENCE) == [{"heard": {"order": "begin"}}]
    ours.release()
    assert not other.try_take("another")
    lane.end()
    all_of(lane)
    assert other.try_take("another")
    other.release()


def test_waiting_ends_with_the_first_lane_that_says_something() -> None:
    silent, other = start("echo"), start("echo")
    other.send({"number": 1})
    began = time.monotonic()
    wait_for([silent, other], PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert (silent.poll(), other.poll()) == ([], [{"heard": {"number": 1}}])
    for lane in (silent, other):
        lane.end()
        all_of(lane)
        assert lane.ended == -signal.SIGKILL


def test_nothing_below_a_lane_holds_its_pipes_its_input_or_its_terminal() -> None:
    lane = start("surroundings")
    (report,) = all_of(lane)
    assert report == {"below": "True ['3']", "leads_session": True}  # 3 is the listing itself


def test_a_lane_and_all_below_die_with_the_supervisor(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    said = tmp_path / "said"
    environment = {**os.environ, "SCRATCH": str(scratch)}
    with subprocess.Popen(program("supervise", "with_helper", said), env=environment) as supervisor:
        first_line(said)
        helper, lane = said.read_text().splitlines()
        assert is_dead(Identity.parse(lane)) is False
        supervisor.kill()
    assert soon(lambda: dead(lane) and dead(helper))
    assert not scratch.exists()


def test_a_lane_without_supervisor_says_nothing_more(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with subprocess.Popen(program("supervise", "bereaved", said), env={**os.environ, MARK: str(said)}) as supervisor:
        assert first_line(said) == "True"
        supervisor.kill()
    time.sleep(0.5)
    assert end_marked(str(said))
    assert not Path(f"{said}.helper").exists()


def test_supervisor_and_lane_killed_at_once_leave_what_a_resumed_run_ends(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with subprocess.Popen(
        program("supervise", "with_helper", said), env={**os.environ, MARK: str(said)}, start_new_session=True
    ) as supervisor:
        first_line(said)
        helper, lane = said.read_text().splitlines()
        os.kill(Identity.parse(lane).pid, signal.SIGSTOP)
        supervisor.kill()
        os.kill(Identity.parse(lane).pid, signal.SIGKILL)
    assert soon(lambda: dead(lane))
    assert not dead(helper)
    assert end_marked(str(said))
    assert dead(helper)


def test_the_whole_browser_of_a_dead_run_is_ended(tmp_path: Path) -> None:
    """Chromium writes over the environment of most of its processes: they are known by their parent only."""
    command = ["chromium", "--headless", "--no-sandbox", f"--user-data-dir={tmp_path}", "--remote-debugging-port=0"]
    mark = str(tmp_path)
    browser = subprocess.Popen(
        [*command, "about:blank"], env={**os.environ, MARK: mark}, start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        assert soon(lambda: (tmp_path / "DevToolsActivePort").exists() and len(processes_in_session(browser.pid)) > 4)
        os.killpg(browser.pid, signal.SIGSTOP)  # so that none ends by itself because the others did
        family = processes_in_session(browser.pid)
        assert end_marked(mark)
        assert browser.wait() == -signal.SIGKILL
        assert soon(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()


def processes_in_session(leader: int) -> list[int]:
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in numbers if (fields := stat(pid)) and int(fields[3]) == leader]


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name: state, parent, group, session, ...; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def test_a_sweep_spares_the_other_lane_and_what_is_below_it(tmp_path: Path) -> None:
    said = tmp_path / "said"
    subprocess.run(program("supervise_two", said), check=True)
    killed = -int(signal.SIGKILL)
    assert said.read_text() == f"{[True, False, False, True, killed, killed]}\n"


def test_a_process_is_dead_when_its_number_is_gone_or_given_to_another_or_the_machine_started_anew() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        me = Identity.mine()
        alive = dataclasses.replace(me, pid=process.pid, started=int(stat(process.pid)[19]))
        assert is_dead(alive) is False
        process.kill()
        assert soon(lambda: is_dead(alive) is True)  # not reaped yet, and dead all the same
    assert is_dead(alive) is True
    assert is_dead(dataclasses.replace(me, started=me.started - 1)) is True
    assert is_dead(dataclasses.replace(me, boot="an earlier start")) is True


def test_the_death_of_another_machines_process_cannot_be_seen() -> None:
    elsewhere = Identity.parse(dataclasses.replace(Identity.mine(), host="elsewhere", boot="x").text())
    assert is_dead(elsewhere) is None


if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    if name in LANES:
        folder = os.environ.get("SCRATCH")
        lane = attach(MOUTH)
        lane.scratch = Path(folder) if folder else None
        LANES[name](lane, *rest)
    else:
        PROGRAMS[name](*rest)
