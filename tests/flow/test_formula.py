"""Formulas and merge texts: what they give, what they refuse, and that data stay data."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from robo.flow.formula import Formula, Template, Unreadable, Unsaved, evaluate, parse_value
from robo.kit.change import NOT_KNOWN_YET
from robo.kit.errors import Refused
from robo.kit.secrets import Secret
from robo.kit.source import Fault

SCOPE: dict[str, Any] = {
    "row": {
        "nom": "Durand", "n": 3, "montant": Decimal("1234.50"), "jour": date(2026, 1, 5), "vide": None, "urgent": True,
        "items": "colonne", "Code postal": "09100", "liste": [3, 1, 2], "faux": Fault("B7 holds #N/A"), "oui": "non",
    },
    "reference": Unsaved("reference"),
    "secrets": {"portail": Secret("hunter2")},
    "rows": [{"nom": "a", "m": Decimal("1.10")}, {"nom": "b", "m": 2}],
    "now": lambda: datetime(2026, 1, 5, 12, 30),
    "shows": lambda text: text == "Brouillon",
}  # fmt: skip
PLAUSIBLE = [
    "31000", "12345678900012", "True", "[1, 2]", "None", "1e5", "1,2", "+33612345678", "1_000", "0x10", '"x"', "01234",
    "=1+1", "==x", "{{ secrets.portail }}", "{% x %}", "", " ", "é\u00a0",
]  # fmt: skip


def value(written: str, language: str = "fr") -> Any:
    return evaluate(parse_value(written), SCOPE, language)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("=row.nom", "Durand"),
        ("=row['Code postal']", "09100"),
        ("=row.items", "colonne"),
        ("=1 / 3", Decimal("0.3333333333333333333333333333")),
        ("=0.1 + 0.2", Decimal("0.3")),
        ("=7 // -2", -4),
        ("=-7.5 % 2", Decimal("0.5")),
        ("=row.jour + days(30)", date(2026, 2, 4)),
        ("=date('2026-12-15') - row.jour", 344),
        ("=now() > row.jour", True),
        ("=row.vide == none", True),
        ("=row.nom == row.vide", False),
        ("=1 < row.n <= 3 and row.nom in ('Durand', 'Petit')", True),
        ("='a' if row.urgent else 'b'", "a"),
        ("=row.nom ~ ' ' ~ row.montant", "Durand 1234,50"),
        ("=row.montant|euros", "1\u202f234,50\u00a0€"),
        ("=row.montant|number(1)", "1\u202f234,5"),
        ("=2.345|round(2)", Decimal("2.35")),
        ("=2.5|round", 3),
        ("=row.jour|date", "05/01/2026"),
        ("=row.jour|format_date('d mmmm yyyy')", "5 janvier 2026"),
        ("=now()|date('dd-mm-yyyy hh:mm')", "05-01-2026 12:30"),
        ("='05-01-2026'|as_date('dd-mm-yyyy')", date(2026, 1, 5)),
        ("='1 234,50 €'|as_number", Decimal("1234.50")),
        ("=row.liste|sort|join('-')", "1-2-3"),
        ("=rows|sum(attribute='m')", Decimal("3.10")),
        ("=row.liste|max", 3),
        ("=row.nom[:3]|upper", "DUR"),
        ("='Prénom usuel'|slug", "prenom_usuel"),
        ("=row.vide|default('-')", "-"),
        ("=reference|default('-')", "-"),
        ("=row.absent|default('-')", "-"),
        ("=reference.part|default('-')", "-"),
        ("=row.vide.part|default('-')", "-"),
        ("=row.jour.year", 2026),
        ("=shows('Brouillon')", True),
        ("{{ row.montant }}", Decimal("1234.50")),
        ("Dossier {{ row.n }} : {{ row.montant }} {{ row.urgent }}{{ row.vide }}", "Dossier 3 : 1234,50 oui"),
        ("{{ '}}' ~ \"{{\" }}", "}}{{"),
        ("==SUM(A1)", "=SUM(A1)"),
        ("31000", "31000"),
    ],
)
def test_values(written: str, expected: Any) -> None:
    given = value(written)
    assert given == expected
    assert type(given) is type(expected)


def test_english_writes_in_english() -> None:
    assert value("{{ row.montant|euros }} {{ row.jour }} {{ row.urgent }}", "en") == "€1,234.50 2026-01-05 yes"


def test_keys_may_hold_merge_fields() -> None:
    assert evaluate({"Ligne {{ row.n }}": [parse_value("=row.n")]}, SCOPE) == {"Ligne 3": [3]}


@pytest.mark.parametrize("cell", PLAUSIBLE)
@pytest.mark.parametrize("written", ["=row.x", "{{ row.x }}", "=row.x ~ ''", "=row['x']"])
def test_cells_keep_their_type_and_are_never_evaluated(cell: str, written: str) -> None:
    assert evaluate(parse_value(written), {"row": {"x": cell}}) == cell


@given(st.text(), st.text())
def test_arbitrary_cells_pass_unchanged(cell: str, other: str) -> None:
    scope = {"row": {"a": cell, "b": other}, "secrets": {"x": Secret("hunter2")}}
    assert evaluate(parse_value("{{ row.a }}"), scope) == cell
    assert evaluate(parse_value("<{{ row.a }}|{{ row.b }}>"), scope) == f"<{cell}|{other}>"
    assert evaluate({"Nom {{ row.a }}": "x"}, scope) == {f"Nom {cell}": "x"}


@given(st.text(max_size=60))
def test_any_text_is_readable_or_explained_within_itself(text: str) -> None:
    for written in (text, f"={text}", f"{{{{ {text} }}}}"):
        try:
            parse_value(written)
        except Unreadable as fault:
            assert fault.message  # noqa: PT017
            assert 0 <= fault.offset <= len(written)  # noqa: PT017


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("=row.nmo", 'row.nmo does not exist. Did you mean "nom"'),
        ("=rwo.nom", 'rwo does not exist. Did you mean "row"'),
        ("=row.nom == 3", "row.nom is a text and 3 is a number"),
        ("=row.jour > '01/01/2026'", "as_date"),
        ("=row.nom + 1", "~ to join texts"),
        ("=row.nom * 3", "not possible"),
        ("=row.vide + 1", "row.vide is empty"),
        ("=row.vide < 3", "row.vide is empty"),
        ("=row.n / 0", "zero"),
        ("=row.faux", "B7 holds #N/A"),
        ("=row.faux|default('-')", "B7 holds #N/A"),
        ("Réf {{ reference }}", "reference is empty"),
        ("=[reference]", "reference is empty"),
        ("=row.oui and row.n > 2", "neither yes nor no"),
        ("Mot {{ secrets.portail }}", "secret"),
        ("=secrets.portail == 'hunter2'", "secret"),
        ("=row.nom|as_number", "no number"),
        ("='1.234,5'|as_number", "ambiguous"),
        ("=row.jour|date('%d/%m')", "dd/mm/yyyy"),
        ("='31/02/2026'|as_date", "calendar"),
        ("=today()", "not available"),
        ("=row.jour + 10000000", "calendar"),
        ("=(99999999999999999999999999.5 * 10)|round(9)", "too large"),
    ],
)
def test_refusals_are_plain(written: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        value(written)
    assert reason in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_what_was_not_saved_does_not_hold_and_what_is_not_known_does() -> None:
    scope = {"x": Unsaved("x"), "y": NOT_KNOWN_YET}
    assert not Formula.parse("x").holds(scope)
    assert Formula.parse("not x").holds(scope)
    assert Formula.parse("y").holds(scope)
    assert Formula.parse("y.number + 1 > 2").evaluate(scope) is NOT_KNOWN_YET


@pytest.mark.parametrize(
    ("written", "at", "mend"),
    [
        ("=row.Code postal", 10, "row.code_postal"),
        ("=row.nom.upper()", 9, "row.nom|upper"),
        ("=round(row.n)", 1, "value|round"),
        ("=row.nom|uper", 8, '"upper"'),
        ("=row.n = 3", 7, "=="),
        ("=row.n ** 2", 7, "x * x"),
        ("=1,5", 2, "1.5"),
        ("=row.a et row.b", 7, "and"),
        ("=’a’", 1, "straight quotes"),
        ("={{ row.nom }}", 1, "no braces"),
        ("=1 if row.n", 3, "x if condition else y"),
        ("=date('15/12/2026')", 6, "date('2026-12-15')"),
        ("=01234", 1, "quotes"),
        ("=", 1, '"=="'),
        ("a {% if x %}", 2, "Only {{ }} does"),
        ("a {{ row.nom", 2, "{{ row.name }}"),
        ("a {{ row.nom|uper }}", 12, '"upper"'),
    ],
)
def test_faults_are_found_at_load_with_their_place_and_mend(written: str, at: int, mend: str) -> None:
    with pytest.raises(Unreadable) as fault:
        parse_value(written)
    assert fault.value.offset == at
    assert mend in fault.value.mend


@pytest.mark.parametrize(
    "source",
    [
        "''.__class__.__mro__", "row['__class__']", "row|attr('nom')", "lipsum()", "cycler.__init__", "range(10)",
        "'{0.__class__}'.format(row)", "row.nom.format(x)", "'a' * 10", "2 ** 99", "[1] * 9", "row.liste|map('x')",
        "(" * 60 + "1" + ")" * 60, "+".join("1" * 1000), "x" * 3000, "'a'|center(99)", "dict(a=1)", "{'a': 1}",
        "row.liste.append(1)", "now.__globals__", "self", "namespace()", "[" * 500, "-" * 300 + "1",
    ],
)  # fmt: skip
def test_nothing_gets_out(source: str) -> None:
    with pytest.raises((Unreadable, Refused)):
        Formula.parse(source).evaluate(SCOPE)


def test_computed_names_get_no_further_than_written_ones() -> None:
    with pytest.raises(Refused):
        Formula.parse("row['_' ~ '_class__']").evaluate(SCOPE)
    for name in ("fromisoformat", "today", "replace"):
        with pytest.raises(Refused):
            Formula.parse("row.jour[x]").evaluate(SCOPE | {"x": name})


def test_names_are_told_with_their_place() -> None:
    formula = Formula.parse("row['Code postal'] ~ rows[row.n].nom|default(x.y)")
    assert formula.names() == (("row", "Code postal"), ("rows", None, "nom"), ("row", "n"), ("x", "y"))
    assert [(one.offset, one.width, one.optional) for one in formula.reads()][1:3] == [(21, 15, True), (26, 5, False)]
    text = Template.parse("Dossier {{ row.n }} {{ now()|date }}")
    assert text.names() == (("row", "n"),)
    assert text.source[text.reads()[0].offset :].startswith("row.n")
    assert text.calls() == ("now",)
    assert Template.parse("rien").is_constant


def test_known_types_are_compared_before_the_run() -> None:
    types: dict[tuple[str, ...], type] = {
        ("row", "nom"): str,
        ("row", "n"): int,
        ("row", "jour"): date,
        ("row", "urgent"): bool,
    }

    def fault(source: str) -> str | None:
        return Formula.parse(source).types(lambda path: types.get(path))

    assert (
        fault("row.nom == 3")
        == "row.nom is a text and 3 is a number: they cannot be compared (write row.nom|as_number)"
    )
    assert fault("row.jour >= '2026-01-01' or true")
    assert fault("row.nom in ['a', 3]")
    assert fault("row.nom + row.n")
    assert fault("row.urgent < row.n")
    for fine in (
        "row.nom|as_number == 3",
        "row.jour >= today()",
        "row.n == none",
        "row.autre == 3",
        "row.jour - 3 < now()",
    ):
        assert fault(fine) is None


JINJA = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
OPERANDS = st.sampled_from(["a", "b", "c", "1", "2", "7", "d.x", "d['x']"])
CONDITIONS = st.sampled_from(["t", "f", "a < b", "not t", "a == b", "a != c", "a in [1, c]", "t is defined"])
NUMBERS = st.recursive(
    OPERANDS,
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(["+", "-", "*", "//", "%"]), inner),
        st.builds("({})".format, inner),
        st.builds("-{}|abs".format, inner),
        st.builds("({} if {} else {})".format, inner, CONDITIONS, inner),
    ),
    max_leaves=6,
)
LOGIC = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=6,
)


@example("---a|abs|abs|abs")
@given(st.one_of(NUMBERS, LOGIC))
def test_expressions_mean_what_they_mean_in_jinja(source: str) -> None:
    scope = {"a": 3, "b": 5, "c": -4, "t": True, "f": False, "d": {"x": 11}}
    try:
        expected = JINJA.compile_expression(source, undefined_to_none=False)(**scope)
    except ZeroDivisionError:
        return
    assert Formula.parse(source).evaluate(scope) == expected


def test_reading_formulas_does_not_load_jinja() -> None:
    code = (
        "import sys, robo.flow.formula as f; f.parse_value('=a + 1').evaluate({'a': 1}); print('jinja2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
