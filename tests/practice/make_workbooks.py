"""Makes the practice workbooks that the package carries: `python tests/practice/make_workbooks.py`.

The office takes 57 of the 60 applications and refuses three: an amount above the ceiling, a postal code outside of
Occitanie, an amount of nothing. In the second workbook one number stands twice and one is missing. The third one has
twelve people to be summoned by mail.
"""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from robo.kit.text import slug

DATA = Path(__file__).parents[2] / "robots" / "robo" / "practice" / "data"
WIDTHS = {
    "Numéro": 12, "Civilité": 11, "Nom": 28, "Prénom": 18, "Date de naissance": 19, "Code postal": 13,
    "Commune": 28, "Type": 14, "Montant": 14, "Urgent": 9, "Observations": 48, "Courriel": 34, "Référence": 16,
    "Saisi le": 18, "Date": 12, "Heure": 8, "Lieu": 24, "Pièces": 36, "Envoyé le": 18, "Message": 48,
}  # fmt: skip
FORMATS = {
    "Numéro": "@", "Date de naissance": "dd/mm/yyyy", "Montant": "#,##0.00", "Référence": "@",
    "Saisi le": "dd/mm/yyyy hh:mm", "Date": "dd/mm/yyyy", "Heure": "hh:mm", "Envoyé le": "dd/mm/yyyy hh:mm",
}  # fmt: skip

PEOPLE = """
Madame|Abadie|Hélène|31000|Toulouse
Monsieur|N’Guyen|Loïc|31200|Toulouse
Madame|D'Almeida|Maria do Céu|34000|Montpellier
Monsieur|Sánchez|Ignacio|66000|Perpignan
Madame|de La Tour d’Auvergne-Lauraguais|Marie-Bénédicte|31320|Castanet-Tolosan
Monsieur|Bousquet|Jérôme|09100|Pamiers
Madame|Çelik|Zeynep|30000|Nîmes
Monsieur|Cazeneuve|Rémi|65000|Tarbes
Madame|Fabre|Océane|81000|Albi
Monsieur|Pujol|François-Xavier|11000|Carcassonne
Madame|Lefèvre|Maëlle|12000|Rodez
Monsieur|O’Brien|Seán|32000|Auch
Madame|Vidal|Anaïs|46000|Cahors
Monsieur|Roux|Noé|48000|Mende
Madame|Delmas|Zoé|82000|Montauban
Monsieur|Laffont|Benoît|09000|Foix
Madame|Bénézech|Gisèle|34500|Béziers
Monsieur|Garrigues|Aurélien|30100|Alès
Madame|Oustry|Solène|12100|Millau
Monsieur|Estève|Théo|66400|Céret
Madame|Combes|Cécile|34200|Sète
Monsieur|Marty|Étienne|11100|Narbonne
Madame|Sérieys|Léa|12850|Onet-le-Château
Monsieur|Puig|Jordi|66500|Prades
Madame|Hœrner|Cœlia|31700|Blagnac
Monsieur|Castan|Gaël|81100|Castres
Madame|Ferrières|Inès|31170|Tournefeuille
Monsieur|Dupont|Michaël|65100|Lourdes
Madame|Dupont|Michèle|65100|Lourdes
Monsieur|Soulié|Raphaël|46100|Figeac
Madame|Bonnafous|Apolline|81600|Gaillac
Monsieur|Teyssèdre|Joël|12200|Villefranche-de-Rouergue
Madame|Mas|Éva|66700|Argelès-sur-Mer
Monsieur|Cros|Clément|34700|Lodève
Madame|Rigal|Noëlle|32100|Condom
Monsieur|Lacroix|Adrien|09200|Saint-Girons
Madame|Blanc|Agnès|30400|Villeneuve-lès-Avignon
Monsieur|El Amrani|Youssef|31100|Toulouse
Madame|Traoré|Aïssata|34080|Montpellier
Monsieur|Rouquette|Frédéric|34120|Pézenas
Madame|Galtier|Désirée|48100|Marvejols
Monsieur|Mazars|Hervé|12400|Saint-Affrique
Madame|Ruiz|Begoña|66100|Perpignan
Monsieur|Azéma|Corentin|31600|Muret
Madame|Nègre|Andrée|11300|Limoux
Monsieur|Barthès|Loïs|34300|Agde
Madame|Bouzigues|Perrine|34140|Mèze
Monsieur|Da Silva|João|82100|Castelsarrasin
Madame|Lacombe|Clémence|46200|Souillac
Monsieur|Pagès|Rémy|30700|Uzès
Madame|Jacquemin-Lévêque|Anne-Sophie|31500|Toulouse
Monsieur|Sabatier|Cédric|09300|Lavelanet
Madame|Escande|Joséphine|32600|L’Isle-Jourdain
Monsieur|Cassagne|Régis|65200|Bagnères-de-Bigorre
Madame|Lopez|Inés|66140|Canet-en-Roussillon
Monsieur|Bru|Maël|81400|Carmaux
Madame|Tanguy|Gwenaëlle|30900|Nîmes
Monsieur|Salvayre|Désiré|82200|Moissac
Madame|Miquel|Thaïs|11400|Castelnaudary
Monsieur|Vaissière|Hugo|31400|Toulouse
""".strip().splitlines()
KINDS = ("Particulier", "Particulier", "Association", "Particulier", "Entreprise", "Particulier", "Collectivité")
NOTES = {
    2: "Pièce d'identité à fournir avant le 30 : voir courrier joint.",
    5: "Demande déposée à l’accueil ; « urgent » d’après l’assistante sociale.",
    8: "Deux enfants à charge.\nRappeler après 17 h.",
    13: "=> dossier repris de 2025",
    21: "RIB <illisible> & à redemander",
    34: "Aide complémentaire de 50 % (délibération n° 2026-12)",
    47: "Œuvre caritative ; reçu fiscal demandé",
}
AMOUNTS = {
    4: Decimal(100000),  # the ceiling, itself granted
    17: Decimal("125000.00"),  # refused: above the ceiling
    41: Decimal(0),  # refused: nothing asked for
    9: Decimal("0.01"),
    25: Decimal("1234.5"),
}


def applications() -> list[dict[str, Any]]:
    """The 60 rows of the sheet."""
    rows = []
    for index, line in enumerate(PEOPLE):
        civility, name, first_name, code, town = line.split("|")
        if index == 29:
            code, town = "75011", "Paris"  # refused: not in Occitanie
        rows.append(
            {
                "Numéro": f"2026-{index + 101:04d}",
                "Civilité": civility,
                "Nom": name,
                "Prénom": first_name,
                "Date de naissance": date(1941, 3, 14) + timedelta(days=(index * 7919) % 23000),
                # As in real life: typed as text in some rows, as a number shown with its zero in others.
                "Code postal": code if index % 3 else int(code),
                "Commune": town,
                "Type": KINDS[index % len(KINDS)],
                "Montant": AMOUNTS.get(index, Decimal(15000 + (index * 74_317) % 480_000) / 100),
                "Urgent": "oui" if index % 9 == 5 else None,
                "Observations": NOTES.get(index),
                "Courriel": f"{slug(first_name).replace('_', '-')}.{slug(name).replace('_', '-')}@example.fr",
                "Référence": None,
                "Saisi le": None,
            }
        )
    return rows


def summons() -> list[dict[str, Any]]:
    """Twelve people to write to: one without an address, one whose address no server knows, one for two of them."""
    rows = []
    for index, line in enumerate(PEOPLE[:12]):
        civility, name, first_name, _code, _town = line.split("|")
        address = f"{slug(first_name).replace('_', '-')}.{slug(name).replace('_', '-')}@example.fr"
        rows.append(
            {
                "Numéro": f"C-{index + 1:03d}",
                "Civilité": civility,
                "Nom": name,
                "Prénom": first_name,
                "Courriel": address,
                "Date": date(2026, 12, 1) + timedelta(days=index // 4),
                "Heure": time(9 + index % 4, 30 * (index % 2)),
                "Lieu": ("salle « Émile-Zola »", "bureau 12, 2e étage")[index % 2],
                "Pièces": {1: "un justificatif de domicile", 5: "l’avis d’impôt & le RIB <original>"}.get(index),
                "Envoyé le": None,
                "Message": None,
            }
        )
    rows[4]["Courriel"] = None
    rows[7]["Courriel"] = "inconnu@example.fr"
    rows[9]["Courriel"] = rows[8]["Courriel"]
    return rows


def workbook(rows: list[dict[str, Any]], path: Path, title: str = "Demandes") -> None:
    """Write the rows as a styled table that people like to open; the same bytes each time."""
    book = Workbook()
    book.properties.creator = "Bureau des aides"
    book.properties.created = datetime(2026, 1, 5, 8, 0)
    sheet = book.worksheets[0]
    sheet.title = title
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    _style(sheet, list(rows[0]), len(rows))
    book.save(path)
    _settle(path)


def _style(sheet: Worksheet, headers: list[str], count: int) -> None:
    for column, header in enumerate(headers, 1):
        sheet.column_dimensions[get_column_letter(column)].width = WIDTHS[header]
        top = sheet.cell(1, column)
        top.font, top.alignment = Font(bold=True, color="FFFFFF"), Alignment(vertical="center")
        for number in range(2, count + 2):
            cell = sheet.cell(number, column)
            cell.number_format = FORMATS.get(header, "General")
            cell.alignment = Alignment(vertical="top", wrap_text=header == "Observations")
            if header == "Code postal":
                cell.number_format = "00000" if isinstance(cell.value, int) else "@"
                cell.alignment = Alignment(horizontal="left", vertical="top")
            if isinstance(cell.value, str):
                cell.data_type = "s"  # "=> ..." is a text, not a formula
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = "B2"
    table = Table(displayName=sheet.title, ref=f"A1:{get_column_letter(len(headers))}{count + 1}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
    sheet.add_table(table)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_title_rows = "1:1"


def _settle(path: Path) -> None:
    """Give every part the same date, so that making the file again changes nothing."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts["docProps/core.xml"] = re.sub(
        rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-05T08:00:00Z", parts["docProps/core.xml"]
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 5, 8, 0, 0)), content, zipfile.ZIP_DEFLATED)


def main() -> None:
    """Write the workbooks into the package."""
    DATA.mkdir(exist_ok=True)
    rows = applications()
    workbook(rows, DATA / "demandes.xlsx")
    rows[33]["Numéro"] = rows[11]["Numéro"]
    rows[50]["Numéro"] = None
    workbook(rows, DATA / "demandes-doublon.xlsx")
    workbook(summons(), DATA / "convocations.xlsx", "Convocations")


if __name__ == "__main__":
    main()
