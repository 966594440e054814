"""`screenshot`: a picture of the page among the run's own files. It is evidence, no change: nothing else is touched."""

from __future__ import annotations

import os
from pathlib import Path

from robo.browser.page import Page
from robo.browser.places import locate
from robo.browser.troubles import plainly
from robo.kit.action import action
from robo.kit.disk import make_folder, sync
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _
from robo.kit.patience import remaining
from robo.kit.types import AnyPlace, Text
from robo.platforms.files import files

_KINDS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}


@action(main="to")
def screenshot(page: Page, to: Text = "page.png", of: AnyPlace | None = None) -> Path:
    """Keep a picture of the page among the files of the run; returns its path. A name that is taken gets a number.

    to: its name, which ends in .png or .jpg
    of: the text, button or CSS selector to show; without it, all that is in the window

    - screenshot: {to: "accord-{{ row.numero }}.png"}
    """
    name = Path(to)
    kind = _KINDS.get(name.suffix.lower())
    if kind is None or name.name != to:
        raise FaultyFlow(
            _("a picture is kept in the run's folder, under a name such as accord.png; “{to}” is none").format(to=to)
        )
    page.check_signed_in()
    with plainly(_("taking a picture")):
        shown = page.tab if of is None else locate(page, of, "button")
        picture = shown.screenshot(type="png" if kind == "png" else "jpeg", timeout=remaining() * 1000)
    return _kept(picture, page.lane.folder / "screenshots", name)


def _kept(picture: bytes, folder: Path, name: Path) -> Path:
    """The file that holds it, whole or not at all; what is there already stays."""
    make_folder(folder)
    draft = folder / f".{name.name}.{os.getpid()}"
    draft.write_bytes(picture)
    sync(draft)
    number = 1
    while True:
        target = folder / (name.name if number == 1 else f"{name.stem} ({number}){name.suffix}")
        try:
            files.rename(draft, target)
            break
        except FileExistsError:
            number += 1
    draft.unlink(missing_ok=True)
    sync(folder)
    return target
