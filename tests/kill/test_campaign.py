"""The real command with its real browser, killed at random instants: each row is entered exactly once, none is lost."""

from __future__ import annotations

from kill.campaign import SCENARIOS, campaign


def test_whatever_is_killed_each_row_is_entered_once() -> None:
    """Runs in each kind of office, in each of which one process of each kind is killed, the supervisor twice."""
    # A lane that hangs is ended by its supervisor, in less than a minute.
    figures = campaign(SCENARIOS, 21, seed=31, slack=16.0)
    assert not figures.wrong
    assert figures.kills.total() >= 21
    assert (figures.twice, figures.lost, figures.asked) == (0, 0, 0)
