"""Addresses as people write them, made sure of before anything leaves."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from robo.kit.data import dataclass
from robo.kit.errors import Refused
from robo.kit.messages import _
from robo.kit.text import plain

_SEPARATOR = re.compile(r'[,;](?=(?:[^"]*"[^"]*")*[^"]*$)')
"""A comma or semicolon outside of quotes."""
_WITH_NAME = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^<>"]*?))\s*<(?P<address>[^<>]*)>\s*')
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
LONGEST_ADDRESS, LONGEST_LOCAL = 254, 64


@dataclass(frozen=True)
class Person:
    """One recipient or sender. address: in ASCII, as every server takes it."""

    name: str
    address: str

    @property
    def local(self) -> str:
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


def people(written: Any, what: str) -> tuple[Person, ...]:
    """Those of a list, or of a text with commas or semicolons between: "Anne Roux <a.roux@example.fr>", each once.

    what: the name of the parameter, for messages. Raises Refused for anything that is no address.
    """
    listed = written if isinstance(written, list | tuple) else [written]
    found: dict[str, Person] = {}
    for one in listed:
        for text in _SEPARATOR.split(one) if isinstance(one, str) else [one]:
            if text is None or (isinstance(text, str) and not text.strip()):
                if isinstance(written, list | tuple):
                    raise Refused(_("{what}: one of the addresses is empty").format(what=what))
                continue
            made = person(str(text), what)
            found.setdefault(made.address.lower(), made)
    return tuple(found.values())


def person(text: str, what: str) -> Person:
    """One address, with or without a name. Raises Refused."""
    refuse_control(text.strip(), what)
    named = _WITH_NAME.fullmatch(text)
    name = plain((named["quoted"] if named["quoted"] is not None else named["bare"]) or "") if named else ""
    address = plain(named["address"] if named else text)
    local, at, domain = address.rpartition("@")
    ascii_domain = _ascii(domain)
    if not at or not _LOCAL.fullmatch(local) or ascii_domain is None or len(local.encode()) > LONGEST_LOCAL:
        raise Refused(_('{what}: "{text}" is no mail address').format(what=what, text=plain(text)))
    whole = f"{local}@{ascii_domain}"
    if len(whole.encode()) > LONGEST_ADDRESS:
        raise Refused(_('{what}: "{text}" is no mail address').format(what=what, text=plain(text)))
    return Person(name, whole)


def refuse_control(text: str, what: str) -> None:
    """A line break in a field of a header could begin another header. Raises Refused."""
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in text):
        raise Refused(_("{what} holds a line break or another control character").format(what=what))


def _ascii(domain: str) -> str | None:
    """The domain as servers know it; None where it is none."""
    try:
        known = domain.encode("idna").decode("ascii").lower() if not domain.isascii() else domain.lower()
    except UnicodeError:
        return None
    labels = known.split(".")
    if len(labels) < 2 and known != "localhost":
        return None
    return known if all(_LABEL.fullmatch(label) for label in labels) else None
