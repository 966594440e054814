"""What is wrong with a flow is said before the run, at its place, with the mend, and nothing else with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flow.demo import DEMO
from robo.flow.bind import call_arguments, used_columns
from robo.flow.formula import Formula
from robo.flow.load import load_flow, load_text
from robo.flow.model import Flow, walk
from robo.flow.problems import FaultyFile
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace
from robo.kit.errors import FaultyFlow, Refused
from robo.kit.shelf import Shelf

Load = Callable[[str], Flow]
Faults = Callable[[str], str]
Changed = Callable[[str, str], str]

SUBMIT = """\
        - submit:
            button: Enregistrer
            expect: Demande {{ row.numero }} enregistrée
            read: {reference: "#ref"}
"""


def messages(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("flows/")]


def test_the_demo_is_understood(load: Load) -> None:
    flow = load(DEMO)
    assert [(step.address, step.identity) for step in walk(flow.steps)][:5] == [
        ("1", "login"),
        ("2", "for_each_row"),
        ("2/each/1", "open"),
        ("2/each/2", "fill"),
        ("2/each/3", "submit"),
    ]
    loop = flow.steps[1].loop
    assert loop is not None
    assert (flow.path, loop.name, loop.alias, loop.key) == ("a", "row", "row", (Formula.parse("row.numero"),))
    assert loop.steps[1].arguments["fields"]["Nom"] == Formula.parse("row.nom")
    assert used_columns(loop.steps, "row") == ("code_postal", "nom", "numero")


# Ten typos, each with one message of its own


@pytest.mark.parametrize(
    ("right", "wrong", "place", "fault", "mend"),
    [
        ("- fill:\n            N", "- remplir:\n            N", "14:11", '"remplir" is no action', "called `fill`"),
        ("expect: D", "expct: D", "20:13", '"expct" is not known here', 'Did you mean "expect"'),
        ("- login: portail", "- login: portail\n    tiemout: 3s", "8:5", '"tiemout" is not known beside', '"timeout"'),
        (
            "=row.nom",
            "=row.nmo",
            "16:19",
            "row.nmo does not exist",
            '"numero" or "nom"?  (the columns of demandes.xlsx)',
        ),
        ("site: portail", "site: portal", "5:18", 'site "portal" is not in robo.toml', 'Did you mean "portail"'),
        ("settings:", "secrets: [prtail]\nsettings:", "5:11", '"prtail" is not known here', "robo secret set prtail"),
        ("type: file", "type: fiel", "4:20", '"fiel" is no type of input', 'Did you mean "file"'),
        ("Code postal: text}", "Code postal: txt}", "11:30", "one of these is expected", 'Did you mean "text"'),
        (
            SUBMIT,
            SUBMIT.replace("            ", "          "),
            "19:11",
            "`button` belongs to `submit`: write it below, indented",
            "- submit:\n         button: Enregistrer\n         expect: Demande",
        ),
        ("name: S", "name: Relance : S", "2:15", '": " inside a text', 'name: "Relance : Saisie'),
        ("Nom: =row.nom", "Nom: {{ row.nom }}", "16:18", 'begins with "{{" must be in quotes', "=row.nom"),
    ],
    ids=[
        "action",
        "parameter",
        "modifier",
        "column",
        "site",
        "secret",
        "type",
        "column type",
        "indent",
        "colon",
        "braces",
    ],
)
def test_typo(changed: Changed, right: str, wrong: str, place: str, fault: str, mend: str) -> None:
    said = changed(right, wrong)
    assert messages(said)[0].startswith(f"flows/a.yaml:{place}: ")
    assert fault in messages(said)[0]
    assert mend in said
    assert len(messages(said)) == 1, said


def test_all_faults_of_a_file_at_once_and_in_order(changed: Changed, faults: Faults) -> None:
    text = (
        DEMO.replace("site: portail", "site: portal").replace("=row.nom\n", "=row.nmo\n").replace("- click", "- clic")
    )
    assert [one.split(": ")[0] for one in messages(faults(text))] == [
        "flows/a.yaml:5:18",
        "flows/a.yaml:16:19",
        "flows/a.yaml:26:13",
    ]


def test_a_missing_workbook_is_one_fault(changed: Changed) -> None:
    said = changed("demandes.xlsx", "demande.xlsx")
    assert len(messages(said)) == 1
    assert "add to `columns:` what is used: numero, nom, Référence" in said


def test_a_workbook_that_is_made_later_is_known_by_its_columns(load: Load) -> None:
    columns = "{Code postal: text, Numéro: text, Nom: text, Référence: text}"
    load(DEMO.replace("demandes.xlsx", "later.xlsx").replace("{Code postal: text}", columns))


def test_an_unknown_column_to_write_back_to_is_found(changed: Changed) -> None:
    assert 'there is no column "Reference"' in changed("{Référence: =", "{Reference: =")


def test_columns_with_one_slug_need_brackets(workspace: Workspace, load: Load, faults: Faults) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.worksheets[0].append(["Numéro", "Nom", "NOM", "Code postal", "Référence"])
    book.worksheets[0].append([1, "a", "b", "c", None])
    book.save(workspace.root / "demandes.xlsx")
    assert 'row.nom may be any of the columns "Nom", "NOM"' in faults(DEMO)
    load(DEMO.replace("=row.nom\n", '=row["NOM"]\n'))


def test_values_of_different_types_are_not_compared(changed: Changed) -> None:
    said = changed("key: row.numero", "key: row.numero\n      where: row.code_postal > 3")
    assert "row.code_postal is a text and 3 is a number" in said


def test_a_place_may_stand_as_a_map_where_its_text_would(load: Load, changed: Changed) -> None:
    click = next(
        step
        for step in walk(load(DEMO.replace("click: Rechercher", "click: {label: Rechercher}")).steps)
        if step.action == "click"
    )
    assert click.arguments == {"place": {"label": "Rechercher"}}
    assert 'Did you mean "label"' in changed("button: Enregistrer", "button: {lbel: Enregistrer}")


def test_what_comes_later_is_refused_by_name(changed: Changed) -> None:
    for old, new, name in (
        ("- login: portail", "- zip: dossier", "zip"),
        ("steps:\n  - login", "schedule: [{webhook: x}]\nsteps:\n  - login", "webhook"),
        ("key: row.numero", "key: row.numero\n      parallel: 2", "parallel"),
        ("button: Enregistrer", "button: Enregistrer\n            verify: []", "verify"),
    ):
        said = changed(old, new)
        assert messages(said)[0].endswith(f'"{name}" is not in this version yet')
        assert len(messages(said)) == 1


# The law of where changes may stand


def test_a_change_in_a_loop_needs_a_key(changed: Changed) -> None:
    said = changed("      key: row.numero\n", "")
    assert "`key` is missing: the loop contains `submit` (line 17)" in said
    assert "key: row.numero" in said


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("key: row.numero", "key: row.numero ~ row.nom", "Write its parts as a list: key: [row.numero, row.nom]"),
        ("key: row.numero", "key: =row.numero", "write it without ="),
        (
            'read: {reference: "#ref"}\n',
            'read: {reference: "#ref"}\n          retry: 3\n',
            "never tried again by itself",
        ),
        ("- open: /demandes/nouvelle", "- log: x", "`fill` needs a page that was opened before"),
        ("      already_done:\n", "        - click: Suite\n      already_done:\n", "`click` needs a page"),
        (
            "      already_done:\n",
            "        - charge: 12\n      already_done:\n",
            "this loop has 2 changes (lines 18, 22)",
        ),
        ('          - read: {reference: "#ref"}\n', "", "reference would be lost: `submit` reads it"),
        ("          - open: /demandes/recherche\n", "", "a doubt is looked up on a fresh page"),
        ("- click: Rechercher", "- submit: Rechercher", "`already_done` only looks: `submit` has no place in it"),
        ("settings:", "secrets: [portail]\nsettings:", ""),
        ("- login: portail", "- log: hello\n  - skip: x", "it needs a loop around it"),
    ],
)
def test_law(changed: Changed, load: Load, right: str, wrong: str, fault: str) -> None:
    if not fault:
        load(DEMO.replace(right, wrong, 1))
        return
    said = changed(right, wrong)
    assert fault in said
    assert len(messages(said)) == 1, said


def test_a_secret_goes_into_fields_alone(changed: Changed, load: Load) -> None:
    declared = "secrets: [portail]\nsettings:"
    text = DEMO.replace("settings:", declared, 1)
    load(text.replace("Nom: =row.nom", "Nom: =secrets.portail"))
    with pytest.raises(FaultyFile, match="a secret may not be used here"):
        load(text.replace("- login: portail", '- log: "{{ secrets.portail }}"'))


def test_keyed_loops_do_not_nest(changed: Changed) -> None:
    inner = """\
        - for_each:
            in: [1, 2]
            key: item
            steps:
              - charge: 12
      already_done:
"""
    assert "a loop with a key may not stand in a loop with a key" in changed("      already_done:\n", inner)


def test_two_keyed_loops_need_names(faults: Faults, load: Load) -> None:
    loop = "  - for_each: {in: [1], key: item, steps: [{charge: 12}]}\n"
    text = "robo: 1\nsteps:\n" + loop + loop
    assert messages(faults(text))[0].endswith("each needs a `name`, under which it is remembered")
    named = text.replace("  - for_each", "  - name: Une\n    for_each", 1).replace(
        "  - for_each", "  - name: Deux\n    for_each", 1
    )
    assert [step.loop.name for step in load(named).steps if step.loop] == ["une", "deux"]


def test_names_are_known_in_their_order(faults: Faults, load: Load) -> None:
    said = faults("robo: 1\nsteps:\n  - log: '{{ total }}'\n  - set: {total: 3}\n  - log: '{{ total }}'\n")
    assert messages(said) == ["flows/a.yaml:3:14: total does not exist"]
    load("robo: 1\nsteps:\n  - set: {total: 3}\n  - if: total > 2\n    log: '{{ total }}'\n    else: [{stop: bad}]\n")


def test_a_faulty_step_does_not_make_later_ones_faulty(faults: Faults) -> None:
    said = faults("robo: 1\nsteps:\n  - lire: {reference: '#ref'}\n  - log: '{{ reference }}'\n")
    assert len(messages(said)) == 1


# From a step to a call


def test_values_become_arguments(workspace: Workspace, shelf: Shelf) -> None:
    vault = Vault(workspace.state)
    charge = shelf.actions["charge"]
    made = call_arguments(charge, {"amount": 12, "file": "a/b.pdf"}, workspace, vault)
    assert made["file"] == workspace.root / "a/b.pdf"
    account = call_arguments(shelf.actions["login"], {"account": "portail"}, workspace, vault)["account"]
    assert (account.secret.reveal(), account.site.address) == ("secret", "https://portail.example.fr")
    with pytest.raises(Refused, match=r"charge\.amount: a number is expected, not \"douze\""):
        call_arguments(charge, {"amount": "douze"}, workspace, vault)
    with pytest.raises(FaultyFlow, match=r'account "portial" is not in robo.toml. Did you mean "portail"'):
        call_arguments(shelf.actions["login"], {"account": "portial"}, workspace, vault)


def test_flows_are_found_by_name(workspace: Workspace, shelf: Shelf) -> None:
    (workspace.flows / "commun").mkdir()
    for name in ("demandes.yaml", "commun/b.yml"):
        (workspace.flows / name).write_text(DEMO, encoding="utf-8")
    assert load_flow("demandes", workspace, shelf).path == "demandes"
    assert load_flow("commun/b", workspace, shelf).path == "commun/b"
    assert load_flow(workspace.flows / "demandes.yaml", workspace, shelf).name == "Saisie des demandes"
    with pytest.raises(FaultyFlow, match='Did you mean "demandes"'):
        load_flow("demande", workspace, shelf)


def test_a_stored_flow_is_read_whatever_became_of_its_files(workspace: Workspace, shelf: Shelf) -> None:
    (workspace.root / "demandes.xlsx").unlink()
    flow = load_text(DEMO, Path(workspace.flows / "a.yaml"), workspace, shelf, deep=False)
    assert len(list(walk(flow.steps))) == 9


def test_a_given_workbook_is_the_one_that_is_checked(workspace: Workspace, shelf: Shelf) -> None:
    file = workspace.flows / "a.yaml"
    file.write_text(DEMO.replace(", default: demandes.xlsx", ""), encoding="utf-8")
    load_flow("a", workspace, shelf)
    with pytest.raises(FaultyFile, match="no file"):
        load_flow("a", workspace, shelf, given={"classeur": "other.xlsx"})
