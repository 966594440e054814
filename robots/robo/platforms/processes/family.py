"""Who is below whom where the number of a parent is never updated, as on Windows: a parent is older than its child."""

from __future__ import annotations

from collections.abc import Mapping

from robo.platforms.processes.process import Process


def family(table: Mapping[int, Process], root: int, since: int) -> list[Process]:
    """All below the process that had the number `root` and was started at `since`."""
    children: dict[int, list[Process]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process)
    found: dict[int, Process] = {}
    ask = [(root, since)]
    while ask:
        parent, born = ask.pop()
        for process in children.get(parent, ()):
            if process.pid not in (root, *found) and process.started >= born:
                found[process.pid] = process
                ask.append((process.pid, process.started))
    return list(found.values())


def left_of(table: Mapping[int, Process], pid: int, started: int) -> list[Process]:
    """What may be left of a process and below it, it among them.

    Once it is gone its number may be another's: what is younger than that one is below that one.
    """
    there = table.get(pid)
    same = there is not None and there.started == started
    below = family(table, pid, started)
    if there is not None and same:
        below.append(there)
    elif there is not None:
        below = [one for one in below if one.started < there.started]
    return [one for one in below if not one.zombie]
