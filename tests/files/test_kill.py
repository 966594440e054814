"""The real command killed at random instants while it files a folder across file systems."""

from __future__ import annotations

import sys

import pytest

from files.killing import campaign


@pytest.mark.skipif(sys.platform != "linux", reason="the death of a process is seen on Linux alone")
def test_whatever_is_killed_each_file_is_whole_in_one_place_and_has_one_row() -> None:
    figures = campaign(24, 6, seed=31)
    assert not figures.wrong
    assert figures.kills >= 5
