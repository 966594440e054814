"""The file of a workbook: a zip archive of parts, read whole and once, within limits."""

from __future__ import annotations

import hashlib
import io
import os
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from robo.kit.errors import Busy, Failed, FaultyFlow
from robo.kit.messages import _, reason_of
from robo.platforms.files import files
from robo.workbook.markup import damaged, elements

LARGEST_FILE = 512 * 1024 * 1024
LARGEST_PART = 1024 * 1024 * 1024
LARGEST_RATIO = 300
"""How often smaller than its content a part of more than 64 MB may be: more is a bomb, not a workbook."""

_SUFFIXES = (".xlsx", ".xlsm")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Snapshot(NamedTuple):
    """A file at one instant: its bytes, and by what it is known again."""

    path: Path
    data: bytes
    digest: bytes
    known_by: tuple[int, int, int]

    @classmethod
    def of(cls, path: Path) -> Snapshot:
        """Read the file. Failed if it is missing or cannot be read, FaultyFlow if it is of another kind."""
        if path.suffix.lower() not in _SUFFIXES:
            raise FaultyFlow(
                _("{name}: only .xlsx and .xlsm workbooks can be read; {suffix} is not in this version yet").format(
                    name=path.name, suffix=path.suffix or _("a file without suffix")
                )
            )
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                if status.st_size > LARGEST_FILE:
                    raise Failed(_("{name} is too large to be a workbook for a robot").format(name=path.name))
                data = file.read()
        except FileNotFoundError:
            raise Failed(_("there is no file {path}").format(path=path)) from None
        except IsADirectoryError:
            raise Failed(_("{path} is a folder, not a workbook").format(path=path)) from None
        except PermissionError as error:
            kind = Busy if files.in_use(error) else Failed
            raise kind(_("{name} cannot be opened: {reason}").format(name=path.name, reason=reason_of(error))) from None
        except OSError as error:
            raise Failed(_("{name} cannot be read: {reason}").format(name=path.name, reason=reason_of(error))) from None
        return cls(path, data, hashlib.sha256(data).digest(), (status.st_mtime_ns, status.st_size, status.st_ino))


class Archive:
    """The parts of a workbook by name, whatever the case and slashes in which the archive writes them."""

    def __init__(self, name: str, data: bytes) -> None:
        """Failed if the bytes are no workbook, are protected by a password, or hold a part twice."""
        self.name = name
        self.data = data
        if data.startswith(_COMPOUND):
            raise Failed(_("{name} is protected by a password, or is an old .xls under a new name").format(name=name))
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Failed(_("{name} is not a workbook, or is damaged").format(name=name)) from error
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            part = _plain(info.filename)
            if part in self._parts:
                raise Failed(_("{name} holds the part {part} twice; it is not opened").format(name=name, part=part))
            self._parts[part] = info

    def __contains__(self, part: str) -> bool:
        return _plain(part) in self._parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def info(self, part: str) -> zipfile.ZipInfo:
        """Where the part is in the archive; Failed if it is not there."""
        try:
            return self._parts[_plain(part)]
        except KeyError:
            raise Failed(_("{name} is damaged ({part} is missing)").format(name=self.name, part=part)) from None

    def read(self, part: str) -> bytes:
        """The content of a part; Failed if it is missing, damaged, encrypted or beyond the limits."""
        info = self.info(part)
        swollen = info.file_size > 64 * 1024 * 1024 and info.file_size > LARGEST_RATIO * max(1, info.compress_size)
        if info.file_size > LARGEST_PART or swollen:
            raise Failed(_("{name} would grow beyond measure when opened").format(name=self.name))
        if info.flag_bits & 1:
            raise Failed(_("{name} is protected by a password").format(name=self.name))
        try:
            return self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
            raise damaged(part) from error

    def related(self, part: str) -> list[tuple[str, str, str]]:
        """(identifier, kind, part) of each part that this one points to; kind is the last word of the type."""
        folder, base = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{base}.rels")
        if relations not in self:
            return []
        found = []
        for element in elements(self.read(relations), relations):
            given = element.attributes
            if element.name == "Relationship" and given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", "").replace("\\", "/")))
                found.append((given.get("Id", ""), given.get("Type", "").rpartition("/")[2], target.lstrip("/")))
        return found

    @property
    def comment(self) -> bytes:
        """The comment at the end of the archive."""
        return self._zip.comment

    @property
    def start_of_directory(self) -> int:
        """The offset of the list of parts that ends the archive."""
        return self._zip.start_dir


def _plain(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()
