"""A workbook as its parts tell: which sheets it has, its texts, its number formats, its calendar."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from robo.kit.errors import Failed
from robo.kit.messages import _
from robo.workbook.archive import Archive
from robo.workbook.formats import GENERAL, Format, built_in, classify
from robo.workbook.markup import damaged, elements, named, shared_strings


class SheetPart(NamedTuple):
    """A worksheet by its name on the tab, and the part that holds it."""

    name: str
    part: str
    hidden: bool


class Book:
    """What the sheets of a workbook share. Failed where a part is missing, damaged, or there is no worksheet."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        main = next((part for _id, kind, part in archive.related("") if kind == "officeDocument"), "xl/workbook.xml")
        found = elements(archive.read(main), main)
        properties = next(named(found, "workbook", "workbookPr"), {})
        self.since_1904 = properties.get("date1904") in ("1", "true")
        related = {identifier: (kind, part) for identifier, kind, part in archive.related(main)}
        self._shared = dict(related.values())
        self.sheets = [
            SheetPart(given.get("name", ""), related[given["id"]][1], given.get("state", "visible") != "visible")
            for given in named(found, "sheets", "sheet")
            if related.get(given.get("id", ""), ("", ""))[0] == "worksheet"
        ]
        if not self.sheets:
            raise Failed(_("{name} has no worksheet").format(name=archive.name))

    def part_of(self, kind: str) -> str | None:
        """The part that all sheets share for that kind of thing, "styles", "theme"; None where there is none."""
        part = self._shared.get(kind)
        return part if part and part in self.archive else None

    @cached_property
    def strings(self) -> list[str]:
        """The texts that cells share."""
        part = self.part_of("sharedStrings")
        return shared_strings(self.archive.read(part), part) if part else []

    @cached_property
    def formats(self) -> list[Format]:
        """The number format of each cell style."""
        part = self.part_of("styles")
        if part is None:
            return [GENERAL]
        found = elements(self.archive.read(part), part)
        codes = {given.get("numFmtId"): given.get("formatCode", "") for given in named(found, "numFmts", "numFmt")}
        formats = []
        try:
            for given in named(found, "cellXfs", "xf"):
                number = given.get("numFmtId", "0")
                formats.append(classify(codes[number]) if number in codes else built_in(int(number)))
        except ValueError as error:
            raise damaged(part) from error
        return formats or [GENERAL]

    def format_of(self, style: int) -> Format:
        """The number format of a cell style; the general one where there is no such style."""
        return self.formats[style] if 0 <= style < len(self.formats) else GENERAL
