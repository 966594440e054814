"""How values become text and names: in form fields, keys, merge text and column names."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from robo.kit.messages import _


def plain(text: str) -> str:
    """Composed (NFC), no-break spaces as spaces, trimmed: how texts are compared and keys are made."""
    return unicodedata.normalize("NFC", text).translate(_BLANKS).strip()


_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2009\ufeff"), " ") | {0x200B: None, 0x00AD: None}


def slug(text: str) -> str:
    """The name of a column in formulas: accents off, lower case, each run of other characters becomes `_`."""
    bare = unicodedata.normalize(
        "NFKD", text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    )
    return re.sub(r"[^a-z0-9]+", "_", bare.encode("ascii", "ignore").decode().lower()).strip("_")


def written(value: Any, language: str = "fr") -> str:
    """A value as a person of that language writes it: 1250,50 · 02/01/2024 · oui. An empty value is the empty text."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return (_FRENCH if language == "fr" else _ENGLISH)[value]
        case Decimal():
            return decimal_text(value).replace(".", "," if language == "fr" else ".")
        case float():
            return decimal_text(Decimal(repr(value))).replace(".", "," if language == "fr" else ".")
        case datetime():
            return f"{value:%d/%m/%Y %H:%M}" if language == "fr" else f"{value:%Y-%m-%d %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}" if language == "fr" else f"{value:%Y-%m-%d}"
        case time():
            return f"{value:%H:%M}"
        case list() | tuple():
            return ", ".join(written(one, language) for one in value)
        case _:
            return str(value)


_FRENCH = {True: "oui", False: "non"}
_ENGLISH = {True: "yes", False: "no"}


def decimal_text(value: Decimal) -> str:
    """All the digits, never an exponent, a point between units and decimals."""
    return format(value, "f")


def key_text(value: Any) -> str:
    """One part of an item's key, the same for the same thing whatever read it: the law of keys, language version 1.

    Empty values give the empty text. Raises ValueError for what cannot identify anything (a list, a map).
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return plain(value)
        case int():
            return str(value)
        case float() | Decimal():
            number = Decimal(repr(value)) if isinstance(value, float) else value
            if not number.is_finite():
                raise ValueError(_("a key cannot be made of {value}").format(value=value))
            return decimal_text(number.normalize() if number else Decimal(0))
        case datetime():
            return value.date().isoformat() if value.time() == time() and value.tzinfo is None else value.isoformat()
        case date() | time():
            return value.isoformat()
        case list() | tuple() | dict() | set():
            raise ValueError(_("a key cannot be made of a list"))
        case _:
            return plain(str(value))


def join_key(parts: list[Any]) -> str:
    """The key of several parts: each escaped, then joined, so that no two lists give the same text."""
    if len(parts) == 1:
        return key_text(parts[0])
    texts = [key_text(part) for part in parts]
    if not all(texts):
        return ""
    return "|".join(text.replace("\\", "\\\\").replace("|", "\\|") for text in texts)


def number_in(text: str) -> Decimal | None:
    """The number that a text writes, "1 234,50", "1234.5", "12 €"; None where it is none.

    Raises ValueError for "1.234,5" and "1,234.5", which can be read in two ways.
    """
    bare = plain(text).removesuffix("€").strip()
    if "," in bare and "." in bare and re.fullmatch(r"[+-]?[\d ,.]+", bare, re.ASCII):
        raise ValueError(
            _('"{value}" can be read in two ways: write either a comma or a point, before the decimals').format(
                value=text
            )
        )
    if not re.fullmatch(r"[+-]?\d{1,3}(?: \d{3})*(?:[.,]\d+)?|[+-]?\d+(?:[.,]\d+)?", bare, re.ASCII):
        return None
    return Decimal(bare.replace(" ", "").replace(",", "."))


def day_in(text: str) -> date | None:
    """The day that a text writes, "31/12/2026" or "2026-12-31"; None where it is none."""
    bare = plain(text)
    french = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", bare, re.ASCII)
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", bare, re.ASCII)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        pass
    return None


def yes_no_in(text: str) -> bool | None:
    """yes, oui and true, or no, non and false, in any case; None for anything else."""
    return {"yes": True, "oui": True, "true": True, "no": False, "non": False, "false": False}.get(plain(text).lower())
