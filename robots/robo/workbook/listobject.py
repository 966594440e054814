"""An Excel table around a sheet's rows: where it ends, and how it grows by a row."""

from __future__ import annotations

import re
from typing import NamedTuple

from robo.workbook.archive import Archive
from robo.workbook.book import SheetPart
from robo.workbook.markup import area, damaged, elements
from robo.workbook.splice import reference

_REFERENCE = rb'(<(?:[\w.-]+:)?(?:table|autoFilter)\s(?:[^>]*?\s)?ref=")'


class ListObject(NamedTuple):
    """The table of a sheet. part, xml: where and how it is described. place: its first row and column, its last ones.

    totals: how many of its rows are sums.
    """

    part: str
    xml: bytes
    place: tuple[int, int, int, int]
    totals: int

    @property
    def bottom(self) -> int:
        """Its last row."""
        return self.place[2]

    def grown_to(self, row: int) -> bytes:
        """Its description with that last row; the range of its filter grows with it."""
        top, left, _bottom, right = self.place
        old, new = re.escape(reference(*self.place).encode()), reference(top, left, row, right).encode()
        return re.sub(
            rb'(<(?:[\w.-]+:)?(?:table|autoFilter)\s(?:[^>]*?\s)?ref=")' + old + rb'"', rb"\1" + new + rb'"', self.xml
        )


def list_object(archive: Archive, sheet: SheetPart, header_row: int) -> ListObject | None:
    """The table whose headers stand in that row, None where there is none."""
    for _id, kind, part in archive.related(sheet.part):
        if kind != "table" or part not in archive:
            continue
        xml = archive.read(part)
        given = elements(xml, part)[0].attributes
        try:
            place = area(given.get("ref", ""))
            totals = int(given.get("totalsRowCount", "0"))
        except ValueError as error:
            raise damaged(part) from error
        if place[0] == header_row:
            return ListObject(part, xml, place, totals)
    return None
