"""`every: weekday at 07:30`: the words in which times come again, read into the rule that they mean."""

from __future__ import annotations

import re
from datetime import time

from robo.flow.clock import time_in
from robo.flow.problems import did_you_mean
from robo.flow.trigger import Interval, Monthly, Weekly
from robo.flow.words import Unreadable
from robo.kit.messages import _

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SETS = {"day": (1, 2, 3, 4, 5, 6, 7), "weekday": (1, 2, 3, 4, 5), **{day: (at,) for at, day in enumerate(DAYS, 1)}}
_UNITS = {"minute": 1, "minutes": 1, "min": 1, "hour": 60, "hours": 60, "h": 60}
_ENDS = {"first": 1, "last": -1}
_FRENCH = {
    "jour": "day", "jours": "day", "lundi": "monday", "mardi": "tuesday", "mercredi": "wednesday", "jeudi": "thursday",
    "vendredi": "friday", "samedi": "saturday", "dimanche": "sunday", "heure": "hour", "heures": "hours", "à": "at",
    "ouvré": "weekday", "et": "and", "premier": "first", "dernier": "last", "mois": "month", "week-day": "weekday",
    "daily": "day", "hourly": "hour",
}  # fmt: skip
_KNOWN = (*_SETS, *_UNITS, *_ENDS, "working", "month", "and", "at", "of")
EXAMPLES = "weekday at 07:30 · monday and thursday at 6:00 · 15 minutes · first working day of month at 08:00"
LAST_DAY_OF_EACH = 28
"""The last day that every month has."""


def rule_of(text: str) -> Weekly | Monthly | Interval:
    """The rule that a phrase means. Raises Unreadable at the word that does not fit."""
    return _Phrase(text).read()


class _Phrase:
    def __init__(self, text: str) -> None:
        self.text = text
        self.words = [(found[0].lower(), found.start()) for found in re.finditer(r"[^\s,]+", text)]
        self.at = 0

    def read(self) -> Weekly | Monthly | Interval:
        if self._is_interval():
            return self._interval()
        for word, offset in self.words:
            if word not in _KNOWN and not word[0].isdigit():
                raise Unreadable(
                    _('"{word}" is no word of `every`').format(word=word), offset, len(word), _mend_of(word)
                )
        if any(word in ("month", "of", "working", *_ENDS) for word, _offset in self.words):
            return self._monthly()
        return self._weekly()

    def _take(self, *known: str) -> str | None:
        """The next word, if it is one of these."""
        word = self.words[self.at][0] if self.at < len(self.words) else ""
        if word not in known:
            return None
        self.at += 1
        return word

    def _wrong(self, message: str, mend: str = "") -> Unreadable:
        """At the next word, or at the last one where nothing follows."""
        word, offset = self.words[min(self.at, len(self.words) - 1)] if self.words else (self.text, 0)
        return Unreadable(message, offset, max(1, len(word)), mend or _one_of())

    def _is_interval(self) -> bool:
        words = [word for word, _offset in self.words]
        return bool(words) and (words[0] in _UNITS or (words[0].isdigit() and (words[1:2] or [""])[0] != "of"))

    def _interval(self) -> Interval:
        first, offset = self.words[0]
        number = 1
        if first.isdigit():
            number, self.at = int(first), 1
        unit = self._take(*_UNITS)
        if unit is None or self.at < len(self.words):
            raise self._wrong(_("after a number come minutes or hours"), _write("15 minutes"))
        minutes = number * _UNITS[unit]
        if not 0 < minutes <= 24 * 60:
            said = _("from one minute to 24 hours may lie between two times")
            raise Unreadable(said, offset, len(first), _write("day at 6:00"))
        return Interval(minutes)

    def _weekly(self) -> Weekly:
        days: set[int] = set()
        while word := self._take(*_SETS):
            days |= set(_SETS[word])
            if not self._take("and"):
                continue
            if self.at == len(self.words) or self.words[self.at][0] not in _SETS:
                raise self._wrong(_("a day is expected after `and`"))
        if not days:
            raise self._wrong(_("this says no time"))
        return Weekly(tuple(sorted(days)), self._time())

    def _monthly(self) -> Monthly:
        day, working = self._day_of_month()
        for word in ("of", "month"):
            if not self._take(word):
                raise self._wrong(_("`of month` is expected here"), _write("day 15 of month at 8:00"))
        return Monthly(day, self._time(), working)

    def _day_of_month(self) -> tuple[int, bool]:
        end = self._take(*_ENDS)
        if end:
            working = self._take("working") is not None
            if working and self._take("day"):
                return _ENDS[end], True
            if not working and (word := self._take("day", "weekday")):
                return _ENDS[end], word == "weekday"
            raise self._wrong(_("`day` or `working day` is expected here"))
        if not self._take("day") or self.at == len(self.words) or not self.words[self.at][0].isdigit():
            raise self._wrong(_("the day of the month is expected here"), _write("day 15 of month at 8:00"))
        day = int(self.words[self.at][0])
        if not 1 <= day <= LAST_DAY_OF_EACH:
            said = (
                _("not every month has a day {day}") if LAST_DAY_OF_EACH < day <= 31 else _("no month has a day {day}")
            )
            raise self._wrong(said.format(day=day), _write("last day of month at 8:00"))
        self.at += 1
        return day, False

    def _time(self) -> time:
        if not self._take("at"):
            raise self._wrong(_("a time of day is missing"), _write(f"{self.text.strip()} at 7:30"))
        found = time_in(self.words[self.at][0]) if self.at < len(self.words) else None
        if found is None:
            raise self._wrong(_("a time of day is expected after `at`"), _write("7:30"))
        self.at += 1
        if self.at < len(self.words):
            said = _("nothing more is expected here")
            raise self._wrong(said, _("Write one entry for each time of day: - every: ..."))
        return found


def _write(example: str) -> str:
    return _("Write: {example}").format(example=example)


def _one_of() -> str:
    return _("Write for example: {examples}").format(examples=EXAMPLES)


def _mend_of(word: str) -> str:
    ours = _FRENCH.get(word)
    return (_("Here it is called `{name}`").format(name=ours) if ours else did_you_mean(word, _KNOWN)) or _one_of()
