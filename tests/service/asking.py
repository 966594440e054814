"""`python -m service.asking WORKSPACE RATE SEED SECONDS MOST`: ask for runs of the bench.

Others ask by the same keys at the same time. What was asked, and which run it is, is printed.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from pathlib import Path

from robo.cli.desk import Desk
from robo.flow.inputs import read_inputs
from robo.flow.load import load_flow
from robo.run.admission.submission import Asked, submit
from service.workshop import HOLDS

_OPEN = "SELECT count(*) FROM run WHERE state IN ('queued', 'admitted', 'running')"


def main() -> None:
    """Ask for that many seconds, `rate` pieces in each of them, while no more than so many runs are open."""
    root, rate, seed, seconds, most = sys.argv[1:]
    chance, desk = random.Random(seed), Desk(Path(root), True, "en")
    workspace = desk.workspace()
    flows = {kind: load_flow(kind, workspace, desk.shelf, desk.vault, {"piece": "x"}) for kind in HOLDS}
    until = time.monotonic() + float(seconds)
    for number in itertools.count():
        kind, priority = chance.choice(sorted(HOLDS)), chance.randint(0, 9)
        time.sleep(1 / float(rate))
        while desk.store.all(_OPEN)[0][0] > int(most) and time.monotonic() < until:
            time.sleep(0.5)
        if time.monotonic() > until:
            return
        given = read_inputs(flows[kind], {"piece": f"p{number}"}, workspace)
        asked = Asked("trigger", "soak", f"k{number}", priority=priority)
        made = submit(workspace, desk.store, flows[kind], given, asked)
        print(f"k{number}", kind, f"p{number}", made.run, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
