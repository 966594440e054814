"""When a trigger is due, by the calendar alone. Nothing here looks at a clock.

Slots are reckoned day by day on the trigger's own clock. A time of day is told by the clock on the wall: it comes once
on each day that has it, whatever is done to the clocks. What comes every so many minutes, and a cron whose hour is `*`,
is told by UTC. So a slot has a key of its own, by which it is known again when it is reckoned anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from robo.flow.schedule import is_between
from robo.flow.trigger import Cron, Interval, Monthly, Once, Trigger, Weekly
from robo.kit.data import dataclass
from robo_scheduler.work.calendar import day_of_month, is_holiday, midnight, moment, moments, next_day, wall_of

FARTHEST = 366 * 9
"""Days ahead that are looked at: eight years may lie between two 29 February."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Slot:
    """One time at which a trigger is due.

    key: what it is remembered under: "2026-11-30T07:30" by the clock on the wall, "2026-11-30T06:30Z" by UTC.
    due: the instant, in UTC. wall: what the trigger's clock shows then, without zone.
    """

    key: str
    due: datetime
    wall: datetime


def next_slot(trigger: Trigger, after: datetime) -> Slot | None:
    """The first slot after that instant; None where none comes any more. after: with a zone."""
    return next(slots(trigger, after), None)


def slots(trigger: Trigger, after: datetime, until: datetime | None = None) -> Iterator[Slot]:
    """The slots after the first and up to the second instant (both with a zone), each later than the one before.

    None for what the clock does not bring about: files, other flows.
    """
    zone = ZoneInfo(trigger.timezone)
    match trigger.rule:
        case Interval(minutes=minutes):
            found = _multiples(trigger, timedelta(minutes=minutes), after, zone)
        case Once(at=at):
            found = iter([_fixed(at, zone)])
        case Weekly() | Monthly() | Cron():
            found = _by_calendar(trigger, after, until, zone)
        case _:
            return
    last = after
    for slot in found:
        if until is not None and slot.due > until:
            return
        if slot.due > last:
            yield slot
            last = slot.due


def _multiples(trigger: Trigger, step: timedelta, after: datetime, zone: ZoneInfo) -> Iterator[Slot]:
    """What comes every so many minutes."""
    due = after.astimezone(UTC)
    due -= (due - _EPOCH) % step
    farthest = due + timedelta(days=FARTHEST)
    while due < farthest:
        due += step
        slot = _real(due, zone)
        if trigger.skip_holidays and is_holiday(slot.wall.date(), trigger.holidays):
            ends = midnight(next_day(slot.wall.date()), zone)
            due = ends - ((ends - _EPOCH) % step or step)  # the last one before the day ends
        elif is_between(slot.wall.time(), trigger.between):
            yield slot


def _by_calendar(trigger: Trigger, after: datetime, until: datetime | None, zone: ZoneInfo) -> Iterator[Slot]:
    """What days have. A slot is told once no earlier one can come, which a gap or a second hour could bring about."""
    floating = isinstance(trigger.rule, Cron) and trigger.rule.floating
    waiting: list[Slot] = []
    for walls, end in _chunks(trigger, _begin(after, zone)):
        for wall in walls:
            waiting += [_real(one, zone) for one in moments(wall, zone)] if floating else [_fixed(wall, zone)]
        if not waiting and until is None:
            continue
        ends = moment(end, zone)
        yield from sorted((one for one in waiting if one.due < ends), key=lambda one: (one.due, one.key))
        waiting = [one for one in waiting if one.due >= ends]
        if until is not None and ends > until:
            return


def _chunks(trigger: Trigger, begin: datetime) -> Iterator[tuple[list[datetime], datetime]]:
    """The times on the wall from there on, day by day, of a cron hour by hour; each with the wall at its end."""
    day = begin.date()
    for _number in range(FARTHEST):
        first, end = datetime.combine(day, time()), datetime.combine(next_day(day), time())
        times = _times(trigger, day)
        if not times or not isinstance(trigger.rule, Cron):
            yield [datetime.combine(day, at) for at in times], end
        else:
            for hour in range(24):
                end = first + timedelta(hours=hour + 1)
                if end > begin:
                    yield [datetime.combine(day, at) for at in times if at.hour == hour], end
        day = next_day(day)


def _begin(after: datetime, zone: ZoneInfo) -> datetime:
    """The wall from which on what is later may come: near a change of the clocks, what is moved stands before it."""
    day = timedelta(days=1)
    changing = (after - day).astimezone(zone).utcoffset() != (after + day).astimezone(zone).utcoffset()
    return wall_of(after, zone) - (day if changing else timedelta())


def _times(trigger: Trigger, day: date) -> list[time]:
    """The times of day at which it is due on a day."""
    match trigger.rule:
        case Weekly(days=days, at=at):
            times = [at] if day.isoweekday() in days else []
        case Monthly(day=number, at=at, working=working):
            times = [at] if day == day_of_month(day.year, day.month, number, working, trigger.holidays) else []
        case Cron() as cron:
            times = [time(hour, minute) for hour in cron.hours for minute in cron.minutes] if _fits(cron, day) else []
        case _:
            times = []
    if not times or (trigger.skip_holidays and is_holiday(day, trigger.holidays)):
        return []
    return times if trigger.between is None else [at for at in times if is_between(at, trigger.between)]


def _fits(cron: Cron, day: date) -> bool:
    if day.month not in cron.months:
        return False
    by_number, by_weekday = day.day in cron.days, day.isoweekday() in cron.weekdays
    return by_number or by_weekday if cron.either else by_number and by_weekday


def _fixed(wall: datetime, zone: ZoneInfo) -> Slot:
    """A time of day, known by what the clock on the wall is to show."""
    due = moment(wall, zone)
    return Slot(wall.isoformat(timespec="minutes"), due, wall_of(due, zone))


def _real(due: datetime, zone: ZoneInfo) -> Slot:
    """An instant, known by UTC."""
    return Slot(f"{due:%Y-%m-%dT%H:%MZ}", due, wall_of(due, zone))
