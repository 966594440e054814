"""The pages that people look at after a run and after a dry run: one file each, to open, to print, to send on."""

from __future__ import annotations

from pathlib import Path

from robo.kit.secrets import Mask
from robo.run.storage.store import Store
from robo.run.told.stored import StoredRun

REPORT, PLAN = "report.html", "plan.html"


def write_report(store: Store, run: StoredRun, mask: Mask | None = None) -> Path:
    """Write `report.html` into the run's folder, as the run stands now, in the place of an earlier one.

    mask: hides what must not be read there. Raises OSError where the folder cannot be written.
    """
    from robo.report.page import write
    from robo.report.ran import report_of

    return write(report_of(store, run), run.folder / REPORT, mask)


def write_plan(folder: Path, mask: Mask | None = None) -> Path:
    """Write `plan.html` into the folder of a dry run, from its `plan.json`. Raises OSError, ValueError."""
    from robo.report.page import write
    from robo.report.planned import report_of

    return write(report_of(folder), folder / PLAN, mask)


def is_fresh(run: StoredRun) -> bool:
    """Whether the run's report is there and no older than its journal."""
    report, journal = run.folder / REPORT, run.folder / "journal.jsonl"
    try:
        return report.is_file() and report.stat().st_mtime_ns >= journal.stat().st_mtime_ns
    except OSError:
        return False
