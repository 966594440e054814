"""Templates: filled in exactly as flows are evaluated, checked in their own lines, kept with the run."""

from __future__ import annotations

import types
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from robo.flow.bind import used_columns
from robo.flow.load import load_text
from robo.flow.problems import FaultyFile
from robo.flow.templates import Templates
from robo.flow.workspace import Workspace
from robo.kit.action import action
from robo.kit.change import NOT_KNOWN_YET, Change, Changing
from robo.kit.errors import Refused
from robo.kit.rendered import Rendered
from robo.kit.shelf import Shelf

FLOW = """\
robo: 1
secrets: [portail]
steps:
  - for_each_row:
      in: demandes.xlsx
      key: row.numero
      steps:
        - write: {template: lettre.md}
"""
Fill = Callable[..., str]


@action
def write(template: Rendered) -> Changing[None]:
    """Something that fills in a template."""
    yield Change(template.text)


@pytest.fixture(scope="module")
def writing(shelf: Shelf) -> Shelf:
    module = types.ModuleType("writing")
    module.write = write  # type: ignore[attr-defined]
    return Shelf({**shelf.actions, **Shelf.of([module]).actions}, shelf.sources)


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """What a template becomes. kind: how its name ends."""

    def filled(source: str, kind: str = ".txt", **scope: Any) -> str:
        (tmp_path / f"a{kind}").write_text(source, encoding="utf-8", newline="")
        return Templates(tmp_path).read(f"a{kind}").evaluate(scope).text

    return filled


@pytest.fixture
def told(workspace: Workspace, writing: Shelf) -> Callable[..., str]:
    """The faults of the flow above with these templates by name; empty where there are none."""

    def said(flow: str = FLOW, **templates: str) -> str:
        workspace.templates.mkdir(exist_ok=True)
        for name, text in templates.items():
            (workspace.templates / f"{name}.md").write_text(text, encoding="utf-8")
        try:
            load_text(flow, workspace.flows / "a.yaml", workspace, writing)
        except FaultyFile as error:
            return str(error)
        return ""

    return said


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("{{ row.montant }} {{ row.montant|euros }} {{ row.le }} {{ row.oui }}", "1250.50 1\u202f250,50\u00a0€ 0 oui"),
        ("a\n{% if row.montant > 1000 %}\nb\n{% elif x is defined %}\nc\n{% else %}\nd\n{% endif %}\ne", "a\nb\ne"),
        ("{% for p in row.pieces %}{{ loop.index }}{{ p }}{% else %}-{% endfor %}", "1x2y"),
        ("{% for p in [] %}x{% else %}aucune{% endfor %}", "aucune"),
        ("  {# un mot #}\n{% set double = row.montant * 2 %}\n{{ double }}\n", "2501,00\n"),
        ("a {%- if true %} b {%- endif %}", "a b"),
        ("{{ '{{' }} {% if '%}' == '%}' %}x{% endif %}", "{{ x"),
        ("{{ saved }}", "‹not known yet›"),
    ],
)
def test_it_is_filled_in(fill: Fill, source: str, made: str) -> None:
    row = {"montant": Decimal("1250.50"), "pieces": ["x", "y"], "le": 0, "oui": True}
    assert fill(source, row=row, saved=NOT_KNOWN_YET) == made.replace("1250.50 1", "1250,50 1")


@pytest.mark.parametrize("source", ["{{ row.vide }}", "{% for a in row.vide %}{% endfor %}", "{{ row.nom + 1 }}"])
def test_what_is_empty_or_does_not_fit_refuses_the_item_naming_the_line(fill: Fill, source: str) -> None:
    with pytest.raises(Refused, match=r"templates/a\.txt, line 2: row\."):
        fill(f"Bonjour\n{source}", row={"vide": None, "nom": "x"})


def test_what_may_be_empty_says_so(fill: Fill) -> None:
    assert fill("<{{ row.vide|default('') }}>", row={"vide": None}) == "<>"


def test_a_value_is_data_whatever_it_looks_like(fill: Fill) -> None:
    value = "<b>*x*</b> [y](http://z)\n# {{ row.nom }} {% if %}\n    code"
    assert fill("{{ row.a }}", ".txt", row={"a": value}) == value
    assert fill("{{ row.a }}", ".html", row={"a": "<b>&"}) == "&lt;b&gt;&amp;"
    escaped = fill("**{{ row.a }}**", ".md", row={"a": value})
    assert r"\<b\>\*x\*\<\/b\> \[y\]\(http\:\/\/z\)" in escaped
    assert "\n\\# \\{\\{" in escaped
    assert escaped.endswith("\ncode**")


def test_a_sound_template_has_no_faults_and_its_columns_count(
    told: Callable[..., str], workspace: Workspace, writing: Shelf
) -> None:
    assert told(lettre="{{ row.nom }} {% include 'pied.md' %}", pied="{{ row.code_postal }} {{ now()|date }}") == ""
    flow = load_text(FLOW, workspace.flows / "a.yaml", workspace, writing)
    assert flow.steps[0].loop is not None
    assert used_columns(flow.steps[0].loop.steps, "row") == ("code_postal", "nom")
    assert set(flow.templates) == {"lettre.md", "pied.md"}


@pytest.mark.parametrize(
    ("template", "place", "fault", "mend"),
    [
        ("Bonjour\n{{ row.nmo }}", "templates/lettre.md:2:4: ", "row.nmo does not exist", '"nom"'),
        ("{% if x > 1 %}{% endif %}", "templates/lettre.md:1:7: ", "x does not exist", ""),
        ("{{ secrets.portail }}", "templates/lettre.md:1:4: ", "a secret may not be used here", ""),
        ("{{ row.nom|uper }}", "templates/lettre.md:1:11: ", "the filter uper is not known", '"upper"'),
        ("{% for a in row.nom %}\nx", "templates/lettre.md:1:1: ", '"for" is never ended', "{% endfor %}"),
        ("{% endif %}", "templates/lettre.md:1:1: ", '"endif" ends or continues nothing', ""),
        ("{% esle %}", "templates/lettre.md:1:4: ", '"esle" is not known in a template', 'Did you mean "else"'),
        ("a {{ row.nom", "templates/lettre.md:1:3: ", '"{{" is never closed', ""),
        ("{% set row = 1 %}{% set inputs = 1 %}", "templates/lettre.md:1:", "already means something", ""),
        ("{% include 'lettre.md' %}", "templates/lettre.md:1:13: ", "a template may not include itself", ""),
        ("{% include 'letre.md' %}", "templates/lettre.md:1:13: ", "there is no template letre.md", '"lettre.md"'),
        ("{{ row.nom == 1 }}", "templates/lettre.md:1:4: ", "row.nom is a text", ""),
        ("{{ shows('x') }}", "templates/lettre.md:1:", "only `if` may ask it", ""),
    ],
)
def test_a_fault_is_shown_in_the_template(
    told: Callable[..., str], template: str, place: str, fault: str, mend: str
) -> None:
    said = told(FLOW.replace("numero\n", "numero\n      columns: {Nom: text}\n"), lettre=template)
    assert place in said
    assert fault in said
    assert mend in said


def test_a_missing_template_is_shown_in_the_flow(told: Callable[..., str]) -> None:
    said = told(FLOW.replace("lettre.md", "letre.md"), lettre="x")
    assert "flows/a.yaml:8:29: there is no template letre.md" in said
    assert 'Did you mean "lettre.md"?' in said
    assert "lies outside of templates/" in told(FLOW.replace("lettre.md", "../robo.md"))
    assert "is named here" in told(FLOW.replace("lettre.md", '"{{ row.nom }}.md"'))


def test_a_run_uses_the_templates_that_were_kept_with_it(workspace: Workspace, writing: Shelf) -> None:
    kept = {"lettre.md": "{{ row.nom }}"}
    flow = load_text(FLOW, workspace.flows / "a.yaml", workspace, writing, deep=False, templates=kept)
    assert flow.steps[0].loop is not None
    (step,) = flow.steps[0].loop.steps
    assert step.arguments["template"].evaluate({"row": {"nom": "Été"}}) == Rendered("lettre.md", "Été")
