"""`robo upgrade`: the store learns what a newer Robo needs, with a backup made before."""

from __future__ import annotations

import click

from robo.cli.desk import Desk, command
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _
from robo.run.backup.making import make_backup
from robo.run.storage.store import MIGRATIONS, Store, version_of
from robo.run.system.closed import closed
from robo.run.system.machine import who


@command("upgrade", _("Bring the store to this version of Robo, after a backup. Nothing may be at work."))
@click.option("--without-runs", is_flag=True, help=_("Leave the folders of ended runs out of the backup."))
def upgrade(desk: Desk, without_runs: bool) -> int:
    workspace, new = desk.workspace(), len(MIGRATIONS)
    old = version_of(workspace.database)
    desk.answer = {"state": "done", "from": old, "to": new, "backup": None}
    if old is not None and old > new:
        raise FaultyFlow(_("this workspace was used by a newer Robo; update Robo to go on with it"))
    if old is None:
        desk.say(_("Nothing to do: there is no store yet"))
        return 0
    if old == new:
        desk.say(_("Nothing to do: the store is of version {version} already").format(version=new))
        return 0
    with closed(workspace.state, _("an upgrade by {who}").format(who=who())):
        made = make_backup(workspace, runs=not without_runs, is_closed=True)
        Store(workspace.database).close()
    desk.say(
        _("The store went from version {old} to {new}").format(old=old, new=new),
        _("As it was before, it is in {file}").format(file=made.file),
    )
    desk.answer["backup"] = str(made.file)
    return 0
