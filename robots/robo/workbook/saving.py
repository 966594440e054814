"""Putting a workbook in the place of another: at once or not at all, and never over what somebody has open."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from robo.kit.disk import sync
from robo.kit.errors import Busy, Failed
from robo.kit.messages import _, reason_of
from robo.kit.patience import remaining
from robo.platforms.files import files
from robo.workbook.archive import Snapshot

_PREFIX = ".~robo-"
_STALE_AFTER = 600.0
_LONGEST_TURN = 10.0


def refuse_open(path: Path) -> None:
    """Busy where a spreadsheet program has left its mark beside the workbook, with the name of who has it open."""
    for mark, reader in ((path.with_name(f"~${path.name}"), _excel), (path.with_name(f".~lock.{path.name}#"), _office)):
        try:
            data = mark.read_bytes()
        except FileNotFoundError:
            continue
        except OSError:
            data = b""  # Windows does not let us read the mark of a program that runs
        who = reader(data)
        if who:
            raise Busy(
                _("{name} is open at {who}'s; it can be written once it is closed").format(name=path.name, who=who)
            )
        raise Busy(
            _("{name} is open somewhere ({mark} stands beside it); it can be written once it is closed").format(
                name=path.name, mark=mark.name
            )
        )


def _excel(data: bytes) -> str:
    """The user in Excel's mark: its length in a byte, then the name."""
    return data[1 : 1 + data[0]].decode("cp1252", "replace").strip() if data else ""


def _office(data: bytes) -> str:
    """The user in LibreOffice's mark: its first field, or the second."""
    fields = data.decode("utf-8", "replace").split(",")
    return next((field.strip() for field in fields[:2] if field.strip()), "")


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder against other robots of this machine, where the system can; it is let go by whatever death.

    Busy if another one holds it for longer than a write takes.
    """
    held = None
    try:
        end = time.monotonic() + min(_LONGEST_TURN, remaining())
        while (held := files.lock_folder(folder)) is None:
            if time.monotonic() > end:
                raise Busy(_("another robot is writing in {folder}").format(folder=folder))
            time.sleep(0.02)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError:
        pass  # a folder whose list we may not see, a share without locks: what was read is compared once more
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def sweep(path: Path) -> None:
    """Remove what a killed writing of this workbook left beside it. To be called while `alone_in` its folder."""
    own, others = _prefix(path, _machine()), f"{_PREFIX}{_short(path.name)}-"
    for left in path.parent.glob(f"{others}*"):
        with contextlib.suppress(OSError):
            if left.name.startswith(own) or time.time() - left.stat().st_mtime > _STALE_AFTER:
                left.unlink()


def replace(path: Path, data: bytes, before: Snapshot | None) -> None:
    """Put the data at the path, durably, in one step; `before` is what must still be there, None where it is new.

    Busy if the file was opened or changed meanwhile, Failed if the folder cannot be written; then nothing changed.
    """
    part = path.with_name(f"{_prefix(path, _machine())}{secrets.token_hex(4)}")
    try:
        with open(part, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if part.read_bytes() != data:
            raise Failed(_("{name} was not written: the disk gave back something else").format(name=path.name))
        if before is not None:
            if not os.access(path, os.W_OK):
                raise Failed(_("{name} is read-only").format(name=path.name))
            _keep_rights(path, part)
            refuse_open(path)
            refuse_changed(before)
        files.replace(part, path)
        with contextlib.suppress(OSError):  # the file itself is safe
            sync(path.parent)
    except PermissionError as error:
        kind = Busy if files.in_use(error) else Failed
        raise kind(_("{name} cannot be written: {reason}").format(name=path.name, reason=reason_of(error))) from error
    except OSError as error:
        raise Failed(_("{name} cannot be written: {reason}").format(name=path.name, reason=reason_of(error))) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def refuse_changed(before: Snapshot) -> None:
    """Busy if the file is no longer what was read: somebody saved it meanwhile."""
    try:
        now = Snapshot.of(before.path)
    except Failed as error:
        raise Busy(_("{name} went away while it was being written").format(name=before.path.name)) from error
    if now.known_by != before.known_by or now.digest != before.digest:
        raise Busy(_("{name} was changed by somebody else while it was being written").format(name=before.path.name))


def _keep_rights(path: Path, part: Path) -> None:
    status = path.stat()
    part.chmod(status.st_mode & 0o7777)
    files.keep_owner(part, status)


def _prefix(path: Path, machine: str) -> str:
    return f"{_PREFIX}{_short(path.name)}-{machine}-"


def _machine() -> str:
    return _short(platform.node())


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]
