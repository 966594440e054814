"""The kill test of files at length: `python -m files.many [FILES] [KILLS] [SEED]` with tests/ on the path."""

from __future__ import annotations

import sys
import time

from files.killing import campaign


def main() -> int:
    """Exit code 1 if anything was wrong."""
    files, kills, seed = (
        int(sys.argv[place]) if len(sys.argv) > place else default
        for place, default in ((1, 200), (2, 60), (3, time.time_ns() % 1_000_000))
    )
    print(f"seed {seed}", flush=True)  # noqa: T201
    figures = campaign(files, kills, seed=seed, told=lambda said: print(said, flush=True))  # noqa: T201
    for what in figures.wrong:
        print(what)  # noqa: T201
    print(figures)  # noqa: T201
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
