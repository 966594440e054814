"""Values that print as bullets and never reach a journal, a log, a mail or a file."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

BULLETS = "••••"


class Secret:
    """A password or token. Its text forms are bullets; `reveal` is for the field or connection that needs it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return BULLETS

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return BULLETS

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class Mask:
    """Replaces known secrets in texts that leave for a log, a journal or a file, URL-encoded forms included."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._words: list[str] = []
        for secret in secrets:
            self.hide(secret)

    def hide(self, secret: Secret) -> None:
        """Hide this secret from now on."""
        value = secret.reveal()
        if value:
            words = {*self._words, value, quote(value), quote_plus(value)}
            self._words = sorted(words, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without any known secret."""
        for word in self._words:
            text = text.replace(word, BULLETS)
        return text
