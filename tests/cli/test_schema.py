"""`robo schema`: for the workspace's own robots too, into a file of its own."""

from __future__ import annotations

import json

from cli.conftest import Desk


def test_it_knows_the_actions_of_the_workspace(desk: Desk) -> None:
    step = json.loads(desk.robo("schema").stdout)["$defs"]["step"]["properties"]
    assert step["register.enter"]["properties"]["number"]["description"] == "the number of the application"
    assert step["register.enter"]["required"] == ["file", "number"]


def test_it_is_written_anew_but_over_nothing_else(desk: Desk) -> None:
    desk.write("notes.json", '{"mine": 1}')
    assert desk.robo("schema", "--output", "notes.json").returncode == 1
    assert (desk.root / "notes.json").read_text() == '{"mine": 1}'
    for _time in range(2):
        told = desk.robo("schema", "--output", "robo.schema.json")
        assert told.returncode == 0, told.stderr
        assert "# yaml-language-server: $schema=../robo.schema.json" in told.stdout
    assert "$defs" in json.loads((desk.root / "robo.schema.json").read_text("utf-8"))
