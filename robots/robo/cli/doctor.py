"""`robo doctor`: whether this machine and this workspace have what a run needs, and the mend where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import click

from robo.cli.desk import Desk, command
from robo.cli.examination import machine, reach, workspace
from robo.cli.finding import Finding
from robo.kit.installed import load, offered
from robo.kit.messages import _, ngettext

GROUP = "robo.doctor"
"""The entry points by which other packages, such as the service, have something examined: (desk, environment)."""


@command("doctor", _("Say whether this machine and this workspace are fit for a run, and what to mend."))
@click.option("--env", "environment", metavar="NAME", help=_("The environment whose addresses count."))
@click.option("--sites", is_flag=True, help=_("Also knock at the sites and mail servers; nothing is sent to them."))
def doctor(desk: Desk, environment: str | None, sites: bool) -> int:
    found: list[Finding] = []
    for finding in _findings(desk, environment, sites):
        found.append(finding)
        desk.say(*_lines(finding))
    wrong = sum(one.state == "wrong" for one in found)
    desk.say(
        ngettext("{count} thing is to be mended", "{count} things are to be mended", wrong).format(count=wrong)
        if wrong
        else _("Everything that a run needs is there")
    )
    desk.answer = {"state": "failed" if wrong else "done", "findings": [asdict(one) for one in found]}
    return 1 if wrong else 0


def _findings(desk: Desk, environment: str | None, sites: bool) -> Iterator[Finding]:
    yield from machine()
    yield from workspace(desk, environment)
    for _name, place in offered(GROUP):
        yield from load(place)(desk, environment)
    if sites:
        yield from reach(desk, environment)


def _lines(finding: Finding) -> list[str]:
    words = {"good": _("good"), "note": _("note"), "wrong": _("wrong")}
    width = max(map(len, words.values()))
    lines = [f"{words[finding.state]:<{width}}  {finding.said}"]
    return [*lines, f"{'':<{width}}  -> {finding.mend}"] if finding.mend else lines
