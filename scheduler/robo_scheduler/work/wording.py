"""A trigger and its times in the words of people: "every weekday at 07:30", "Monday 30/11/2026 07:30"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from robo.flow.trigger import After, Arrival, Cron, Interval, Monthly, Once, Trigger, Weekly
from robo.kit.messages import _, ngettext, spoken
from robo.kit.text import written

_WEEK, _ALL = (1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7)


def in_words(trigger: Trigger, timezone: str) -> str:
    """When it is due, and under which conditions. timezone: the workspace's, which is not said."""
    said = [_when(trigger)]
    resting = trigger.skip_holidays and not _says_working_day(trigger)
    if resting:
        said.append(_("not on public holidays"))
    if trigger.between:
        first, last = (f"{at:%H:%M}" for at in trigger.between)
        said.append(_("between {first} and {last}").format(first=first, last=last))
    if trigger.timezone != timezone:
        said.append(_("on the clocks of {timezone}").format(timezone=trigger.timezone))
    if trigger.dry_run:
        said.append(_("only rehearsed"))
    return ", ".join(said)


def moment_in_words(wall: datetime) -> str:
    """A moment of a clock on the wall, with its day of the week."""
    return f"{_day(wall.isoweekday())} {written(wall, spoken())}"


def _says_working_day(trigger: Trigger) -> bool:
    return isinstance(trigger.rule, Weekly) and trigger.rule.days == _WEEK


def _when(trigger: Trigger) -> str:
    match trigger.rule:
        case Weekly(days=days, at=at):
            return _("{days} at {time}").format(days=_days(days, trigger.skip_holidays), time=f"{at:%H:%M}")
        case Monthly(day=day, at=at, working=working):
            return _("{days} at {time}").format(days=_of_month(day, working), time=f"{at:%H:%M}")
        case Interval(minutes=minutes) if minutes % 60 == 0:
            hours = minutes // 60
            return ngettext("every hour", "every {count} hours", hours).format(count=hours)
        case Interval(minutes=minutes):
            return ngettext("every minute", "every {count} minutes", minutes).format(count=minutes)
        case Cron():
            return _("by cron {line}").format(line=trigger.written)
        case Once(at=at):
            return _("once, {moment}").format(moment=moment_in_words(at))
        case Arrival(pattern=pattern):
            return _("when a file arrives: {pattern}").format(pattern=pattern)
        case After(flow=flow):
            return _("after {flow}").format(flow=flow)


def _days(days: Sequence[int], resting: bool) -> str:
    if tuple(days) == _ALL:
        return _("every day")
    if tuple(days) == _WEEK:
        return _("every working day") if resting else _("from Monday to Friday")
    names = [_day(day) for day in days]
    listed = ", ".join(names[:-1]) + _(" and ") + names[-1] if len(names) > 1 else names[0]
    return _("every {days}").format(days=listed)


def _of_month(day: int, working: bool) -> str:
    if day > 1 and not working:
        return _("on day {day} of the month").format(day=day)
    if working:
        return _("on the first working day of the month") if day > 0 else _("on the last working day of the month")
    return _("on the first day of the month") if day > 0 else _("on the last day of the month")


def _day(number: int) -> str:
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return names[number - 1]
