"""Days and clocks: public holidays, working days, and what a time on a clock is in the world."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_SUBDIVISIONS = {
    "alsace-moselle": "57", "guadeloupe": "971", "martinique": "972", "guyane": "973", "reunion": "974",
    "mayotte": "976", "saint-martin": "MF", "saint-barthelemy": "BL", "saint-pierre-et-miquelon": "PM",
    "nouvelle-caledonie": "NC", "polynesie": "PF", "wallis-et-futuna": "WF",
}  # fmt: skip
"""Of `robo.flow.clock.HOLIDAYS`, how the library calls them; `metropole` is what all of France has."""


def is_holiday(day: date, region: str) -> bool:
    """Whether it is a public holiday there."""
    return region != "none" and day in _holidays(region, day.year)


@lru_cache(maxsize=64)
def _holidays(region: str, year: int) -> frozenset[date]:
    # 0.15 s of import, which a service that nobody asks for holidays does without
    from holidays import country_holidays

    return frozenset(country_holidays("FR", subdiv=_SUBDIVISIONS.get(region), years=year))


def is_working(day: date, region: str) -> bool:
    """Whether people work: from Monday to Friday, but for public holidays."""
    return day.isoweekday() < 6 and not is_holiday(day, region)


@lru_cache(maxsize=256)
def day_of_month(year: int, month: int, number: int, working: bool, region: str) -> date:
    """The day of that number (-1: the last one) of a month, or the one among its working days."""
    days = [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]
    if working:
        days = [day for day in days if is_working(day, region)]
    return days[number - 1 if number > 0 else number]


def moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """When a clock there shows that time, in UTC: the first time of two, later by the gap where it never does."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def moments(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Every time that a clock there really shows that time, in UTC and in order: none, one or two."""
    both = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(one for one in both if wall_of(one, zone) == wall))


def wall_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """What a clock there shows, without zone."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When that day begins there, in UTC."""
    return moment(datetime.combine(day, time()), zone)


def next_day(day: date) -> date:
    """The day after."""
    return day + timedelta(days=1)
