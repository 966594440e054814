"""`cron: 0 8 * * 1`: the five fields that every manual page of cron describes, with Monday as 1."""

from __future__ import annotations

import re
from calendar import monthrange

from robo.flow.trigger import Cron
from robo.flow.words import Unreadable
from robo.kit.data import dataclass
from robo.kit.messages import _

EXAMPLE = "30 7 * * mon-fri"


@dataclass(frozen=True)
class _Field:
    least: int
    most: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int | None:
        if text in self.names:
            return self.names.index(text) + self.least
        return int(text) if re.fullmatch(r"\d{1,2}", text, re.ASCII) and self.fits(int(text)) else None

    def fits(self, number: int) -> bool:
        return self.least <= number <= self.most


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIELDS = (
    _Field(0, 59), _Field(0, 23), _Field(1, 31), _Field(1, 12, _MONTHS),
    _Field(0, 7, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)  # fmt: skip


def cron_of(text: str) -> Cron:
    """The rule that a line of cron means. Raises Unreadable at the field that does not fit."""
    written = [(found[0].lower(), found.start()) for found in re.finditer(r"\S+", text)]
    if len(written) != len(_FIELDS):
        said = _("five fields are expected: minute, hour, day of the month, month, weekday")
        raise Unreadable(said, 0, max(1, len(text)), _("Write: {example}").format(example=EXAMPLE))
    minutes, hours, days, months, weekdays = (
        _values(part, offset, place) for place, (part, offset) in enumerate(written)
    )
    free = [part.startswith("*") for part, _offset in written]
    if free[4] and min(days) > max(monthrange(2000, month)[1] for month in months):
        raise Unreadable(_("there is no such day"), written[2][1], len(written[2][0]))
    iso = tuple(sorted({day or 7 for day in weekdays}))
    return Cron(minutes, hours, days, months, iso, not free[2] and not free[4], free[1])


def _values(text: str, offset: int, place: int) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        values = _part(part, _FIELDS[place])
        if not values:
            field = _FIELDS[place]
            said = _('"{text}" does not fit here: {field} goes from {least} to {most}').format(
                text=part, field=_called(place), least=field.least, most=field.most
            )
            raise Unreadable(said, offset, len(text), _mend(part, place))
        found |= set(values)
    return tuple(sorted(found))


def _part(text: str, field: _Field) -> range | None:
    """The values of `*`, `5`, `1-5`, `*/15` or `8-18/2`, None where it is none of them."""
    span, slash, step = text.partition("/")
    every = int(step) if re.fullmatch(r"[1-9]\d?", step, re.ASCII) else None
    if slash and every is None:
        return None
    first, dash, last = span.partition("-")
    if span == "*":
        return range(field.least, field.most + 1, every or 1)
    low, high = field.number(first), field.number(last if dash else first)
    if dash and last == "sun":
        high = 7
    if low is None or high is None or high < low or (slash and not dash):
        return None
    return range(low, high + 1, every or 1)


def _mend(part: str, place: int) -> str:
    start = part.partition("/")[0]
    if "/" in part and _FIELDS[place].number(start) is not None:
        return _("Write: {example}").format(example=part.replace("/", f"-{_FIELDS[place].most}/", 1))
    if any(sign in part for sign in "lw#?"):
        return _("Write `every: last day of month at 8:00` or the like: `every` has words for it")
    return ""


def _called(place: int) -> str:
    return (_("the minute"), _("the hour"), _("the day of the month"), _("the month"), _("the weekday"))[place]
