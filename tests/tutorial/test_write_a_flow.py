"""The page on writing a flow, typed along: its workspace, its flows in order, its line for the night."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from docs.pages import Page
from robo.flow.controls import CONTROLS
from robo.kit.shelf import installed
from robo.practice.invoices import ARRIVALS, write_invoices
from robo.practice.office import PASSWORD, Office
from robo.practice.post import Post
from robo.practice.workbooks import write_applications

PAGE = Page("docs/write-a-flow.md")
FLOWS = {block.splitlines()[0].removeprefix("# "): block for block in PAGE.blocks("yaml")}

TEMPLATES = {block.split()[1]: block for block in PAGE.blocks("markdown")}


@dataclass(frozen=True)
class Reader:
    """Somebody who types along."""

    folder: Path
    office: Office
    post: Post

    def robo(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "robo", *words], cwd=self.folder, input=typed, capture_output=True, encoding="utf-8",
            check=False, timeout=150,
        )  # fmt: skip

    def done(self, *words: str, typed: str = "", code: int = 0) -> str:
        told = self.robo(*words, typed=typed)
        assert told.returncode == code, told.stdout + told.stderr
        return told.stdout + told.stderr

    @property
    def classified(self) -> list[Path]:
        return list((self.folder / "classement").rglob("*.pdf"))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("lab") / "labo"
    with Office() as office, Post() as post:
        subprocess.run([sys.executable, "-m", "robo", "--lang", "fr", "init", folder], check=True)
        (toml,) = PAGE.blocks("toml")
        here = toml.replace("http://127.0.0.1:8031", office.address).replace("smtp://localhost:8025", post.address)
        with (folder / "robo.toml").open("a", encoding="utf-8") as file:
            file.write(here)
        for name, text in {**FLOWS, **TEMPLATES}.items():
            (folder / name).write_text(text, encoding="utf-8")
        write_applications(folder / "demandes.xlsx")
        write_invoices(folder / "arrivee")
        yield Reader(folder, office, post)


def test_it_is_typed_along(reader: Reader) -> None:
    """One reader, from the first command to the last; each part rests on those before."""
    reader.done("secret", "set", "bureau", typed=PASSWORD)
    reader.done("check")
    assert "n’est pas saisie" in reader.done("run", "regarder", "--input", "numero=2026-0101")

    assert "robo run saisie" in reader.done("dry-run", "saisie", "--rows", "2")
    assert reader.office.records == []
    reader.done("run", "saisie")
    assert [one.number for one in reader.office.records] == ["2026-0101", "2026-0102", "2026-0103"]
    assert "porte la référence" in reader.done("run", "regarder", "--input", "numero=2026-0101")

    reader.done("run", "confirmer")
    assert len(reader.post.mails) == 3
    assert "2026-0101" in reader.post.mails[0].content.decode("utf-8", "replace")

    reader.done("run", "ranger", code=1)
    lying = sorted(file.relative_to(reader.folder / "classement").as_posix() for file in reader.classified)
    assert lying == sorted({one.filed for one in ARRIVALS if one.filed})
    assert len(list((reader.folder / "archives").iterdir())) == len(lying)
    assert len(list((reader.folder / "arrivee").iterdir())) == 4
    assert (reader.folder / "classement" / "registre.xlsx").is_file()


def test_the_line_for_the_night_works_where_nothing_is_set(reader: Reader) -> None:
    """cron gives a command hardly more than HOME and a short PATH."""
    night = reader.folder / "flows" / "nuit.yaml"
    night.write_text(night.read_text("utf-8").replace("combien: 100", "combien: 2"), encoding="utf-8")
    (line,) = PAGE.blocks("cron")
    command = line.split(maxsplit=5)[5].replace("/srv/labo", str(reader.folder))
    ours = command.replace("/usr/local/bin/robo", f"{sys.executable} -m robo")
    bare = {"HOME": os.environ.get("HOME", "/"), "PATH": "/usr/bin:/bin"}
    told = subprocess.run(["sh", "-c", ours], env=bare, capture_output=True, text=True, check=False, timeout=150)
    log = (reader.folder / "runs" / "nuit.log").read_text("utf-8")
    assert (told.returncode, told.stdout + told.stderr) == (0, ""), log
    assert json.loads((reader.folder / "runs" / "nuit.jsonl").read_text("utf-8"))["state"] == "done"
    assert (len(reader.office.records), len(reader.post.mails)) == (5, 5)


def test_the_fault_shown_is_the_fault_told(reader: Reader) -> None:
    flow = reader.folder / "flows" / "regarder.yaml"
    right = flow.read_text("utf-8")
    flow.write_text(right.replace("=inputs.numero}", "=inputs.nmero}"), encoding="utf-8")
    told = reader.robo("--lang", "fr", "check", "regarder").stdout.replace("\u00a0", " ")
    flow.write_text(right, encoding="utf-8")
    assert PAGE.blocks("text") == [told]


def test_every_action_has_its_place_in_it() -> None:
    whole = "\n".join(FLOWS.values()) + PAGE.prose
    actions = [*installed().actions, *(one.name for one in installed().sources.values()), *CONTROLS]
    assert [one for one in actions if not re.search(rf"(- |^ *|`|\b){one}\b", whole, re.MULTILINE)] == []
