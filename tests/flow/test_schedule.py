"""`schedule:` is read into triggers; what is wrong with it is said before anybody relies on it."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

import pytest

from robo.flow.model import Flow, Retry
from robo.flow.problems import FaultyFile
from robo.flow.schedule import given_by, quick
from robo.flow.trigger import After, Arrival, Cron, Interval, Monthly, Once, Rule, Weekly
from robo.flow.workspace import Workspace, open_workspace

Load = Callable[[str], Flow]
Faults = Callable[[str], str]

WEEK = (1, 2, 3, 4, 5)
ALL = (tuple(range(60)), tuple(range(24)), tuple(range(1, 32)), tuple(range(1, 13)), tuple(range(1, 8)))


def scheduled(entry: str, top: str = "") -> str:
    return f"robo: 1\n{top}schedule:\n  - {entry}\nsteps: [log: x]\n"


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("every: weekday at 07:30", Weekly(WEEK, time(7, 30))),
        ("every: day at 6h", Weekly((*WEEK, 6, 7), time(6))),
        ("every: Monday at 6:00", Weekly((1,), time(6))),
        ("every: monday, Thursday and sunday at 6h05", Weekly((1, 4, 7), time(6, 5))),
        ("every: 15 minutes", Interval(15)),
        ("every: 2 hours", Interval(120)),
        ("every: hour", Interval(60)),
        ("every: day 15 of month at 8:00", Monthly(15, time(8))),
        ("every: last day of month at 8:00", Monthly(-1, time(8))),
        ("every: first working day of month at 08:00", Monthly(1, time(8), working=True)),
        ("every: last working day of month at 08:00", Monthly(-1, time(8), working=True)),
        ("cron: 30 7 * * mon-fri", Cron((30,), (7,), *ALL[2:4], WEEK)),
        ("cron: 0 8 * * 1", Cron((0,), (8,), *ALL[2:4], (1,))),
        ("cron: 0 8 * * 0,7", Cron((0,), (8,), *ALL[2:4], (7,))),
        ("cron: 0 8 * * sat-sun", Cron((0,), (8,), *ALL[2:4], (6, 7))),
        ("cron: 0 8 1 * MON", Cron((0,), (8,), (1,), ALL[3], (1,), either=True)),
        ('cron: "*/20 8-12/2 * jan,mar *"', Cron((0, 20, 40), (8, 10, 12), ALL[2], (1, 3), ALL[4])),
        ("cron: 5 */6 * * *", Cron((5,), (0, 6, 12, 18), *ALL[2:], floating=True)),
        ("at: 2026-12-01 08:00", Once(datetime(2026, 12, 1, 8))),
        ("at: 01/12/2026 8h", Once(datetime(2026, 12, 1, 8))),
        ("when_file: arrivee/**/*.pdf", Arrival("arrivee/**/*.pdf")),
    ],
)
def test_each_way_to_say_when(load: Load, workspace: Workspace, entry: str, rule: Rule) -> None:
    with (workspace.root / "robo.toml").open("a", encoding="utf-8") as file:
        file.write('\n[folders]\narrivee = "arrivee"\n')
    (workspace.flows / "a.yaml").write_text(scheduled(entry), encoding="utf-8")
    assert [one.rule for one in quick(workspace.flows / "a.yaml", open_workspace(workspace.root)).schedule] == [rule]


def test_what_stands_beside_it(load: Load) -> None:
    options = "timezone: Indian/Reunion, skip_holidays: yes, between: 22:00-06:00, if_missed: all, if_running: wait"
    usual, other = load(
        f"robo: 1\nschedule:\n  - every: hour\n  - {{every: hour, {options}, dry_run: yes}}\nsteps: [log: x]\n"
    ).schedule
    assert (usual.name, usual.timezone, usual.if_missed, usual.if_running) == (
        "every hour", "Europe/Paris", "run_once", "skip",
    )  # fmt: skip
    assert (other.name, other.timezone, other.if_missed, other.if_running) == (
        "every hour (2)", "Indian/Reunion", "all", "wait",
    )  # fmt: skip
    assert (other.skip_holidays, other.between, other.dry_run) == (True, (time(22), time(6)), True)


def test_what_a_run_is_given(load: Load) -> None:
    text = scheduled(
        "{every: hour, inputs: {mois: last_month, jour: =today()}}",
        "inputs: {mois: month, jour: date, autre: {default: x}}\n",
    )
    (trigger,) = load(text).schedule
    now = datetime(2026, 12, 1, 8)
    assert given_by(trigger, now) == {"mois": "last_month", "jour": now.date()}


@pytest.mark.parametrize(
    ("entry", "place", "fault", "mend"),
    [
        ("every: lundi at 6:00", "4:12", '"lundi" is no word of `every`', "Here it is called `monday`"),
        ("every: wekday at 6:00", "4:12", '"wekday" is no word of `every`', 'Did you mean "weekday"'),
        ("every: monday", "4:12", "a time of day is missing", "Write: monday at 7:30"),
        ("every: monday at 25:00", "4:22", "a time of day is expected after `at`", "Write: 7:30"),
        ("every: day 31 of month at 6:00", "4:16", "not every month has a day 31", "last day of month"),
        ("every: 2 days", "4:14", "after a number come minutes or hours", "Write: 15 minutes"),
        ("every: 48 hours", "4:12", "from one minute to 24 hours may lie", "Write: day at 6:00"),
        ("every: day at 6:00 and 18:00", "4:24", "nothing more is expected here", "one entry for each time"),
        ("cron: 0 8 * *", "4:11", "five fields are expected", "Write: 30 7 * * mon-fri"),
        ("cron: 0 24 * * *", "4:13", '"24" does not fit here: the hour goes from 0 to 23', ""),
        ("cron: 0 8 * * lun", "4:19", '"lun" does not fit here: the weekday goes from 0 to 7', ""),
        ("cron: 5/15 8 * * *", "4:11", '"5/15" does not fit here', "Write: 5-59/15"),
        ("cron: 0 8 L * *", "4:15", '"l" does not fit here', "`every` has words for it"),
        ("cron: 0 8 30 2 *", "4:15", "there is no such day", ""),
        ("at: 31/02/2026 8:00", "4:9", "a day and a time are expected here", "Write: 2026-12-01 08:00"),
        ("at: 2026-12-01", "4:9", "a day and a time are expected here", ""),
        ("after: nowhere", "4:12", 'there is no flow "nowhere"', ""),
        ("after: a", "4:12", "a flow may not be run after itself: a → a", ""),
        ("when_file: arrivee/*.pdf", "4:16", "arrivee/*.pdf lies in no declared folder", "Declare it in robo.toml"),
        ("when_mail: {folder: INBOX}", "4:5", '"when_mail" is not in this version yet', ""),
        ("evry: hour", "4:5", "this entry does not say when", 'Did you mean "every"'),
        ("{every: hour, cron: 0 8 * * 1}", "4:19", "`cron` stands beside `every`", "Write: - cron: ..."),
        ("{at: 2026-12-01 8:00, between: 7h-9h}", "4:27", "`between` means nothing beside `at`", ""),
        ("{cron: 0 8 1,15 * *}", "4:12", "inside { } a value with a comma must be in quotes", 'cron: "0 8 1,15 * *"'),
        ("{every: hour, betwen: 7h-9h}", "4:19", '"betwen" is not known here', 'Did you mean "between"'),
        ("{every: hour, between: 7h}", "4:28", "two times of day are expected here", "Write: 07:00-19:00"),
        ("{every: day at 6:00, between: 7h-9h}", "4:35", "it is never run: 06:00 does not lie between", ""),
        ("{every: hour, timezone: Paris}", "4:29", '"Paris" is no time zone', "Write: Europe/Paris"),
        ("{every: hour, if_missed: once}", "4:30", "one of these is expected: run_once, skip, all", ""),
        ("{every: hour, inputs: {mios: x}}", "4:28", '"mios" is not known here', ""),
        ("{every: hour, inputs: {x: =file}}", "4:32", "file does not exist", ""),
    ],
)  # fmt: skip
def test_each_fault_at_its_place(
    load: Load, workspace: Workspace, faults: Faults, entry: str, place: str, fault: str, mend: str
) -> None:
    text = scheduled(entry, "inputs: {x: {default: a}}\n")
    (workspace.flows / "a.yaml").write_text(text, encoding="utf-8")
    first, *rest = faults(text).split("\nflows/")
    assert first.startswith(f"flows/a.yaml:{place}: {fault}"), first
    assert mend in first
    assert rest == []


def test_nobody_is_there_to_be_asked(faults: Faults) -> None:
    said = faults(scheduled("every: hour", "inputs: {classeur: file, code: secret}\n"))
    assert '"classeur" is missing: the flow asks for it, and nobody is there to answer' in said
    assert "inputs: {classeur: ...}" in said
    said = faults(scheduled("{every: hour, inputs: {code: '1234'}}", "inputs: {code: secret}\n"))
    assert '4:28: "code" is a password: a schedule gives none' in said


def test_a_circle_over_several_flows(workspace: Workspace, faults: Faults) -> None:
    for name, before in (("a", "c"), ("b", "a"), ("c", "b")):
        (workspace.flows / f"{name}.yaml").write_text(scheduled(f"after: {before}"), encoding="utf-8")
    assert "a flow may not be run after itself: a → b → c → a" in faults(scheduled("after: c"))
    with pytest.raises(FaultyFile, match="b → c → a → b"):
        quick(workspace.flows / "b.yaml", workspace)


def test_settings_of_the_service(load: Load, faults: Faults) -> None:
    said = "{priority: -5, limit: 2, locks: [ged], timeout: 2h, deadline: 06:30, retry: {times: 2, wait: 5m}}"
    made = load(f"robo: 1\nsettings: {said}\nsteps: [log: x]\n").settings
    assert (made.priority, made.limit, made.locks, made.timeout) == (-5, 2, ("ged",), 7200.0)
    assert (made.deadline, made.retry, made.second_person) == (time(6, 30), Retry(2, 300.0, 1.0), False)
    wrong = faults("robo: 1\nsettings: {deadline: 30:00, limit: 0, retry: {wait: 5m}}\nsteps: [log: x]\n")
    assert [line for line in wrong.splitlines() if line.startswith("flows/")] == [
        "flows/a.yaml:2:22: a time of day is expected here",
        "flows/a.yaml:2:36: a whole number from 1 is expected here",
        "flows/a.yaml:2:39: `times` is missing",
    ]


# The quick look of the service


def test_the_quick_look_knows_places_and_leaves_the_rest(workspace: Workspace) -> None:
    file = workspace.flows / "a.yaml"
    file.write_text(
        "robo: 1\n# schedule: none\nname: Relances\nsteps:\n- schedule: [\n\nsettings: {limit: 2}\nschedule:\n"
        "- every: hour\n# and\n- every: day houre\n",
        encoding="utf-8",
    )
    with pytest.raises(FaultyFile) as raised:
        quick(file, workspace)
    assert [str(one.mark) for one in raised.value.problems] == ["flows/a.yaml:11:14"]
    assert "11 | - every: day houre" in str(raised.value)
    file.write_text(file.read_text("utf-8").replace("day houre", "2 hours"), encoding="utf-8")
    head = quick(file, workspace)
    assert (head.path, head.name, head.settings.limit) == ("a", "Relances", 2)
    assert [one.rule for one in head.schedule] == [Interval(60), Interval(120)]
    file.write_text("{robo: 1, name: In one line, schedule: [every: hour], steps: [log: x]}\n", encoding="utf-8")
    assert len(quick(file, workspace).schedule) == 1
    file.write_text("robo: 1\nsteps: [log: x]\n", encoding="utf-8")
    assert quick(file, workspace).schedule == ()


def test_a_thousand_flows_are_looked_at_in_no_time(workspace: Workspace) -> None:
    rest = "".join(f"  - log: Demande {n} reçue\n  - set: {{a{n}: =run.id}}\n" for n in range(30))
    file = workspace.flows / "a.yaml"
    text = scheduled("{every: weekday at 07:30, between: 07:00-19:00}", "name: x\nsettings: {limit: 2, locks: [a]}\n")
    file.write_text(text.replace("steps: [log: x]\n", f"steps:\n{rest}"), encoding="utf-8")
    quick(file, workspace)
    began = clock.process_time()
    for _time in range(100):
        quick(file, workspace)
    assert clock.process_time() - began < 0.15


def test_after_keeps_the_path_of_the_other_flow(workspace: Workspace, load: Load) -> None:
    below: Path = workspace.flows / "commun"
    below.mkdir()
    (below / "extraire.yaml").write_text("robo: 1\nsteps: [log: x]\n", encoding="utf-8")
    (trigger,) = load(scheduled("after: commun/extraire.yaml")).schedule
    assert (trigger.rule, trigger.if_running) == (After("commun/extraire"), "wait")
