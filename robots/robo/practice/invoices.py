"""The practice folder: thirteen invoices as they come in, and where each of them must lie in the end."""

from __future__ import annotations

import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from robo.kit.text import written
from robo.practice.papers import scanned_pdf, text_pdf


class Invoice(NamedTuple):
    """What an invoice says."""

    supplier: str
    number: str
    on: date
    total: Decimal


class Arrival(NamedTuple):
    """A file of the practice folder. filed: where it must lie below `classement`, None where it must be refused."""

    name: str
    invoice: Invoice | None
    filed: str | None


def _invoice(supplier: str, number: str, on: str, total: str) -> Invoice:
    return Invoice(supplier, number, date.fromisoformat(on), Decimal(total))


_TWICE = _invoice("Ateliers du Gers", "2026-0412", "2026-04-02", "1480.00")

ARRIVALS = (
    Arrival("2026-03 papeterie.pdf", _invoice("Papeterie Clément", "F-1881", "2026-03-03", "148.20"),
            "2026/Papeterie Clément F-1881.pdf"),
    Arrival("bus avril.pdf", _invoice("Transports Aveyronnais", "TA 26-117", "2026-04-30", "2310.00"),
            "2026/Transports Aveyronnais TA 26-117.pdf"),
    Arrival("boulangerie.pdf", _invoice("Boulangerie d'Aure", "77", "2026-05-02", "64.35"),
            "2026/Boulangerie d'Aure 77.pdf"),
    Arrival("cantine (1).pdf", _invoice("Cuisine centrale", "CC/2026/05/0008", "2026-05-05", "12480.75"),
            "2026/Cuisine centrale CC-2026-05-0008.pdf"),
    Arrival("Creche.PDF", _invoice("Crèche Les Coccinelles", "2026-31", "2026-05-06", "905.00"),
            "2026/Crèche Les Coccinelles 2026-31.pdf"),
    Arrival("décembre.pdf", _invoice("Énergie du Lot", "E-99120", "2025-12-31", "3318.47"),
            "2025/Énergie du Lot E-99120.pdf"),
    Arrival("eau.pdf", _invoice("Régie des eaux", "0000451", "2026-05-07", "212.09"),
            "2026/Régie des eaux 0000451.pdf"),
    Arrival("facture.pdf", _invoice("Imprimerie Bleue", "B-204", "2026-05-11", "530.00"),
            "2026/Imprimerie Bleue B-204.pdf"),
    Arrival("facture_rectifiée.pdf", _invoice("Imprimerie Bleue", "B-204", "2026-05-11", "503.00"),
            "2026/Imprimerie Bleue B-204 (2).pdf"),
    Arrival("gers.pdf", _TWICE, None),
    Arrival("gers copie.pdf", _TWICE, None),
    Arrival("numérisation 12.pdf", None, None),
    Arrival("spam.pdf", _invoice("../../../etc", "1", "2026-05-12", "1.00"), None),
)  # fmt: skip
"""Two want one name, two are the same, one is a scan without text, and the last would lead out of its folder."""


def write_invoices(folder: Path) -> tuple[Arrival, ...]:
    """Write them all into the folder, which is made if need be; returns what must become of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for arrival in ARRIVALS:
        path, invoice = folder / arrival.name, arrival.invoice
        path.write_bytes(text_pdf(_lines(invoice)) if invoice else scanned_pdf())
        came = datetime.combine(invoice.on if invoice else date(2026, 5, 12), datetime.min.time()).timestamp()
        os.utime(path, (came, came))
    return ARRIVALS


def _lines(invoice: Invoice) -> list[str]:
    net = (invoice.total / Decimal("1.2")).quantize(Decimal("0.01"))
    return [
        f"Émetteur : {invoice.supplier}",
        "12 place du Capitole, 31000 Toulouse",
        "",
        f"Facture n° {invoice.number}",
        f"Date : {_in_words(invoice.on)}",
        "",
        "Désignation                Nombre     P.U. HT     Montant HT",
        f"Prestation (voir devis)    1     {_money(net)} €     {_money(net)} €",
        f"Total HT : {_money(net)} €",
        f"TVA 20 % : {_money(invoice.total - net)} €",
        f"Total TTC : {_money(invoice.total)} €",
        "",
        "Règlement à 30 jours. Indemnité forfaitaire de recouvrement : 40 €.",
    ]


_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


def _in_words(day: date) -> str:
    """Invoices write their dates in words, or in numbers."""
    if day.day % 2:
        return written(day, "fr")
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",")
