"""Reading YAML: what values become, where things stand, and what the author of a faulty file is told."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from robo.flow import text as reader
from robo.flow.problems import FaultyFile, Mark, Problem, did_you_mean, render
from robo.flow.text import read_file, read_text


def told(text: str) -> str:
    """Everything that the author of this text is told."""
    try:
        return render(read_text(text, "flows/a.yaml").problems, {"flows/a.yaml": text})
    except FaultyFile as faulty:
        return str(faulty)


def test_scalars_stay_as_typed() -> None:
    written = [
        "01234",
        "12",
        "-3",
        "1.50",
        "1e3",
        "0x1F",
        "1_000",
        "12:30",
        "2026-01-05",
        "no",
        "on",
        "yes",
        ".5",
        "+336",
    ]
    data = read_text("\n".join(f"- {one}" for one in written), "a").data
    numbers = {"12": 12, "-3": -3, "1.50": Decimal("1.50")}
    assert data == [numbers.get(one, one) for one in written]
    assert read_text("[true, FALSE, null, ~, 'true', \"12\"]", "a").data == [True, False, None, None, "true", "12"]


def test_keys_are_always_text() -> None:
    assert read_text("no: 1\n12: 2\nnull: 3\n1.50: 4\n", "a").data == {"no": 1, "12": 2, "null": 3, "1.50": 4}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff\u2028\u2029")))
def test_quoted_text_is_never_anything_else(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    document = read_text(f"a: {quoted}", "a")
    assert document.data == {"a": text}
    assert document.quoted(("a",))


@given(st.text(max_size=200))
def test_whatever_is_written_is_read_or_explained(text: str) -> None:
    try:
        read_text(text, "a")
    except FaultyFile as faulty:
        assert faulty.problems  # noqa: PT017


@pytest.mark.parametrize(
    ("text", "place", "message", "mend"),
    [
        ("about: Relance : dossier", "1:16", "inside a text", 'about: "Relance : dossier"'),
        ("a: {expect: Relance : dossier}", "1:21", "inside a text", '"Relance : dossier"'),
        ("a: {{ row.nom }}", "1:4", 'begins with "{{"', '"{{ row.nom }}", or the formula =row.nom'),
        ("a: {{ row.nom }} reçu", "1:4", 'begins with "{{"', '"{{ row.nom }} reçu"'),
        ('fill: {Nom: =row["Code postal"], b: 1}', "1:13", "a formula with any of", "'=row[\"Code postal\"]'"),
        ("fill: {N: =row.n|round(2, 'ceil'), b: 1}", "1:11", "a formula with any of", "\"=row.n|round(2, 'ceil')\""),
        ("read: {reference: #ref}", "1:19", "begins a comment", '"#ref"'),
        ("click: Dossier #12", "1:16", '"#12" is not part', '"Dossier #12"'),
        ("click: #ok", "1:8", "begins a comment", '"#ok"'),
        ('in: "S:\\nouveau"', "1:5", "would be damaged", "S:/nouveau"),
        ('in: "S:\\Dossiers"', "1:8", "meaning of its own", "S:/Dossiers"),
        ("a: @x", "1:4", 'begin with "@"', '"@x"'),
        ("a: `x", "1:4", 'begin with "`"', '"`x"'),
        ("a: %x", "1:4", 'begin with "%"', '"%x"'),
        ("a: * Nom", "1:4", 'begin with "*"', '"* Nom"'),
        ("a: *Nom", "1:4", "is an alias", '"*Nom"'),
        ("a: &Nom b", "1:4", "is an anchor", '"&Nom b"'),
        ("a: !Nom b", "1:4", "is a tag", '"!Nom b"'),
        ("<<: {a: 1}", "1:1", "merges", ""),
        ("a: 'x\nb: 2\n", "1:4", "never closed", ""),
        ("a: 'x\nb: 'y'\nc: 1\n", "1:4", "never closed", ""),
        ("a: 'l'adresse'", "1:6", "ended at this quote", '"l\'adresse"'),
        ("a:\n\tb: 1", "2:1", "a tab", "blanks"),
        ("a:\tb", "1:3", "a tab", "blanks"),
        ("steps:\n  - open: /x\n     click: y\n", "3:6", "not aligned", "same column"),
        ("steps:\n  - open: /x\n   click: y\n", "3:4", "not aligned", "same column"),
        ("a:1\nb: 2", "1:2", "blank is missing", "a: 1"),
        ("a: {b: 1\nc: 2", "1:4", "not closed", ""),
        ("a: 1\n---\nb: 2", "2:1", "second flow", ""),
        ("é: 1\nb: 2\né: 3", "3:1", "written twice, first in line 1", ""),
        ("a: 1\r\nb: é\r\na: 2\r\n", "3:1", "written twice", ""),
        ("\ufeffa: 1\na: 2", "2:1", "written twice", ""),
        ("a: \x07", "1:4", "invisible character", ""),
        ("[" * 100_000, "1:42", "deeper than 40", ""),
        ("- " * 100_000, "1:83", "deeper than 40", ""),
        ("a: " + "x" * 1_000_000, "1:1", "1000000 characters", ""),
    ],
)
def test_faults_have_their_own_words(text: str, place: str, message: str, mend: str) -> None:
    said = told(text)
    assert said.count("flows/a.yaml:") == 1
    assert said.startswith(f"flows/a.yaml:{place}: ")
    assert message in said
    assert mend in said


def test_all_faults_are_told_at_once_in_order() -> None:
    said = told('a: {{ x }}\nb: Dossier #1\na: 2\nc: "S:\\new"\nd: e : f\n')
    assert [line.split(":")[1] for line in said.splitlines() if line.startswith("flows/")] == ["1", "2", "3", "4", "5"]


def test_comments_with_a_blank_are_comments() -> None:
    assert not told("a: 1 # one\n# two\n#three\nb: # four\n  c: x\n")


def test_a_problem_is_shown_with_its_line_and_caret() -> None:
    text = "steps:\n  - fill: {Nom: =row.nmo}\n"
    mark, width = read_text(text, "f.yaml").inside(("steps", 0, "fill", "Nom"), 1, 7)
    assert render(
        [Problem(mark, width, "row.nmo does not exist", did_you_mean("nmo", ["numero", "nom"]))], {"f.yaml": text}
    ) == (
        "f.yaml:2:18: row.nmo does not exist\n"
        "  2 |   - fill: {Nom: =row.nmo}\n"
        "    |                  ^^^^^^^\n"
        '  -> Did you mean "numero" or "nom"?'
    )


def test_carets_stand_under_wide_characters_and_in_long_lines() -> None:
    shown = render([Problem(Mark("f", 1, 4), 1, "m")], {"f": "\t漢ex"}).splitlines()
    assert shown[2] == "    | \t   ^"
    long = render([Problem(Mark("f", 1, 301), 3, "m")], {"f": "a" * 300 + "XYZ" + "b" * 300}).splitlines()
    assert len(long[1]) < 125
    assert long[1][long[2].index("^") : long[2].index("^") + 3] == "XYZ"


def test_places_inside_of_every_kind_of_text() -> None:
    text = "a: \"\\u00e9 {{ x }}\"\nb: |\n  one {{ x }}\n  two {{ x }}\nc: 'd''é {{ x }}'\nd: >-\n  un\n  {{ x }}\n"
    document = read_text(text, "f")
    places = {key: document.inside((key,), value.rindex("x"), 1)[0] for key, value in document.data.items()}
    lines = text.splitlines()
    assert {key: lines[mark.line - 1][mark.column - 1] for key, mark in places.items()} == dict.fromkeys("abcd", "x")
    assert places["b"].line == 4


def test_unknown_paths_give_the_nearest_place() -> None:
    document = read_text("steps:\n  - submit:\n      button: OK\n", "f")
    assert document.span(("steps", 0, "submit", "expect")) == (Mark("f", 2, 5), 6)
    assert document.key_span(("steps", 0, "submit", "button")) == (Mark("f", 3, 7), 6)
    assert document.span(("steps", 0, "submit", "button")) == (Mark("f", 3, 15), 2)
    assert document.value_mark(("outputs",)) == Mark("f", 1, 1)


def test_files_in_another_encoding_say_so(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("nom: x\nlieu: Évry\n".encode("cp1252"))
    with pytest.raises(FaultyFile, match=r"flows/a.yaml:2:7: the file is not UTF-8; it looks like Windows-1252"):
        read_file(file, "flows/a.yaml")
    file.write_bytes("nom: x".encode("utf-16"))
    with pytest.raises(FaultyFile, match="UTF-16"):
        read_file(file, "flows/a.yaml")
    file.write_bytes("nom: é".encode("utf-8-sig"))
    assert read_file(file).data == {"nom": "é"}


def test_without_libyaml_it_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "é: {b: [1, 'x', é]}\nc: |\n  d\ne: Dossier #1\n"
    fast = read_text(text, "f")
    monkeypatch.setattr(reader, "_PARSER", yaml.Loader)
    slow = read_text(text, "f")
    assert slow.data == fast.data
    assert slow.problems == fast.problems
    assert [slow.span(path) for path in slow.values] == [fast.span(path) for path in fast.values]


def test_bombs_are_refused_in_no_time() -> None:
    laughs = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    begun = time.process_time()
    assert "is an alias" in told(laughs)
    assert "100000 values" in told("[" + "1," * 200_000 + "]")
    assert time.process_time() - begun < 5
