"""The practice workbooks: sixty applications to enter into the office, the same with a repeated number, and twelve
people to be summoned by mail."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

APPLICATIONS = "demandes.xlsx"
REPEATED = "demandes-doublon.xlsx"
SUMMONS = "convocations.xlsx"

REFUSED_NUMBERS = ("2026-0118", "2026-0130", "2026-0142")
"""The applications that the office refuses: above the ceiling, outside of Occitanie, an amount of nothing."""

UNADDRESSED = "C-005"
"""The person without an address."""
UNKNOWN_ADDRESS = "inconnu@example.fr"
"""The address that the post office of the demonstration refuses; C-008 has it."""
SHARED_ADDRESS = ("C-009", "C-010")
"""Two people with one address."""

REPEATED_ROWS = (13, 35)
"""The lines of the second workbook that bear the same number."""

UNNUMBERED_ROW = 52
"""The line of the second workbook that bears no number."""


def write_applications(path: Path) -> Path:
    """Write the workbook of 60 applications (sheet "Demandes") there; returns the path."""
    return _write(APPLICATIONS, path)


def write_summons(path: Path) -> Path:
    """Write the workbook of 12 people to be summoned by mail (sheet "Convocations") there; returns the path."""
    return _write(SUMMONS, path)


def write_repeated(path: Path) -> Path:
    """Write the workbook in which one number stands twice and one is missing there; returns the path."""
    return _write(REPEATED, path)


def copy_to(folder: Path) -> tuple[Path, Path]:
    """Write both workbooks into the folder, which is made if need be; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return write_applications(folder / APPLICATIONS), write_repeated(folder / REPEATED)


def _write(name: str, path: Path) -> Path:
    path.write_bytes(files("robo.practice").joinpath("data", name).read_bytes())
    return path
