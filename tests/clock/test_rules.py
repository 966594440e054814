"""When flows are due: tables of times, looked up in calendars and in the manual of cron."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clock.triggers import paris, trigger, utc
from robo_scheduler.work.rules import Slot, next_slot, slots


def walls(entry: str, after: str, count: int = 4, holidays: str = "metropole") -> list[str]:
    """What the clocks of Paris show at the next times."""
    found = islice(slots(trigger(entry, holidays), paris(after)), count)
    return [f"{slot.wall:%Y-%m-%d %H:%M}" for slot in found]


def instants(entry: str, day: str) -> list[str]:
    """The hours of UTC at which it is due on a day of Paris."""
    begin = paris(f"{day} 00:00")
    end = paris(f"{day} 00:00") + timedelta(hours=25 if "-10-" in day else 23)
    found = slots(trigger(entry), begin - timedelta(seconds=1), end - timedelta(seconds=1))
    return [f"{slot.due:%H:%M}" for slot in found]


@pytest.mark.parametrize(
    ("entry", "after", "expected"),
    [
        ("every: weekday at 07:30", "2026-11-27 07:30", ["2026-11-30 07:30", "2026-12-01 07:30"]),
        ("every: monday and thursday at 6:00", "2026-11-27 12:00", ["2026-11-30 06:00", "2026-12-03 06:00"]),
        ("every: day 15 of month at 8:00", "2026-11-15 08:00", ["2026-12-15 08:00", "2027-01-15 08:00"]),
        ("every: last day of month at 8:00", "2027-01-31 08:00", ["2027-02-28 08:00", "2027-03-31 08:00"]),
        # 1 January is a holiday, 2 and 3 January 2027 a weekend; Easter Monday is 29 March 2027; 1 May a Saturday
        ("every: first working day of month at 8:00", "2026-12-15 00:00", ["2027-01-04 08:00", "2027-02-01 08:00"]),
        ("every: last working day of month at 8:00", "2027-02-27 00:00", ["2027-03-31 08:00", "2027-04-30 08:00"]),
        ("every: 2 hours, between: 07:00-19:00", "2026-11-27 18:00", ["2026-11-27 19:00", "2026-11-28 07:00"]),
        ("every: 6 hours, between: 22:00-06:00", "2026-11-27 12:00", ["2026-11-28 01:00", "2026-11-29 01:00"]),
        ("cron: 0 8 * * 1", "2026-11-27 12:00", ["2026-11-30 08:00", "2026-12-07 08:00"]),  # Mondays
        ("cron: 0 8 * * 0", "2026-11-27 12:00", ["2026-11-29 08:00", "2026-12-06 08:00"]),  # Sundays
        ("cron: 0 8 1 * 1", "2026-11-27 12:00", ["2026-11-30 08:00", "2026-12-01 08:00"]),  # either will do
        ("cron: '0 8 */10 * 1'", "2026-11-27 12:00", ["2026-12-21 08:00", "2027-01-11 08:00"]),  # both must fit
        ("cron: 0 8 29 2 *", "2026-11-27 12:00", ["2028-02-29 08:00", "2032-02-29 08:00"]),
        ("cron: 59 23 31 * *", "2026-11-27 12:00", ["2026-12-31 23:59", "2027-01-31 23:59"]),
        ("at: 2026-12-01 08:00", "2026-11-27 12:00", ["2026-12-01 08:00"]),
        ("at: 2026-12-01 08:00", "2026-12-01 08:00", []),
        ("when_file: arrivee/*", "2026-12-01 08:00", []),
    ],
)  # fmt: skip
def test_the_next_times(entry: str, after: str, expected: list[str]) -> None:
    assert walls(entry, after, 2) == expected


def test_holidays_are_those_of_where_people_live() -> None:
    entry = "every: weekday at 7:30, skip_holidays: yes"
    assert walls(entry, "2026-04-02 12:00", 2) == ["2026-04-03 07:30", "2026-04-07 07:30"]  # Easter Monday
    assert walls(entry, "2026-04-02 12:00", 1, "alsace-moselle") == ["2026-04-07 07:30"]  # Good Friday, too
    assert walls(entry, "2026-05-26 12:00", 2, "guadeloupe") == ["2026-05-28 07:30", "2026-05-29 07:30"]
    assert walls(entry, "2026-04-02 12:00", 2, "none") == ["2026-04-03 07:30", "2026-04-06 07:30"]
    each = "every: hour, skip_holidays: yes"
    assert walls(each, "2026-12-24 22:00", 3) == ["2026-12-24 23:00", "2026-12-26 00:00", "2026-12-26 01:00"]


SPRING, AUTUMN = ("2026-03-29", "2027-03-28"), ("2026-10-25", "2027-10-31")


@pytest.mark.parametrize("day", SPRING)
@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("every: day at 02:30", ["01:30"]),  # which is 03:30
        ("cron: 30 2 * * *", ["01:30"]),
        ("cron: '30 1,2,3 * * *'", ["00:30", "01:30"]),  # 02:30 and 03:30 are one time
        ("cron: 30 * * * *", [f"{hour:02}:30" for hour in (23, *range(22))]),  # 23 hours
        ("cron: '0 */2 * * *'", ["23:00", *(f"{hour:02}:00" for hour in range(2, 22, 2))]),  # 02:00 is not there
        ("every: hour", [f"{hour:02}:00" for hour in (23, *range(22))]),
    ],
)  # fmt: skip
def test_the_night_that_is_an_hour_short(entry: str, day: str, expected: list[str]) -> None:
    assert instants(entry, day) == expected


@pytest.mark.parametrize("day", AUTUMN)
@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("every: day at 02:30", ["00:30"]),  # the first of the two
        ("cron: 30 2 * * *", ["00:30"]),
        ("cron: '30 1,2,3 * * *'", ["23:30", "00:30", "02:30"]),
        ("cron: 30 * * * *", [f"{hour:02}:30" for hour in (22, 23, *range(23))]),  # 25 hours
        ("cron: '0 */2 * * *'", ["22:00", "00:00", "01:00", *(f"{hour:02}:00" for hour in range(3, 23, 2))]),
        ("every: hour", [f"{hour:02}:00" for hour in (22, 23, *range(23))]),
    ],
)  # fmt: skip
def test_the_night_that_is_an_hour_long(entry: str, day: str, expected: list[str]) -> None:
    assert instants(entry, day) == expected


def test_a_slot_is_known_by_the_clock_on_the_wall_or_by_utc() -> None:
    moved = next_slot(trigger("every: day at 02:30"), paris("2026-03-29 00:00"))
    assert moved is not None
    assert (moved.key, f"{moved.wall:%H:%M}") == ("2026-03-29T02:30", "03:30")
    second = next_slot(trigger("every: hour"), utc("2026-10-25 00:30"))
    assert second is not None
    assert (second.key, f"{second.wall:%H:%M}") == ("2026-10-25T01:00Z", "02:00")


def test_other_clocks() -> None:
    abroad = trigger("every: weekday at 07:30, timezone: Indian/Reunion")
    slot = next_slot(abroad, utc("2026-11-27 12:00"))
    assert slot is not None
    assert slot.due == utc("2026-11-30 03:30")
    # where the evening is an hour short, half past eleven is half past midnight
    nightly = trigger("every: day at 23:30, timezone: America/Nuuk")
    assert [slot.due for slot in slots(nightly, utc("2026-03-29 01:10"), utc("2026-03-30 01:00"))] == [
        utc("2026-03-29 01:30"),
        utc("2026-03-30 00:30"),
    ]
    # half an hour's change, at midnight, and a whole day that never was
    for zone, begin, end in (
        ("Australia/Lord_Howe", "2026-04-04 00:00", "2026-04-06 00:00"),
        ("Africa/Cairo", "2026-04-23 00:00", "2026-04-25 00:00"),
        ("America/Nuuk", "2026-03-27 00:00", "2026-03-30 00:00"),
        ("Pacific/Apia", "2011-12-29 00:00", "2012-01-01 00:00"),
        ("Antarctica/Troll", "2026-10-25 00:30", "2026-10-25 06:00"),  # two hours back
    ):
        each = trigger(f"cron: '*/10 * * * *', timezone: {zone}")
        found = [slot.due for slot in slots(each, utc(begin), utc(end))]
        assert found == [utc(begin) + timedelta(minutes=10) * n for n in range(1, len(found) + 1)]
        assert found[-1] == utc(end)


ENTRIES = (
    "every: day at 02:30", "every: weekday at 07:30, skip_holidays: yes", "every: 7 minutes", "every: hour",
    "every: 45 minutes, between: 22:00-02:30", "every: last working day of month at 02:00", "every: 24 hours",
    "cron: '*/20 1-3 * * *'", "cron: '*/13 * * * *'", "cron: '15 */2 25-31 3,10 *'", "cron: 5 2 1 * sun",
    "every: day at 00:15, timezone: Africa/Cairo", "cron: '*/30 23,0 * * *', timezone: America/Nuuk",
    "cron: '*/15 * * * *', timezone: Australia/Lord_Howe", "at: 2026-10-25 02:30",
)  # fmt: skip
BEGIN = int(utc("2026-01-01 00:00").timestamp())
YEARS = 2 * 366 * 86400
CHANGES = [int(paris(f"{day} 02:00").timestamp()) - BEGIN for day in (*SPRING, *AUTUMN)]
MOMENTS = st.integers(0, YEARS) | st.builds(int.__add__, st.sampled_from(CHANGES), st.integers(-90_000, 90_000))


@settings(max_examples=150)
@given(st.sampled_from(ENTRIES), MOMENTS, st.lists(st.integers(1, 200_000), min_size=1, max_size=6))
def test_slots_strictly_increase_and_any_looks_find_the_same(entry: str, begin: int, steps: list[int]) -> None:
    start = utc("2026-01-01 00:00") + timedelta(seconds=begin)
    one = trigger(entry)
    end = start + timedelta(seconds=sum(steps))
    whole = list(slots(one, start, end))
    assert all(before.due < after.due for before, after in pairwise(whole))
    assert len({slot.key for slot in whole}) == len(whole)
    parts, at = [], start
    for step in steps:
        parts += list(slots(one, at, at + timedelta(seconds=step)))
        at += timedelta(seconds=step)
    assert parts == whole
    walked: list[Slot] = []
    at = start
    while (slot := next_slot(one, at)) and slot.due <= end and len(walked) < 50:
        walked.append(slot)
        at = slot.due
    assert walked == whole[:50]


def test_a_look_at_the_last_minute_does_not_search_the_years_ahead() -> None:
    leap, now = trigger("cron: 0 8 29 2 *"), utc("2026-11-27 12:00")
    began = time.process_time()
    assert next_slot(leap, now) is not None
    searched = time.process_time() - began
    began = time.process_time()
    assert list(slots(leap, now, now + timedelta(minutes=1))) == []
    assert time.process_time() - began < searched / 4
