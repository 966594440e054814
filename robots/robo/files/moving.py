"""Moving and copying files: nothing is lost, overwritten or left half, whenever the power goes."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from robo.files.contents import Content, are_one, content_of, holds, known_by
from robo.files.leftovers import sweep
from robo.files.naming import Conflict, Target, target_for
from robo.files.publishing import Differs, carry, remove
from robo.kit.action import action
from robo.kit.change import CannotTell, Change, Changing, Done, Intent, NotDone, Settled
from robo.kit.disk import make_folder, sync
from robo.kit.errors import Busy, Failed, Refused
from robo.kit.folders import DeclaredFile, FilesDestination
from robo.kit.messages import _, reason_of
from robo.kit.outlook import outlook
from robo.platforms.files import files


def was_moved(intent: Intent) -> Settled[Path]:
    """Whether the content lies at its target; what was still to be removed at the source is removed then."""
    digest, target, source = _evidence(intent)
    try:
        sweep(target.parent)
        if not holds(target, digest):
            return _not_there(source, digest)
        content = content_of(source) if source.is_file() else None
        if content and content.digest == digest and not are_one(source, target):
            _secure(target)
            remove(source, content)
    except OSError as error:
        return CannotTell(str(error))
    return Done(target)


def was_copied(intent: Intent) -> Settled[Path]:
    """Whether the content lies at its target."""
    digest, target, source = _evidence(intent)
    try:
        sweep(target.parent)
        return Done(target) if holds(target, digest) else _not_there(source, digest)
    except OSError as error:
        return CannotTell(str(error))


def _not_there(source: Path, digest: str) -> Settled[Path]:
    if holds(source, digest):
        return NotDone(_("{name} is still where it was").format(name=source.name))
    return CannotTell(_("{name} is neither where it was nor where it should be").format(name=source.name))


def _evidence(intent: Intent) -> tuple[str, Path, Path]:
    digest, target, source = intent.change.same_as
    return str(digest), Path(str(target)), Path(str(source))


@action(settle=was_moved, late=0)
def move(file: DeclaredFile, to: FilesDestination, if_exists: Conflict = "number") -> Changing[Path]:
    """Move a file, keeping what is already there.

    file: the file, in a declared folder
    to: its new path, or a folder with / at its end, in a declared folder; each merged value is one name
    if_exists: where the name is taken by other content: number ("facture (2).pdf") or refuse

    - move: {file: =file.path, to: "classement/{{ annee }}/{{ numero }}.pdf"}
    """
    content = _look(file)
    target = target_for(to, content.digest, if_exists, file)
    if are_one(target.path, file):
        return target.path
    if not os.access(file.parent, os.W_OK):
        raise Failed(_("{name} cannot be taken out of {folder}").format(name=file.name, folder=file.parent))
    yield Change(
        _("{name} is in {target} already; it is removed where it was").format(name=file.name, target=target.path)
        if target.filed
        else _("move {name} to {target}").format(name=file.name, target=target.path),
        same_as=(content.digest, str(target.path), str(file)),
        preview={_("From"): str(file), _("To"): str(target.path)},
        gives=target.path,
        files={file: None} if target.filed else {target.path: file, file: None},
    )
    with _certain(file, target):
        if target.filed:
            _refuse_changed(target, content)
        else:
            _publish(file, target.path, content)
    _secure(target.path)
    remove(file, content)
    sync(file.parent)
    return target.path


@action(settle=was_copied, late=0)
def copy(file: DeclaredFile, to: FilesDestination, if_exists: Conflict = "number") -> Changing[Path]:
    """Copy a file, keeping what is already there.

    file: the file, in a declared folder
    to: the path of the copy, or a folder with / at its end, in a declared folder; each merged value is one name
    if_exists: where the name is taken by other content: number ("facture (2).pdf") or refuse

    - copy: {file: =file.path, to: "archives/{{ annee }}/"}
    """
    content = _look(file)
    target = target_for(to, content.digest, if_exists, file)
    if target.filed:
        return target.path
    yield Change(
        _("copy {name} to {target}").format(name=file.name, target=target.path),
        same_as=(content.digest, str(target.path), str(file)),
        preview={_("From"): str(file), _("To"): str(target.path)},
        gives=target.path,
        files={target.path: file},
    )
    with _certain(file, target):
        make_folder(target.path.parent)
        carry(file, target.path, content)
    _secure(target.path)
    return target.path


def _secure(path: Path) -> None:
    """Have a file that has its name on the disk, name and all."""
    sync(path)
    sync(path.parent)


def _look(file: Path) -> Content:
    """What the file holds, or will hold once what is planned is done. Failed where it cannot be said."""
    there = outlook().content(file)
    if not outlook().exists(file):
        raise Failed(_("there is no file {path}").format(path=file))
    if there.is_symlink() or not there.is_file():
        raise Refused(_("{path} is no file").format(path=file))
    with _reading(file):
        content = content_of(there)
    if content is None:
        raise Busy(_("{name} is being written").format(name=file.name))
    return content


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = Busy if files.in_use(error) else Failed
        raise kind(_("{name} cannot be read: {reason}").format(name=file.name, reason=reason_of(error))) from error


@contextmanager
def _certain(file: Path, target: Target) -> Iterator[None]:
    """Whatever goes wrong inside, nothing was changed. Raises Failed."""
    try:
        yield
    except FileExistsError as error:
        raise Failed(_("{path} was taken meanwhile; the next run will find a name").format(path=target.path)) from error
    except Differs as error:
        raise Failed(_("{name} was changed meanwhile").format(name=file.name)) from error
    except OSError as error:
        kind = Busy if files.in_use(error) else Failed
        raise kind(_("{path} cannot be written: {reason}").format(path=target.path, reason=reason_of(error))) from error


def _publish(file: Path, target: Path, content: Content) -> None:
    """Have the content at its target: by a new name on the same file system, else by a verified copy."""
    make_folder(target.parent)
    if known_by(file.stat(follow_symlinks=False)) != content.known_by:
        raise Differs(errno.EIO, "changed", str(file))
    sync(file)
    try:
        files.rename(file, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        carry(file, target, content)


def _refuse_changed(target: Target, content: Content) -> None:
    if not holds(target.path, content.digest):
        raise Differs(errno.EIO, "changed", str(target.path))
