"""The flows of the demonstration, as somebody meets them whose messages are not in French."""

from __future__ import annotations

from pathlib import Path

import pytest

from robo.flow.load import load_flow
from robo.flow.workspace import open_workspace
from robo.kit.shelf import shelf_of
from robo.practice.workbooks import write_applications, write_summons
from robo.practice.workspace import lay_out, robo_toml


@pytest.mark.parametrize("name", ["demandes", "classement", "convocations"])
def test_they_write_numbers_and_dates_as_their_offices_do_whoever_looks(name: str, tmp_path: Path) -> None:
    post = ("smtp://127.0.0.1:9", "imap://127.0.0.1:9")
    lay_out(tmp_path, robo_toml("http://127.0.0.1:9", post=post, folders=True, language="en"), [name])
    (tmp_path / "arrivee").mkdir(exist_ok=True)
    write_applications(tmp_path / "demandes.xlsx")
    write_summons(tmp_path / "convocations.xlsx")
    workspace = open_workspace(tmp_path)
    assert workspace.language == "en"
    assert load_flow(name, workspace, shelf_of(tmp_path)).settings.locale == "fr"
