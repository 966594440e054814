"""What begins by itself: each time that a trigger is due is looked up, decided about once, and asked for."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from robo.flow.files import find_called
from robo.flow.inputs import read_inputs
from robo.flow.schedule import given_by
from robo.flow.trigger import After, Arrival, Trigger
from robo.flow.workspace import Workspace
from robo.kit.errors import FaultyFlow, RoboError
from robo.kit.messages import _, ngettext
from robo.kit.shelf import Shelf
from robo.run.admission.fires import Fire, follow_triggers, is_known, last_of, note_fire
from robo.run.admission.submission import Asked, submit
from robo.run.storage.store import Store
from robo_scheduler.work import arrivals
from robo_scheduler.work.due import GRACE, decide, is_open
from robo_scheduler.work.flows import Fault, Flows
from robo_scheduler.work.log import Log
from robo_scheduler.work.notice import Notices
from robo_scheduler.work.surroundings import Surroundings
from robo_scheduler.work.when import Clock, Leaps

FILES = 2.0
"""Seconds between two looks at the flows, and at folders into which files arrive."""
RESCAN = 60.0
"""Seconds after which everything is looked at anew, whatever the alarm clock said."""
Due = tuple[str, str, Trigger]
"""(name in the store, path of the flow, trigger)"""


class Schedules:
    """Asks for the runs that are due. What it decides is in the store together with the run that follows of it."""

    def __init__(self, workspace: Workspace, shelf: Shelf, store: Store, log: Log, notices: Notices) -> None:
        self._workspace, self._store, self._log, self._notices = workspace, store, log, notices
        self._flows = Flows(workspace, shelf)
        self._surroundings = Surroundings(workspace)
        self._due: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._clock = Clock(self._due.put)
        self._leaps = Leaps()
        self._triggers: dict[str, Due] = {}
        self._files: dict[str, arrivals.State] = {}
        self._next_files = self._next_scan = 0.0
        self._known = False

    def start(self) -> None:
        """Know the flows and begin to look."""
        self._clock.start()
        self._look_at_flows()
        count = len(self._triggers)
        text = ngettext("{count} schedule is followed", "{count} schedules are followed", count)
        self._log("schedules.known", text.format(count=count), count=count)

    def stop(self) -> None:
        self._clock.stop()

    def is_due(self) -> bool:
        """Whether the alarm clock has rung."""
        return not self._due.empty()

    def look(self, changed: bool) -> None:
        """Decide about what has become due. changed: whether the store was written to."""
        now = time.monotonic()
        names = set()
        while not self._due.empty():
            names.add(self._due.get())
        if self._leaps.seen():
            self._clock.jumped()
            self._next_scan = now
        if now >= self._next_files:
            self._next_files = now + FILES
            self._look_around()
            self._look_at_flows()
            self._look_at_folders()
        if now >= self._next_scan:
            self._next_scan = now + RESCAN
            names |= self._triggers.keys()
        for name in names & self._triggers.keys():
            self._decide(self._triggers[name])
        if changed:
            self._follow_runs()

    # What there is ---------------------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        """What flows name may have changed; where it is wrong now, it holds as it was."""
        try:
            renewed = self._surroundings.renewed()
        except RoboError as error:
            text = _("robo.toml or a robot is wrong, what was there before still holds: {reason}").format(reason=error)
            self._log("settings.faulty", text, reason=str(error))
            self._tell_people(_("robo.toml or a robot is wrong"), text, key=f"settings {error}")
            return
        if renewed:
            self._workspace, shelf = renewed
            self._flows.renew(self._workspace, shelf)
            self._notices.renew(self._workspace, shelf)
            self._known = False
            self._log("settings.read", _("robo.toml and the robots of this workspace are read anew"))

    def _look_at_flows(self) -> None:
        changed, faults = self._flows.look()
        fault = self._flows.check_one()
        for one in (*faults, *([fault] if fault else ())):
            self._tell_of(one)
        if not changed and self._known:
            return
        found = {due[0]: due for due in self._all()}
        with self._store.write():
            now = datetime.now(UTC).isoformat()
            follow_triggers(self._store, {name: path for name, path, _trigger in found.values()}, now)
        self._triggers, self._known = found, True
        self._clock.follow({name: trigger for name, _path, trigger in found.values()})
        self._next_scan = 0.0

    def _all(self) -> Iterable[Due]:
        for path, head in self._flows.heads.items():
            for trigger in head.schedule:
                yield f"{self._workspace.environment}/{path}: {trigger.name}", path, trigger

    def _tell_of(self, fault: Fault) -> None:
        text = _("{flow} is wrong and is run as it was before: {reason}").format(flow=fault.path, reason=fault.reason)
        self._log("flow.faulty", text, flow=fault.path, reason=fault.reason)
        self._tell_people(_("{flow}: the flow is wrong").format(flow=fault.path), text, key=f"faulty {fault}")

    # What is due -----------------------------------------------------------------------------------------------------

    def _decide(self, due: Due) -> None:
        name, path, trigger = due
        if not trigger.is_timed:
            return
        now = datetime.now(UTC)
        missed = []
        for decision in decide(trigger, last_of(self._store, name), now):
            fire = Fire(name, decision.slot.key, decision.slot.due.isoformat())
            if is_known(self._store, fire):
                continue
            late = now - decision.slot.due > GRACE
            if decision.what == "run":
                # What is caught up on comes one after the other, not beside what it would have come after.
                self._fire(due, fire, now, waits=late and trigger.if_missed == "all")
            else:
                self._note(fire, "missed")
            if late:
                missed.append(decision.slot.wall)
        if missed:
            self._tell_of_missed(name, path, missed)

    def _look_at_folders(self) -> None:
        for due in [due for due in self._triggers.values() if isinstance(due[2].rule, Arrival)]:
            name, _path, trigger = due
            assert isinstance(trigger.rule, Arrival)
            try:
                found = arrivals.look(trigger.rule.pattern, self._workspace)
            except OSError as error:
                self._log("folder.unseen", _("{name}: {reason}").format(name=name, reason=error), trigger=name)
                continue
            now = datetime.now(UTC)
            state, arrived = arrivals.settle(found, self._files.get(name, {}), time.monotonic())
            fires = [(Fire(name, one.key, now.isoformat()), one.path) for one in arrived]
            fresh = [(fire, path) for fire, path in fires if not is_known(self._store, fire)]
            if fresh and not is_open(trigger, now):
                continue  # what has arrived is told again at the next look
            self._files[name] = state
            for fire, path in fresh:
                self._fire(due, fire, now, path)

    def _follow_runs(self) -> None:
        """What is to come after another flow: a run for each of its runs that has ended well since."""
        for due in [due for due in self._triggers.values() if isinstance(due[2].rule, After)]:
            name, _path, trigger = due
            assert isinstance(trigger.rule, After)
            try:
                followed = find_called(trigger.rule.flow, self._workspace)
            except FaultyFlow:
                continue  # it is taken away: the check of the flow that comes after it says so
            # The times of runs are those of the clock on the wall, without zone.
            since = last_of(self._store, name).astimezone().replace(tzinfo=None, microsecond=0)
            rows = self._store.all(
                "SELECT id, ended_at FROM run WHERE state = 'done' AND environment = :environment AND flow = :flow "
                "AND ended_at >= :since AND NOT EXISTS "
                "(SELECT 1 FROM fire WHERE fire.trigger = :name AND fire.slot = run.id) ORDER BY ended_at",
                name=name, flow=str(followed), since=since.isoformat(),
                environment=self._workspace.environment,
            )  # fmt: skip
            for run, ended in rows:
                at = datetime.fromisoformat(ended).astimezone(UTC)
                self._fire(due, Fire(name, run, at.isoformat()), datetime.now(UTC))

    def _fire(self, due: Due, fire: Fire, now: datetime, file: str | None = None, waits: bool = False) -> None:
        """Ask for the run that follows, or write down why there is none."""
        _name, path, trigger = due
        waits = waits or trigger.if_running == "wait"
        held = self._held_back(path, waits)
        if held:
            self._note(fire, held)
            return
        try:
            flow, fault = self._flows.flow(path)
            given = given_by(trigger, now.astimezone(ZoneInfo(trigger.timezone)).replace(tzinfo=None), file)
            inputs = read_inputs(flow, given, self._workspace)
            asked = Asked(
                "schedule", trigger.name, dry=trigger.dry_run, language=self._workspace.language,
                alone=waits,
            )  # fmt: skip
            made = submit(self._workspace, self._store, flow, inputs, asked, fire)
        except RoboError as error:
            self._note(fire, "faulty")
            self._tell_of_unrun(fire, str(error))
            return
        text = _("{run}: is due, {trigger}").format(run=made.run, trigger=fire.trigger)
        self._log("run.due", text, run=made.run, trigger=fire.trigger, slot=fire.slot, fault=fault)

    def _held_back(self, path: str, waits: bool) -> str:
        """Why no run follows: "paused", "running", or ""."""
        flow = f"{self._workspace.environment}/{path}"
        if self._store.one("SELECT 1 FROM paused WHERE flow = :flow", flow=flow):
            return "paused"
        if not waits and self._store.one(
            "SELECT 1 FROM run JOIN claim ON claim.run = run.id WHERE claim.resource = :flow "
            "AND run.state IN ('queued', 'admitted', 'running')",
            flow=f"flow {flow}",
        ):
            return "running"
        return ""

    def _note(self, fire: Fire, what: str) -> None:
        with self._store.write():
            note_fire(self._store, fire, what)
        why = {
            "missed": _("was missed: nobody was there"),
            "paused": _("its flow is paused"),
            "running": _("left out: its flow is still running"),
            "faulty": _("could not be asked for"),
        }[what]
        self._log(f"fire.{what}", f"{fire.trigger}, {fire.slot}: {why}", trigger=fire.trigger, slot=fire.slot)

    # Whom it concerns ------------------------------------------------------------------------------------------------

    def _tell_of_missed(self, name: str, path: str, walls: list[datetime]) -> None:
        times = ", ".join(f"{wall:%d/%m/%Y %H:%M}" for wall in walls[-10:])
        text = _("{name} was due and nobody was there: {times}").format(name=name, times=times)
        self._tell_people(_("{flow}: missed").format(flow=path), text, key=f"missed {name} {walls[-1]}")

    def _tell_of_unrun(self, fire: Fire, reason: str) -> None:
        text = _("{name} was due and could not be run: {reason}").format(name=fire.trigger, reason=reason)
        self._tell_people(_("{flow}: not run").format(flow=fire.trigger), text, key=f"unrun {fire.trigger} {fire.slot}")

    def _tell_people(self, subject: str, text: str, key: str) -> None:
        reason = self._notices.tell(subject, text, key)
        if reason:
            self._log("notice.failed", reason)
