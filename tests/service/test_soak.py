"""A minute of the soak: whatever is killed, each row is entered once, each run ends, no limit is exceeded."""

from __future__ import annotations

from service.soak import Load, soak


def test_a_minute_in_which_everything_is_killed() -> None:
    soaked = soak(Load(60.0, rate=0.5, batches=12.0, rows=3, locked=5.0), seed=5)
    assert soaked.books.wrong == []
    assert soaked.kills["service"] >= 2
    figures = soaked.books
    assert (figures.asked, figures.twice, figures.lost, figures.orphans) == (0, 0, 0, 0)
    assert (figures.items > 20, figures.fires > 0) == (True, True)
