"""A class of data of ours is what the standard library would have made of it."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from dataclasses import field
from functools import cached_property
from typing import Any

import pytest

from robo.kit import data

Maker = Callable[..., Any]
both = pytest.mark.parametrize("make", [dataclasses.dataclass, data.dataclass], ids=["library", "ours"])


def classes(make: Maker) -> tuple[Any, Any]:
    class Base:
        """A base."""

        values: int
        name: str = "none"

    class Below(make(frozen=True)(Base)):  # type: ignore[misc]
        tags: list[str] = field(default_factory=list)
        size: int = field(init=False, default=3)
        made: list[int] = field(init=False, default_factory=list, compare=False)
        hidden: str = field(default="", repr=False, compare=False)

        def __post_init__(self) -> None:
            self.made.append(self.values)

        @cached_property
        def twice(self) -> int:
            return int(self.values * 2)

    for cls in (Base, Below):
        cls.__qualname__ = cls.__name__
    return Base, make(frozen=True)(Below)


@both
def test_it_is_made_compared_shown_and_copied(make: Maker) -> None:
    base, below = classes(make)
    one = below(1, tags=["a"], hidden="x")
    assert repr(one) == "Below(values=1, name='none', tags=['a'], size=3, made=[1])"
    assert one == below(1, "none", ["a"])
    assert one != below(2, "none", ["a"])
    assert base(1) != one
    assert hash(base(1)) == hash(base(1, "none"))
    assert below(1).tags is not below(1).tags
    assert one.twice == 2
    assert dataclasses.replace(one, values=2).made == [2]
    assert dataclasses.asdict(base(1)) == {"values": 1, "name": "none"}
    assert copy.deepcopy(one) == one
    assert [each.name for each in dataclasses.fields(below)][:3] == ["values", "name", "tags"]
    match base(1):
        case base(values, name=name):
            assert (values, name) == (1, "none")


@both
def test_what_is_frozen_does_not_change(make: Maker) -> None:
    base, _below = classes(make)
    with pytest.raises(dataclasses.FrozenInstanceError):
        base(1).name = "other"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del base(1).name


@both
def test_what_is_not_frozen_changes_and_has_no_hash(make: Maker) -> None:
    class Loose:
        name: str = ""

    one = make(Loose)("a")
    one.name = "b"
    assert one == Loose("b")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


@both
def test_what_is_not_compared_is_only_itself(make: Maker) -> None:
    class Thing:
        name: str = ""

        def __repr__(self) -> str:
            return "a thing"

    made = make(frozen=True, eq=False)(Thing)
    assert made("a") != made("a")
    assert len({made("a"), made("a")}) == 2
    assert repr(made("a")) == "a thing"


@both
def test_a_missing_value_is_told_by_name(make: Maker) -> None:
    base, _below = classes(make)
    with pytest.raises(TypeError, match=r"Base.__init__\(\) missing 1 required positional argument: 'values'"):
        base()
