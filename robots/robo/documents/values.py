"""Dates, amounts and numbers of firms and accounts as documents write them. What is no such thing is not found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple


class Found(NamedTuple):
    """A value and where it stands."""

    value: Any
    start: int


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv january jan januar januari", "fevrier fevr fev february feb februar februari",
            "mars march mar marz maart mrt", "avril avr april apr", "mai may mei", "juin june jun juni",
            "juillet juil july jul juli", "aout august aug augustus", "septembre sept september sep",
            "octobre oct october oktober okt", "novembre nov november", "decembre dec december dezember dez",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
"""French, and the neighbours' whose invoices come in; without accents."""

_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})\s?([/.-])\s?(\d{1,2})\s?\2\s?(\d{4})(?![\d/-])")
_ISO = re.compile(r"(?<![\d/.-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})(?:er|st|nd|rd|th)?\.?[ \n-]+([^\W\d_]{3,9})\.?,?[ \n-]+(\d{4})(?!\d)")
_MONTH_FIRST = re.compile(r"(?<!\w)([^\W\d_]{3,9})\.?[ \n]+(\d{1,2})(?:st|nd|rd|th)?\s*,[ \n]*(\d{4})(?!\d)")


def dates(text: str) -> Iterator[Found]:
    """03/08/2025, 3-8-2025, 2025-08-03, 3 août 2025, 1er mars 2026, August 3, 2025: day before month in numbers."""
    found: list[Found] = []
    for match in _NUMERIC.finditer(text):
        found += _date(match, match[4], match[3], match[1])
    for match in _ISO.finditer(text):
        found += _date(match, match[1], match[2], match[3])
    for match in _DAY_FIRST.finditer(text):
        found += _date(match, match[3], _month(match[2]), match[1])
    for match in _MONTH_FIRST.finditer(text):
        found += _date(match, match[3], _month(match[1]), match[2])
    yield from sorted(found, key=lambda one: one.start)


def _month(name: str) -> int:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _MONTHS.get(bare, 0)


def _date(match: re.Match[str], year: str, month: str | int, day: str) -> list[Found]:
    try:
        return [Found(date(int(year), int(month), int(day)), match.start())]
    except ValueError:
        return []


_SIGN = r"(?P<sign>[-−]\s?)?"
_MONEY = r"(?:€|\$|£|EUR|USD|GBP|CHF|Rs\.?)"
# Thousands apart by blanks or points with a decimal comma, by commas with a decimal point, or not apart.
_WITH_CENTS = r"(?:\d{1,3}(?:[ .]\d{3})+,\d{2}|\d{1,3}(?:,\d{3})+\.\d{2}|\d+[.,]\d{2})"
_ROUND = r"(?:\d{1,3}(?: \d{3})+|\d+)"
_AMOUNT = re.compile(
    rf"(?<![\w.,]){_SIGN}(?:{_MONEY}\s?)?(?P<inner>[-−]\s?)?(?P<cents>{_WITH_CENTS})(?![\w.,]*\d)(?!\s?%)"
    rf"|(?<![\w.,/-]){_SIGN.replace('sign', 'sign2')}(?P<round>{_ROUND})\s?{_MONEY}(?!\w)"
    rf"|(?<![\w.,]){_SIGN.replace('sign', 'sign3')}{_MONEY}\s?(?P<round2>{_ROUND})(?![\w.,]*\d)"
)


def amounts(text: str) -> Iterator[Found]:
    """1 234,56 · 1.234,56 · 1,234.56 · 56,02 €; without decimals only beside the name of a currency. Decimals."""
    for match in _AMOUNT.finditer(text):
        digits = match["cents"] or match["round"] or match["round2"]
        if match["cents"]:
            number = Decimal(re.sub(r"[ .,]", "", digits[:-3]) + "." + digits[-2:])
        else:
            number = Decimal(digits.replace(" ", ""))
        minus = match["sign"] or match["inner"] or match["sign2"] or match["sign3"]
        yield Found(-number if minus else number, match.start())


_SIRET = re.compile(r"(?<!\d)\d{3}[ .]?\d{3}[ .]?\d{3}[ .]?\d{5}(?!\d)")
_POST = "356000000"


def sirets(text: str) -> Iterator[Found]:
    """Fourteen digits whose check digit is right."""
    for match in _SIRET.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        doubled = (int(sign) * (2 - place % 2) for place, sign in enumerate(digits))
        is_right = sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0
        if is_right or (digits.startswith(_POST) and sum(map(int, digits)) % 5 == 0):
            yield Found(digits, match.start())


_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip


def ibans(text: str) -> Iterator[Found]:
    """Accounts of European countries whose check digits are right, without their blanks."""
    for match in _IBAN.finditer(text):
        length = _LENGTHS.get(match[0][:2], 99)
        account = match[0].replace(" ", "")[:length]
        digits = "".join(str(int(sign, 36)) for sign in account[4:] + account[:4])
        if len(account) == length and int(digits) % 97 == 1:
            yield Found(account, match.start())


READERS: Mapping[str, Callable[[str], Iterator[Found]]] = {
    "date": dates, "amount": amounts, "siret": sirets, "iban": ibans,
}  # fmt: skip
"""What finds values of a kind, by the word that a flow writes."""
