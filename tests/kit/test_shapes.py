"""What a flow writes becomes the arguments of a plain annotated function, or is refused in plain words, all at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NewType

import pytest

from robo.kit.errors import FaultyFlow
from robo.kit.hints import Alone, Written, shape_of
from robo.kit.schema import shapes
from robo.kit.shape import LATER, Unfit
from robo.kit.shelf import installed, shelf_of
from robo.kit.types import AnyPlace, Duration, Place, Proof, Proofs, Reading, Readings, seconds

BASE = Path("/lab")


@dataclass(frozen=True)
class Line:
    """One line of an order."""

    article: str
    count: int = 1
    in_: Path | None = None
    tags: list[str] = field(default_factory=list)


def read(hint: Any, written: Any) -> Any:
    return shape_of(hint).read(written, BASE)


def told(hint: Any, written: Any) -> list[str]:
    """The reasons, each after its trail."""
    with pytest.raises(Unfit) as refused:
        read(hint, written)
    return [" ".join([*map(str, one.trail), one.reason]) for one in refused.value.misfits]


@pytest.mark.parametrize(
    ("hint", "written", "made"),
    [
        (Any, [1], [1]),
        (str, "31000", "31000"),
        (str, 12, "12"),
        (str, Decimal("1.50"), "1.50"),
        (str, Decimal("1E+3"), "1000"),
        (int, "1 234", 1234),
        (int, Decimal("3.0"), 3),
        (float, Decimal("1.5"), 1.5),
        (Decimal, "1 250,50", Decimal("1250.50")),
        (Decimal, 3, Decimal(3)),
        (bool, "oui", True),
        (bool, False, False),
        (dt.date, "03/05/2026", dt.date(2026, 5, 3)),
        (dt.date, dt.datetime(2026, 5, 3), dt.date(2026, 5, 3)),
        (dt.datetime, "2026-05-03 08:30", dt.datetime(2026, 5, 3, 8, 30)),
        (dt.time, "08:30", dt.time(8, 30)),
        (Path, "a/b.pdf", BASE / "a/b.pdf"),
        (list[Path], ["a", "/b"], [BASE / "a", Path("/b")]),
        (Literal["number", "refuse"], "refuse", "refuse"),
        (int | None, None, None),
        (str | list[str], ["a", 1], ["a", "1"]),
        (int | str, "12", "12"),
        (Literal["auto"] | Path, "auto", "auto"),
        (tuple[str, int], ["a", "2"], ("a", 2)),
        (tuple[str, ...], ["a"], ("a",)),
        (Annotated[tuple[str, ...], Alone()], "a", ("a",)),
        (set[str], ["a", "a"], {"a"}),
        (Sequence[int], ["1"], [1]),
        (Mapping[str, bool], {"a": "no"}, {"a": False}),
        (NewType("Number", int), "4", 4),
        (Annotated[int, "a remark"], "4", 4),
        (list[Line], [{"article": "pen", "in": "x"}], [Line("pen", in_=BASE / "x")]),
        (Duration, "2 min", 120.0),
        (AnyPlace, "#ref", Place(css="#ref")),
        (AnyPlace, {"label": "Nom", "nth": 2}, Place(label="Nom", nth=2)),
        (Proofs, "Saved", (Proof(text="Saved"),)),
        (Proofs, [{"disabled": "Save"}, 12], (Proof(disabled=Place(any="Save")), Proof(text="12"))),
        (Readings, {"at": "#ref", "all": "yes"}, Reading(Place(css="#ref"), all=True)),
        (Readings, {"label": "Nom"}, Reading(Place(label="Nom"))),
    ],
)
def test_what_is_written_becomes_what_the_function_takes(hint: Any, written: Any, made: Any) -> None:
    found = read(hint, written)
    assert found == made
    assert type(found) is type(made)


@pytest.mark.parametrize(
    ("hint", "written", "reasons"),
    [
        (int, True, ['a whole number is expected, not "oui"']),
        (int, "1,5", ['a whole number is expected, not "1,5"']),
        (Decimal, "1.234,5", [
            '"1.234,5" can be read in two ways: write either a comma or a point, before the decimals',
        ]),
        (str, True, ["a text is expected; put it between quotes"]),
        (str, ["a"], ["a text is expected, not a list"]),
        (bool, None, ["the value is empty, yes or no is expected"]),
        (Path, "", ["the value is empty, a path is expected"]),
        (dt.date, "31/02/2026", ['a date is expected, not "31/02/2026"']),
        (Literal["number", "refuse"], "numbr", ["one of these is expected: number, refuse"]),
        (str | list[str], {"a": 1}, [
            "a text or a list (lines that begin with -) is expected, not a group of `name: value`",
        ]),
        (dict[str, int], {"a": "x", "b": 1, "c": []}, [
            'a a whole number is expected, not "x"', "c a whole number is expected, not a list",
        ]),
        (list[Line], [{"article": [], "count": "x"}, {"artcle": "pen"}, {}], [
            "0 article a text is expected, not a list", '0 count a whole number is expected, not "x"',
            '1 artcle "artcle" is not known here', '2 "article" is missing',
        ]),
        (AnyPlace, {"label": "Nom", "text": "Nom"}, [
            "a place is its visible text, or exactly one of label, text, placeholder, css",
        ]),
        (Readings, {"at": {"lbel": "Nom"}}, ['at lbel "lbel" is not known here']),
        (Readings, {"lbel": "Nom"}, ['lbel "lbel" is not known here']),
        (Duration, 10, ["a duration is written with its unit: 10s, 2m, 1h, 3d"]),
    ],
)  # fmt: skip
def test_every_reason_is_told_at_its_place(hint: Any, written: Any, reasons: list[str]) -> None:
    assert told(hint, written) == reasons


def test_what_only_the_run_knows_fits_and_hides_nothing_beside_it() -> None:
    assert read(list[int], [LATER, "2"]) == [LATER, 2]
    assert read(Line, {"article": LATER}) is LATER
    assert read(Duration, LATER) is LATER
    assert told(Line, {"article": LATER, "count": "x"}) == ['count a whole number is expected, not "x"']


def test_a_type_of_a_lab_says_how_it_is_written() -> None:
    shape = shape_of(Annotated[Path, Written(Path, lambda path: path.with_suffix(".pdf"))])
    assert shape.read("a.doc", BASE) == BASE / "a.pdf"
    assert shape_of(Annotated[float, Written(str, seconds, "s$")]).schema() == {"type": "string", "pattern": "s$"}


def test_every_action_that_is_installed_can_be_written() -> None:
    for action in installed().actions.values():
        assert set(shapes(action)) == set(action.parameters)
    for source in installed().sources.values():
        assert set(shapes(source)) == set(source.parameters)


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("a: complex", "`a` of `own.do`: no flow can write a value of the type complex; take one of str, int"),
        ("a: list[bytes]", "of the type bytes"),
        ("*a: str", "`a` of `own.do`: a flow gives each parameter by its name"),
        ("a: Nowhere", "name 'Nowhere' is not defined"),
    ],
)
def test_a_parameter_that_no_flow_can_write_is_told_when_the_robot_is_loaded(
    tmp_path: Path, signature: str, reason: str
) -> None:
    file = tmp_path / "robots" / "own.py"
    file.parent.mkdir()
    head = "from __future__ import annotations\nfrom robo import action\n@action\n"
    file.write_text(f"{head}def do({signature}) -> None:\n    ...\n", encoding="utf-8")
    with pytest.raises(FaultyFlow) as refused:
        shelf_of(tmp_path)
    assert str(refused.value).startswith(f"{file}:3: this robot cannot be loaded: ")
    assert reason in str(refused.value)
