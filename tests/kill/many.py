"""The kill test at length: `python -m kill.many [KILLS] [SEED]` with tests/ on the path; last come the figures."""

from __future__ import annotations

import sys
import time

from kill.campaign import SCENARIOS, campaign


def main() -> int:
    """Exit code 1 if anything was wrong."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 1_000_000
    print(f"seed {seed}", flush=True)  # noqa: T201
    figures = campaign(SCENARIOS, kills, seed=seed, told=lambda said: print(said, flush=True))  # noqa: T201
    for what in figures.wrong:
        print(what)  # noqa: T201
    struck = ", ".join(f"{role} {count}" for role, count in sorted(figures.kills.items()))
    print(f"runs {figures.runs}; {struck}")  # noqa: T201
    print(figures)  # noqa: T201
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
