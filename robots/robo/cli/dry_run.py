"""`robo dry-run`: what a flow would do today, with these data; nothing is changed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from robo.cli import completion
from robo.cli.desk import Desk, command, pairs
from robo.kit.messages import _, ngettext
from robo.run.system.standby import standby
from robo.run.told.states import rehearsed

if TYPE_CHECKING:
    from robo.run.dry.plan import Plan

SHOWN = 10
"""So many sentences and requests are told; the plan holds the rest."""


@command("dry-run", _("Rehearse a flow: everything is looked at, nothing is changed, and the plan says what would be."))
@click.argument("flow", shell_complete=completion.flows)
@click.option("--rows", type=click.IntRange(1), metavar="N", help=_("Only the first N items of each loop."))
@click.option("--input", "-i", "given", multiple=True, metavar="NAME=VALUE", help=_("What the flow asks for."))
@click.option("--env", "environment", metavar="NAME", help=_("The environment, by default the workspace's own."))
@click.option("--headed", is_flag=True, help=_("Show the browser at work."))
def dry_run(
    desk: Desk, flow: str, rows: int | None, given: tuple[str, ...], environment: str | None, headed: bool
) -> int:
    sys.dont_write_bytecode = True  # a workspace's own robots would be compiled beside their files
    typed = pairs(given, "--input")
    with standby() as lane:
        from robo.cli.progress import Progress
        from robo.flow.inputs import read_inputs
        from robo.flow.load import load_flow
        from robo.run.dry.dry_run import Rehearsed, rehearse
        from robo.run.order import Options

        workspace = desk.workspace(environment)
        loaded = load_flow(flow, workspace, desk.shelf, desk.vault, typed)
        inputs = read_inputs(loaded, typed, workspace)
        again = ["robo", "run", flow, *(part for word in given for part in ("-i", word))]
        asked = Rehearsed(rows, shlex.join([*again, *(("--env", environment) if environment else ())]))
        options = Options(desk.language, headed, lane)
        plan = rehearse(workspace, desk.shelf, loaded, inputs, Progress, options, asked)
    page = plan_page(desk, plan)
    desk.answer = {**plan.told, "folder": str(plan.folder), "page": page and str(page), "exit": plan.exit_code}
    desk.say(*told_of(plan, page))
    return plan.exit_code


def plan_page(desk: Desk, plan: Plan) -> Path | None:
    """The plan as a page. That it cannot be written is said, and changes nothing about the plan: then None."""
    from robo.report import write_plan

    try:
        return write_plan(plan.folder, desk.vault.mask())
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a page, the plan is what it is
        click.echo(_("the page of the plan could not be written: {reason}").format(reason=error), err=True)
        return None


def told_of(plan: Plan, page: Path | None) -> Iterator[str]:
    """What a person wants to know first."""
    told = plan.told
    yield _("Dry run {run}: nothing was changed. {reason}").format(run=told["run"], reason=told["reason"]).strip()
    yield from _counts(told["counts"])
    yield from _first([f"  ! {said}" for said in told["attention"]])
    yield from _first(list(_refused(told["requests"])))
    yield _("The plan: {file}").format(file=page or plan.folder / "plan.json")
    yield _("To run it for real: {command}").format(command=told["next"])


def _counts(counts: Mapping[str, Any]) -> Iterator[str]:
    told = rehearsed({state: count for state, count in counts.items() if isinstance(count, int)})
    if told:
        yield f"  {told}"
    changes = [f"{action} {count}" for action, count in counts["changes"].items()]
    if changes:
        yield _("  changes: {changes}").format(changes=", ".join(changes))


def _refused(requests: list[Mapping[str, Any]]) -> Iterator[str]:
    """Each kind of refused request once, with the line that would let it through."""
    found: dict[tuple[str, str, str, str], int] = {}
    for one in requests:
        if one["verdict"] == "refused":
            kind = (one["method"], one["address"], one["why"], one["line"])
            found[kind] = found.get(kind, 0) + 1
    for (method, address, _why, line), count in found.items():
        yield ngettext(
            "  refused before it left, {count} time: {method} {address}",
            "  refused before it left, {count} times: {method} {address}",
            count,
        ).format(count=count, method=method, address=address)
        if line:
            yield _("    if it only reads, add to the site in robo.toml: {line}").format(line=line)


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - SHOWN
    return lines if more <= 0 else [*lines[:SHOWN], _("  and {count} more, in the plan").format(count=more)]
