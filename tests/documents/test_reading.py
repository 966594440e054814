"""Values found in documents, and the names of what keeps one from being found."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from documents.encrypted import with_password
from robo.documents import read_document
from robo.documents.finding import Finding, find_in
from robo.flow.load import load_text
from robo.flow.problems import FaultyFile
from robo.flow.workspace import Workspace
from robo.kit.change import Change
from robo.kit.errors import Refused
from robo.kit.outlook import fresh
from robo.kit.shelf import installed
from robo.practice.papers import scanned_pdf, text_pdf

LETTER = """\
Toulouse, le 3 août 2025
Facture n° 2022089083
Numéro de dossier : 365146 - ALEXINUX
le-tout-lyon.fr du 06/12/2022 45,93 €
Invoice Date:
20-10-2015
Sous-total : 46,68 €
Total HT : 46,68 €
TVA 20% : 9,34 €
Total TTC : 56,02 €
Total 1 278.61 40.39 319.00
Grand Total 319.00
Indemnité forfaitaire : 40€
Siret 530 848 134 00017, siège 12345678901234
IBAN : FR76 10107 00245 00617052317 39 - BIC : BREDFRPP
"""


def found(said: str, text: str = LETTER) -> Any:
    return find_in(text, Finding.parse(said), "lettre.pdf")


@pytest.mark.parametrize(
    ("said", "value"),
    [
        (r"/Facture n° (\d+)/", "2022089083"),
        (r"/\d+ - ALEXINUX/", "365146 - ALEXINUX"),
        (r"/lyon.fr du (\S+)/ date", date(2022, 12, 6)),
        ("Numéro de dossier:", "365146 - ALEXINUX"),
        ("numéro  de DOSSIER:", "365146 - ALEXINUX"),
        ("Toulouse, le: date", date(2025, 8, 3)),
        ("Invoice Date: date", date(2015, 10, 20)),
        ("Total TTC: amount", Decimal("56.02")),
        ("Sous-total: amount", Decimal("46.68")),
        ("Indemnité forfaitaire: amount", Decimal(40)),
        ("siret", "53084813400017"),
        ("iban", "FR7610107002450061705231739"),
    ],
)
def test_what_is_looked_for_is_found(said: str, value: Any) -> None:
    assert found(said) == value


def test_a_label_at_the_head_of_a_line_counts_before_others_and_the_last_amount_is_the_sum() -> None:
    text = "Sous-total 12,00\nTotal 2 10,00 1,50 11,50\nGrand Total 13,00\n"
    assert found("Total: amount", text) == Decimal("11.50")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1er mars 2026", date(2026, 3, 1)),
        ("le 03.08.2025.", date(2025, 8, 3)),
        ("2026-02-28", date(2026, 2, 28)),
        ("7. Mai 2014", date(2014, 5, 7)),
        ("19 april 2014", date(2014, 4, 19)),
        ("August 3 , 2014", date(2014, 8, 3)),
        ("Jan 31, 2022", date(2022, 1, 31)),
        ("31 déc. 2024", date(2024, 12, 31)),
    ],
)
def test_dates_are_read_as_they_are_written(written: str, day: date) -> None:
    assert found("date", f"a {written} b") == day


@pytest.mark.parametrize(
    "written", ["03/20/2023", "31/02/2026", "12/2026", "1.2.3.2026", "3 lundi 2026", "10.0.1.2026"]
)
def test_what_is_no_date_is_none(written: str) -> None:
    with pytest.raises(Refused, match="was not found"):
        found("date", written)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1 234,56", "1234.56"),
        ("1.234,56 €", "1234.56"),
        ("$1,234.56", "1234.56"),
        ("12 480,75", "12480.75"),
        ("€ -9,32", "-9.32"),
        ("150 €", "150"),
        ("10 000€", "10000"),
    ],
)
def test_amounts_are_read_as_they_are_written(written: str, amount: str) -> None:
    assert found("amount", f"à payer : {written} net") == Decimal(amount)


@pytest.mark.parametrize("written", ["20,00 %", "3012 CN", "28.11.2022", "1.234", "12,345", "version 1.10.2"])
def test_what_is_no_amount_is_none(written: str) -> None:
    with pytest.raises(Refused, match="was not found"):
        found("amount", written)


def test_several_values_are_a_question_not_a_guess() -> None:
    with pytest.raises(Refused, match=r"date is not clear in lettre.pdf: it may be 03/08/2025, 06/12/2022"):
        found("date")
    assert found("date", "le 3 août 2025\nDate : 03/08/2025") == date(2025, 8, 3)


def test_the_text_of_a_document_is_read_with_its_signs(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(text_pdf(["Émetteur : L'Œuvre (Gers)", "Total TTC : 1\u00a0234,50 €"]))
    told = read_document(path, {"total": Finding.parse("Total TTC: amount")})
    assert told == {
        "text": "Émetteur : L'Œuvre (Gers)\nTotal TTC : 1 234,50 €", "pages": 1, "total": Decimal("1234.50"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", scanned_pdf(), "holds no text: it is a scan"),
        ("a.pdf", with_password(text_pdf(["secret"]), b"xyz"), "is protected by a password"),
        ("a.pdf", b"hello", "is no PDF, or is damaged"),
        ("a.pdf", text_pdf(["whole"])[:200], "is no PDF, or is damaged"),
        ("a.docx", b"PK", "only PDF documents can be read"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=reason):
        read_document(tmp_path / name, {"n": Finding.parse("date")})


def test_a_plan_reads_where_the_document_lies_now(tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(text_pdf(["le 3 août 2025"]))
    outlook = fresh()
    try:
        outlook.foresee(Change("move", files={tmp_path / "out.pdf": tmp_path / "in.pdf", tmp_path / "in.pdf": None}))
        assert read_document(tmp_path / "out.pdf", {"d": Finding.parse("date")})["d"] == date(2025, 8, 3)
    finally:
        fresh()


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("'/(\\d+/'", "the pattern cannot be read"),
        ("'/(a)(b)/'", "one group at most"),
        ("'Total: montant'", "montant is none of date, amount, siret, iban"),
        ("total", "neither a /pattern/"),
    ],
)
def test_a_misspelt_finding_is_found_before_the_run(tmp_path: Path, said: str, fault: str) -> None:
    flow = f"robo: 1\nsteps:\n  - read_document: {{file: a.pdf, find: {{n: {said}}}}}\n"
    with pytest.raises(FaultyFile) as problems:
        load_text(flow, tmp_path / "flows" / "f.yaml", Workspace(tmp_path), installed())
    assert fault in problems.value.problems[0].message
