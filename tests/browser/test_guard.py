"""The guard of a dry run: no way by which a page can write gets past it, whoever dies, and reading is as ever."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from browser.witness import Witness
from robo.browser import Page
from robo.browser.chromium import executable
from robo.browser.driver import driver
from robo.kit.lane import Lane
from robo.kit.patience import within
from robo.kit.resource import Crossing

WAYS = re.findall(r"^  (\w+): ", (Path(__file__).parent / "pages/ways/ways.js").read_text("utf-8"), re.MULTILINE)
ELSEWHERE = {
    "form_post", "form_multipart", "form_text", "form_request_submit", "form_submit", "form_of_its_button",
    "form_picture_button", "form_in_shadow", "form_of_next_page", "form_by_script_address", "form_answered_by_file",
    "form_sent_on", "fetch_kept_alive_leaving", "fetch_later_leaving", "beacon_leaving", "service_relaying",
    "service_turning",
}  # fmt: skip
"""Those that bring the page elsewhere, or take it over: each needs the page for itself."""
VISITS = [[way for way in WAYS if way not in ELSEWHERE], *([way] for way in WAYS if way in ELSEWHERE)]
SILENT = {way for way in WAYS if way.startswith("socket")} | {"service_background", "ping"}
"""Those that are not told by their address: sockets are told by their place, the others are switched off."""
PATIENCE = 15.0


@pytest.fixture(scope="module")
def witness() -> Iterator[Witness]:
    with Witness() as witness:
        yield witness


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("dry")
    page = Page.open(Lane(folder, folder, folder / "scratch", allow_hosts=("127.0.0.1", "localhost"), dry=True))
    yield page
    page.close()


def test_every_way_writes_where_nobody_guards(witness: Witness) -> None:
    witness.written.clear()
    browser = driver().chromium.launch(
        executable_path=executable(), args=["--no-sandbox"], ignore_default_args=["--disable-background-networking"]
    )
    context = browser.new_context()
    for ways in VISITS:
        tab = context.new_page()
        tab.goto(f"{witness.address}/ways/ways.html?{','.join(ways)}", wait_until="commit")
        end = time.monotonic() + PATIENCE
        while set(ways) - witness.ways() and time.monotonic() < end:
            tab.wait_for_timeout(20)
    browser.close()
    assert sorted(set(WAYS) - witness.ways()) == []
    assert len(WAYS) >= 60


def test_no_way_writes_behind_the_guard(witness: Witness, guarded: Page) -> None:
    witness.written.clear()
    told: dict[str, Crossing] = {}
    for ways in VISITS:
        with within(PATIENCE):
            guarded.renew()
            guarded.tab.goto(f"{witness.address}/ways/ways.html?{','.join(ways)}", wait_until="commit")
            end = time.monotonic() + PATIENCE
            while set(ways) - SILENT - told.keys() and time.monotonic() < end:
                guarded.pause(0.02)
                for crossing in guarded.crossings():
                    assert crossing.verdict == "refused"
                    told[crossing.address.partition("/w/")[2].partition("?")[0] or crossing.why] = crossing
    assert sorted(set(WAYS) - SILENT - told.keys()) == []
    assert told["websocket"].address == witness.address.replace("http", "ws") + "/"
    assert told["form_post"].fields == {"nom": "Dupont é", "jeton": "abc"}
    assert told["form_multipart"].fields["nom"] == "X"
    assert told["fetch_json"].fields == {"nom": "Dupont", "lignes": [1, 2]}
    assert told["fetch_parameters"].fields["mot_de_passe"] == "••••"
    guarded.pause(1.0)
    assert witness.written == []


def test_reads_do_not_wait_for_the_robot(witness: Witness, guarded: Page) -> None:
    """While Python is busy with something else, pages load as ever."""
    guarded.renew()
    guarded.tab.goto(f"{witness.address}/ways/empty.html")
    guarded.tab.evaluate(
        """() => { window.took = []; (async () => {
            for (let n = 0; n < 20; n++) {
                const began = performance.now();
                await fetch(`/ways/empty.html?${n}`);
                took.push(performance.now() - began);
            }
        })() }"""
    )
    time.sleep(3.0)
    took = guarded.tab.evaluate("took")
    assert len(took) == 20
    assert max(took) < 1500
    assert guarded.crossings() == []


LANE = """
import sys, time
from pathlib import Path
from robo.browser import Page
from robo.kit.lane import Lane
folder = Path(sys.argv[1])
page = Page.open(Lane(folder, folder, folder / "scratch", allow_hosts=("127.0.0.1",), dry=True))
page.tab.goto(sys.argv[2])
print("ready", flush=True)
time.sleep(100)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
@pytest.mark.parametrize("victim", ["guard", "lane", "driver"])
def test_nothing_is_written_whoever_dies(victim: str, tmp_path: Path) -> None:
    """The guard is stopped so that writes wait for its judgement, then one of the three is killed."""
    with Witness() as witness:
        command = [sys.executable, "-c", LANE, str(tmp_path), f"{witness.address}/ways/insists.html"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as lane:
            assert lane.stdout is not None
            assert lane.stdout.readline() == "ready\n"
            (guard,) = (pid for pid, words in relatives(tmp_path).items() if "-I" in words)
            (driver,) = (pid for pid in children(lane.pid) if pid not in relatives(tmp_path))
            os.kill(guard, signal.SIGSTOP)
            time.sleep(0.3)
            os.kill({"guard": guard, "lane": lane.pid, "driver": driver}[victim], signal.SIGKILL)
            time.sleep(0.3)
            if victim != "guard":
                os.kill(guard, signal.SIGCONT)
            end = time.monotonic() + 10
            while relatives(tmp_path) and time.monotonic() < end:
                time.sleep(0.05)
            lane.kill()
        assert relatives(tmp_path) == {}
        assert witness.read != []
        assert witness.written == []


def relatives(folder: Path) -> dict[int, list[str]]:
    """The guard and the browser of that folder: process number to command line."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone while we looked
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if f"--user-data-dir={folder}/scratch/profile" in words:
                found[int(process.name)] = words
    return found


def children(parent: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
