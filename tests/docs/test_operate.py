"""The page on operating, typed along by somebody who has a machine and this page, and nothing else."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest

from docs.pages import ROOT, Page
from robo.cli.main import _robo
from robo.practice.office import PASSWORD, Office
from robo.practice.workbooks import write_applications

PAGE = Page("docs/operate.md")


def section(title: str) -> list[str]:
    """What the robot's account types in that section."""
    text = re.split(rf"^## {title}$", PAGE.text, flags=re.MULTILINE)[1]
    blocks = re.findall(r"```console\n(.*?)```", re.split(r"^## ", text, flags=re.MULTILINE)[0], re.DOTALL)
    return re.findall(r"^\$ (.*)$", "".join(blocks), re.MULTILINE)


@dataclass
class Operator:
    """Types what the page says; /srv is a folder of the test. The practice office is open already."""

    srv: Path
    here: Path
    told: str = ""
    service: subprocess.Popen[str] | None = None
    done: list[str] = field(default_factory=list)

    def type(self, line: str) -> None:
        words = [word.replace("/srv/", f"{self.srv}/") for word in shlex.split(line)]
        self.done.append(line)
        if words[0] == "cd":
            self.here = Path(words[1])
        elif words[:2] == ["robo", "practice"]:
            write_applications(self.here / "demandes.xlsx")
        elif words[:2] == ["robo", "serve"]:
            self.service = subprocess.Popen(
                [sys.executable, "-m", *words], cwd=self.here, stderr=subprocess.PIPE, encoding="utf-8"
            )
            assert self.service.stderr
            while "is at work" not in (said := self.service.stderr.readline()):
                assert said
        else:
            program = [sys.executable, "-m", *words] if words[0] == "robo" else words
            done = subprocess.run(
                program, cwd=self.here, input=PASSWORD, capture_output=True, encoding="utf-8", check=False, timeout=60
            )
            self.told = done.stdout + done.stderr
            assert done.returncode == 0, f"{line}\n{self.told}"

    def ends_the_service(self) -> None:
        assert self.service
        assert self.service.stderr
        self.service.send_signal(signal.SIGINT)
        self.told = self.service.stderr.read()
        assert self.service.wait(timeout=60) == 0


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    typing = Operator(tmp_path, tmp_path)
    yield typing
    if typing.service:
        typing.service.kill()
        typing.service.wait()
        assert typing.service.stderr
        typing.service.stderr.close()


def test_it_is_typed_along(operator: Operator) -> None:
    """From the empty folder to a service at work, a backup while it is, and the workspace put back from it."""
    (describes, _real) = PAGE.blocks("toml")
    (flow,) = PAGE.blocks("yaml")
    with Office() as office:
        for line in section("Rehearse the installation"):
            if line.startswith("robo secret"):
                with (operator.here / "robo.toml").open("a", encoding="utf-8") as toml:
                    toml.write(describes.replace("http://127.0.0.1:8031", office.address))
                (operator.here / "flows" / "essai.yaml").write_text(flow, encoding="utf-8")
            if line in operator.done:
                continue
            if line.startswith("rm "):
                break
            operator.type(line)
            if line.startswith("robo dry-run"):
                assert office.records == []
            if line == "robo run essai":
                assert len(office.records) == 3
        operator.type("robo backup")
        operator.ends_the_service()
    (backup,) = (operator.here / ".robo" / "backups").iterdir()
    operator.type(f"robo restore {backup} --into /srv/labo")
    assert (operator.srv / "labo" / "flows" / "essai.yaml").read_text(encoding="utf-8") == flow
    assert {"robo serve", "robo run essai", "robo doctor"} <= set(operator.done)


def test_every_command_of_the_page_is_one() -> None:
    robo, context = _robo(), click.Context(_robo())
    for line in re.findall(r"(?:\$ |`)(?:sudo -u robo )?robo (?:--workspace \S+ |--lang en )?([^`\n]+)", PAGE.text):
        words = shlex.split(line.replace("'", ""))
        command = robo.get_command(context, words[0])
        assert command, line
        if isinstance(command, click.Group):
            command = command.get_command(context, words[1])
            assert command, line
        known = {name for option in command.params for name in option.opts}
        assert {word for word in words if re.fullmatch("--?[a-z-]+", word)} <= known, line


def test_every_event_of_the_log_is_explained() -> None:
    source = "".join(file.read_text("utf-8") for file in (ROOT / "scheduler").rglob("*.py"))
    events = set(re.findall(r'_log\(\s*"([a-z.]+)"', source))
    assert len(events) > 8
    assert [one for one in sorted(events) if f"`{one}`" not in PAGE.text] == []
