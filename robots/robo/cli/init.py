"""`robo init`: an empty workspace, with a flow to begin from. What is there already stays as it is."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from robo.cli.desk import Desk, command
from robo.kit.errors import Failed
from robo.kit.messages import _, reason_of, spoken

_FLOWS = {"fr": "flows/premier.yaml", "en": "flows/first.yaml"}


@command("init", _("Begin a workspace: robo.toml, a first flow, and the folders that it needs."))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar=_("[FOLDER]"))
def init(desk: Desk, folder: Path) -> int:
    folder = folder.absolute()
    language = spoken() if spoken() in _FLOWS else "en"
    starter = files("robo") / "starter"
    flow = _FLOWS[language]
    texts = {
        "robo.toml": (starter / language / "robo.toml").read_text("utf-8"),
        flow: (starter / language / flow).read_text("utf-8"),
        ".gitignore": (starter / "gitignore").read_text("utf-8"),
    }
    made: list[str] = []
    kept: list[str] = []
    try:
        for name in ("flows", "templates", "robots"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (made if _written(folder / name, text) else kept).append(name)
    except OSError as error:
        raise Failed(
            _("nothing can be written in {folder}: {reason}").format(folder=folder, reason=reason_of(error))
        ) from error
    desk.say(*(_("made: {file}").format(file=folder / name) for name in made))
    desk.say(*(_("kept as it is: {file}").format(file=folder / name) for name in kept))
    name = Path(flow).stem
    desk.say(
        _("The workspace is in {folder}. There, type: robo check, then robo run {flow}").format(
            folder=folder, flow=name
        )
    )
    desk.answer = {"state": "done", "folder": folder, "made": made, "kept": kept}
    return 0


def _written(file: Path, text: str) -> bool:
    """Write a file that is not there; False where it is."""
    try:
        with file.open("x", encoding="utf-8", newline="\n") as new:
            new.write(text)
    except FileExistsError:
        return False
    return True
