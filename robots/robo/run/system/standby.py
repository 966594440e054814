"""A lane that gets ready while its supervisor still reads the flow: imports take both a good part of a second."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from robo.run.system.processes import Child, become_subreaper, sweep


def start_lane() -> Child:
    """A lane that waits for its order, with the locks that it is to hold."""
    return Child.start([sys.executable, "-m", "robo.run.lane"], environment=os.environ)


@contextmanager
def standby() -> Iterator[Child]:
    """A lane for the run that begins inside. If none begins, it is ended with all below it, having done nothing."""
    become_subreaper()
    lane = start_lane()
    try:
        yield lane
    finally:
        if lane.ended is None:
            lane.end()
            sweep()
            lane.poll(1.0)
