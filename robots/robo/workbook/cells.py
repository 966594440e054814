"""What a cell holds, as far as the workbook itself says: the guess where a flow declares nothing."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from robo.kit.messages import _
from robo.kit.source import Fault
from robo.kit.text import plain
from robo.workbook.book import Book
from robo.workbook.formats import Format, moment, render
from robo.workbook.markup import damaged
from robo.workbook.sheet import Cell


class Padded:
    """A whole number under a format that adds zeros: what it is, and what people see."""

    def __init__(self, number: int, shown: str) -> None:
        self.number = number
        self.shown = shown


def value_of(cell: Cell | None, book: Book) -> Any:
    """The cell's value: None (empty), str (trimmed), int, Decimal, bool, date, datetime, time, `Padded` or `Fault`."""
    if cell is None:
        return None
    text = cell.text
    if cell.formula and not text and cell.kind != "str":
        return Fault(
            _("the cell holds a formula that was never computed: open the workbook in a spreadsheet and save it")
        )
    if text is None:
        return None
    if cell.kind == "n":
        return _number(text, book.format_of(cell.style), book) if text else None
    if cell.kind == "s":
        return _shared(text, book)
    if cell.kind in ("str", "inlineStr"):
        return plain(text) or None
    if cell.kind == "b":
        return text.strip() in ("1", "true")
    if cell.kind == "e":
        return Fault(_("the cell holds the error {error}").format(error=text))
    return _iso(text)


def _shared(text: str, book: Book) -> str | None:
    try:
        return plain(book.strings[int(text)]) or None
    except (ValueError, IndexError) as error:
        raise damaged("sharedStrings") from error


def _number(text: str, shown_as: Format, book: Book) -> Any:
    try:
        # Spreadsheets compute with fifteen digits and show no more; what follows them in the file is noise.
        number = Decimal(format(float(text), ".15g"))
    except (ValueError, InvalidOperation) as error:
        raise damaged("sheet") from error
    if not number.is_finite():
        raise damaged("sheet")
    if shown_as.kind in ("date", "datetime", "time", "duration"):
        return _instant(number, shown_as, book)
    if abs(number) >= 10**15:
        return Fault(_("a number of more than 15 digits is rounded by spreadsheets: enter it as text"))
    if number != number.to_integral_value():
        return number
    return Padded(int(number), render(shown_as.code, int(number))) if shown_as.kind == "padded" else int(number)


def _instant(number: Decimal, shown_as: Format, book: Book) -> date | datetime | time | Fault:
    if shown_as.kind in ("time", "duration") and 0 <= number < 1:
        seconds = round(float(number) * 86_400)
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60) if seconds < 86_400 else time(23, 59, 59)
    if shown_as.kind == "duration":
        return Fault(_("the cell holds a duration, which is no time of a day"))
    at = moment(float(number), book.since_1904)
    if at is None:
        return Fault(_("the cell is shown as a date, but its number {number} is none").format(number=number))
    return at.date() if shown_as.kind == "date" and at.time() == time() else at


def _iso(text: str) -> date | datetime | time | Fault:
    text = text.strip().removesuffix("Z")
    for kind in (date, datetime, time):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return Fault(_("the cell is said to hold a date, but holds {text}").format(text=text))
