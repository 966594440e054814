"""The pictures of a page: carried in it while it stays light enough to be sent on, named by their files beyond that."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from robo.report.view import Picture

MOST = 40
HEAVIEST = 6_000_000
"""Bytes of pictures that one page carries."""
LONGEST_TEXT = 3000
_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


class Album:
    """The pictures that a page carries, out of one folder. root: of the workspace whose `runs/` the folder lies in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.root = folder.parents[1]
        self._count = self._bytes = 0

    def picture(self, files: Mapping[str, str], below: str = "evidence") -> Picture | None:
        """A picture by the names of its files; None where nothing of it is left.

        files: "screenshot" (or the suffix of an image) and "text" to a name below the folder, or a path from it.
        """
        shown = self._named(files, ("screenshot", "jpg", "png"), below)
        read = self._named(files, ("text", "txt"), below)
        if shown is None and read is None:
            return None
        page, said = _text(self._folder / read) if read else ("", "")
        return Picture(shown or "", self._data(self._folder / shown) if shown else "", page, said)

    def _named(self, files: Mapping[str, str], kinds: tuple[str, ...], below: str) -> str | None:
        for kind in kinds:
            name = files.get(kind)
            if name:
                path = name if "/" in name else f"{below}/{name}"
                inside = (self._folder / path).resolve().is_relative_to(self._folder.resolve())
                return path if inside and (self._folder / path).is_file() else None
        return None

    def _data(self, file: Path) -> str:
        kind = _TYPES.get(file.suffix.lower())
        if kind is None or self._count >= MOST:
            return ""
        size = file.stat().st_size
        if self._bytes + size > HEAVIEST:
            return ""
        self._count, self._bytes = self._count + 1, self._bytes + size
        return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def _text(file: Path) -> tuple[str, str]:
    """(address, what could be read) of a page that was kept as text."""
    address, _newline, rest = file.read_text("utf-8", errors="replace").partition("\n")
    said = rest.strip()
    return address.strip(), said if len(said) <= LONGEST_TEXT else said[:LONGEST_TEXT] + "…"
