"""What a backup says of itself, and whether it holds what it says."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from robo.kit.errors import Failed
from robo.kit.messages import _, reason_of

FORMAT = 1
MANIFEST, STORE = "manifest.json", "store.db"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """robo: the version that made it. store: the version of the store in it, None where there was none.

    at: when, ISO with the offset from UTC. root: the folder of the workspace. runs: whether ended runs are in it.
    files: name in the backup to the SHA-256 of what it holds.
    """

    robo: str
    store: int | None
    at: str
    root: str
    runs: bool
    secrets: bool
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> Manifest:
        """Of an open backup. Raises Failed where it is none of ours."""
        try:
            told: dict[str, Any] = json.loads(archive.read(MANIFEST))
            if int(told["format"]) > FORMAT:
                raise Failed(
                    _("{file} was made by Robo {version}, which is newer than this one: update Robo first").format(
                        file=archive.filename, version=told.get("robo")
                    )
                )
            return cls(**told)
        except (KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise Failed(_("{file} is no backup of Robo").format(file=archive.filename)) from error


def copied(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy all that is left of the source; returns its SHA-256."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def opened(file: Path) -> zipfile.ZipFile:
    """A backup, to be read. Raises Failed."""
    try:
        return zipfile.ZipFile(file)
    except FileNotFoundError:
        raise Failed(_("there is no file {path}").format(path=file)) from None
    except (OSError, zipfile.BadZipFile) as error:
        said = _("{file} cannot be read as a backup: {reason}")
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise Failed(said.format(file=file, reason=reason)) from error


def unpacked(archive: zipfile.ZipFile, into: Path) -> Manifest:
    """Unpack it into a new folder, each file held against its digest. Raises Failed, with the folder gone again."""
    manifest = Manifest.of(archive)
    try:
        _unpack(archive, manifest, into)
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise
    return manifest


def _unpack(archive: zipfile.ZipFile, manifest: Manifest, into: Path) -> None:
    there = {one.filename: one for one in archive.infolist()}
    if set(there) != {*manifest.files, MANIFEST}:
        raise Failed(_("{file} is damaged: it does not hold what it says").format(file=archive.filename))
    for name, digest in manifest.files.items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name or ":" in name:
            raise Failed(_("{file} is damaged: {name} is no name of a file").format(file=archive.filename, name=name))
        place = into / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(there[name]) as source, place.open("xb") as target:
                found = copied(source, target)
            place.chmod((there[name].external_attr >> 16) & 0o777 or 0o644)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise Failed(_("{file} is damaged: {name}").format(file=archive.filename, name=name)) from error
        except OSError as error:
            raise Failed(_("{path} cannot be written: {reason}").format(path=place, reason=reason_of(error))) from error
        if found != digest:
            raise Failed(_("{file} is damaged: {name}").format(file=archive.filename, name=name))
