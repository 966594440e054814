"""Items under headings: few are unfolded at once, and of many only what became of them is carried in the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from robo.kit.messages import _
from robo.report.shown import items_word
from robo.report.view import Group, Item

T = TypeVar("T")
FULL = 300
"""So many items of one kind are shown with all that can be unfolded."""
AT_ONCE = 500
"""Items under one heading: what is folded in costs a browser nothing."""


def grouped(kinds: Iterable[tuple[str, Sequence[T]]], shown: Callable[[T, bool], Item]) -> tuple[Group, ...]:
    """Each kind under its title. shown: an item of it, with or without all that can be unfolded."""
    found: list[Group] = []
    for title, things in kinds:
        for start in range(0, len(things), AT_ONCE):
            some = tuple(shown(one, number < FULL) for number, one in enumerate(things[start : start + AT_ONCE], start))
            found.append(
                Group(
                    _heading(title, start + 1, start + len(some), len(things)),
                    some,
                    open=len(things) <= AT_ONCE,
                    note=_("What was done for the items from number {first} on is in journal.jsonl.").format(
                        first=FULL + 1
                    )
                    if start + len(some) > FULL
                    else "",
                )
            )
    return tuple(found)


def _heading(title: str, first: int, last: int, count: int) -> str:
    if count <= AT_ONCE:
        return _("{title}: {items}").format(title=title, items=items_word(count))
    return _("{title}: {first} to {last} of {count}").format(title=title, first=first, last=last, count=count)
