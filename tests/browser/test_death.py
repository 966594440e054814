"""A browser that dies costs its lane, at once and in plain words, and closing what is left takes no time."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from browser.conftest import Hand
from robo.browser import Page
from robo.kit.errors import LaneLost
from robo.kit.lane import Lane


def browser_of(profile: Path) -> int:
    """The process number of the browser that runs on this profile."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone while we looked
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if f"--user-data-dir={profile}" in words and not any(word.startswith("--type=") for word in words):
                return int(folder.name)
    raise LookupError(profile)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are found in /proc")
@pytest.mark.usefixtures("page")
def test_killed_browser_is_a_lost_lane(pages: str, tmp_path: Path) -> None:
    page = Page.open(Lane(tmp_path, tmp_path, tmp_path / "scratch", allow_hosts=("127.0.0.1",)))
    act = Hand(page)
    act("open", f"{pages}/words.html")
    os.kill(browser_of(tmp_path / "scratch" / "profile"), signal.SIGKILL)
    with pytest.raises(LaneLost):
        act("fill", {"Champ": "x"})
    assert page.evidence(tmp_path, "dead") == {}
    began = time.monotonic()
    page.close()
    assert time.monotonic() - began < 5
