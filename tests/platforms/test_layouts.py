"""What Win32 is handed is laid out as its headers say, on 64-bit Windows."""

from __future__ import annotations

import ctypes

import pytest

from robo.platforms import layouts


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (layouts.FileTime, 8),
        (layouts.BasicLimits, 64),
        (layouts.ExtendedLimits, 144),
        (layouts.ProcessEntry, 568),
        (layouts.process_list(1), 16),
    ],
)
def test_the_sizes_are_those_of_the_headers(kind: type[ctypes.Structure], size: int) -> None:
    assert ctypes.sizeof(kind) == size


def test_what_is_read_lies_where_the_headers_say() -> None:
    assert layouts.BasicLimits.flags.offset == 16
    assert (layouts.ProcessEntry.pid.offset, layouts.ProcessEntry.parent.offset) == (8, 32)
    assert layouts.process_list(1).pids.offset == 8


def test_an_instant_is_one_number() -> None:
    assert layouts.FileTime(low=2, high=1).ticks() == (1 << 32) + 2
