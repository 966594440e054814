"""Words about time that flows and `robo.toml` share: times of day, time zones, whose public holidays count."""

from __future__ import annotations

import re
from datetime import time

from robo.flow.problems import did_you_mean
from robo.kit.messages import _

HOLIDAYS = (
    "metropole", "alsace-moselle", "guadeloupe", "martinique", "guyane", "reunion", "mayotte", "saint-martin",
    "saint-barthelemy", "saint-pierre-et-miquelon", "nouvelle-caledonie", "polynesie", "wallis-et-futuna", "none",
)  # fmt: skip
"""Whose public holidays there are; `none`: no day is one."""
TIME = r"(\d{1,2})(?::(\d\d)|h(\d\d)?)"
"""A time of day as people write it, as a pattern that editors know too."""
_PLACES = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def time_in(text: str) -> time | None:
    """The time of day that a text writes, "7:30", "07:30", "7h30" or "7h"; None where it is none."""
    found = re.fullmatch(TIME, text.strip(), re.ASCII)
    hour, minute = (int(found[1]), int(found[2] or found[3] or 0)) if found else (24, 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def zone_fault(name: str) -> tuple[str, str] | None:
    """What is wrong with the name of a time zone, and its mend; None where it is one."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = sorted(one for one in available_timezones() if one.startswith(_PLACES))
        cities = {one.rpartition("/")[2].lower(): one for one in reversed(known)}
        mend = _("Write: {example}").format(example=cities[name.lower()]) if name.lower() in cities else ""
        fault = _('"{name}" is no time zone').format(name=name)
        return fault, mend or did_you_mean(name, known, 1) or _("Write: {example}").format(example="Europe/Paris")
    return None
