"""`robo serve`: the service."""

from __future__ import annotations

import signal
from types import FrameType

import click

from robo.cli.desk import Desk, command
from robo.kit.messages import _
from robo.platforms.processes import processes


@command("serve", _("Do the work of this workspace: what is due, and what is asked for, until you stop it."))
@click.option("--slots", type=click.IntRange(1, 64), metavar="N", help=_("So many runs at once."))
@click.option("--log", type=click.Choice(("lines", "json")), default="lines", help=_("How the log is written."))
@click.option("--unit", is_flag=True, help=_("Print the unit that has systemd start the service, and end."))
def serve(desk: Desk, slots: int | None, log: str, unit: bool) -> int:
    if unit:
        from robo_scheduler.work.systemd import unit_of

        said = [*(["--slots", str(slots)] if slots else []), *(["--log", log] if log == "json" else [])]
        desk.say(unit_of(desk.workspace(), *said))
        return 0
    from robo.run.system.processes import become_subreaper
    from robo_scheduler.work.alive import become_the_service
    from robo_scheduler.work.delivery import LocalDelivery
    from robo_scheduler.work.log import Log
    from robo_scheduler.work.notice import Notices
    from robo_scheduler.work.schedules import Schedules
    from robo_scheduler.work.service import Service
    from robo_scheduler.work.systemd import tell

    workspace = desk.workspace()
    with become_the_service(workspace):
        become_subreaper()
        stop = _Stop()
        count = slots or workspace.service_slots
        to = Log(log == "json")
        notices = Notices(workspace, desk.shelf, desk.store)
        schedules = Schedules(workspace, desk.shelf, desk.store, to, notices)
        service = Service(workspace, desk.store, LocalDelivery(desk.store), to, notices, count, [schedules])
        try:
            schedules.start()
            tell("READY=1")
            service.run(lambda: stop.asked, lambda: tell("WATCHDOG=1"))
        finally:
            tell("STOPPING=1")
            schedules.stop()
    return 0


class _Stop:
    """Asked once, the items at work are ended first; asked twice, all is ended now."""

    def __init__(self) -> None:
        self.asked = 0
        for number in processes.stop_signals:
            signal.signal(number, self._ask)
        processes.heed_stop(lambda: self._ask(signal.SIGTERM, None))

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1
