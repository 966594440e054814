"""`robo schema`: what editors need to know to help with a flow while it is written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from robo.cli.desk import Desk, command
from robo.kit.errors import Failed
from robo.kit.messages import _, reason_of
from robo.platforms.files import files


@command("schema", _("Print the JSON Schema of flows, by which editors complete, explain and underline."))
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=_("Write it into this file; an earlier one of ours is replaced."),
)
def schema(desk: Desk, output: Path | None) -> None:
    from robo.flow.schema import flow_schema

    made = flow_schema(desk.shelf)
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    desk.answer = {"state": "done"}
    if output is None:
        desk.answer["schema"] = made
        if not desk.as_json:
            click.echo(text, nl=False)
        return
    file = output.absolute()
    _write(file, text)
    workspace = desk.workspace()
    within = file.is_relative_to(workspace.root)
    address = Path(os.path.relpath(file, workspace.flows)).as_posix() if within else file.as_uri()
    desk.answer["file"] = str(output)
    desk.say(
        _("Written: {file}").format(file=output),
        _("Write as the first line of a flow: {line}").format(line=f"# yaml-language-server: $schema={address}"),
    )


def _write(file: Path, text: str) -> None:
    """All at once, and never over what is no schema of ours."""
    from robo.flow.schema import MADE_BY

    try:
        if file.exists() and f'"$comment": "{MADE_BY}"' not in file.read_text("utf-8", errors="replace"):
            raise Failed(_("{file} holds something else; name another file with --output").format(file=file))
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.part")
        draft.write_text(text, encoding="utf-8")
        files.replace(draft, file)
    except OSError as error:
        raise Failed(_("{file} cannot be written: {reason}").format(file=file, reason=reason_of(error))) from error
