"""Every text that a person reads goes through `_`: English in the code, the reader's language on the screen."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

VARIABLE = "ROBO_LANGUAGE"
"""The variable that chooses the language of messages, whatever the workspace says."""

_FOLDER = Path(__file__).parents[1] / "locale"
_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def speak(language: str) -> None:
    """Choose the language of all messages from now on: "fr", "en", or a locale name such as "fr_FR.UTF-8"."""
    global _catalogue, _language
    _language = language[:2].lower()
    _catalogue = gettext.translation("robo", _FOLDER, [_language], fallback=True)


def spoken() -> str:
    """The language of messages, "fr" or "en"."""
    return _language


def language_of_the_system() -> str:
    """The language that the reader's session asks for, "en" when it asks for none."""
    for variable in (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"):
        asked = os.environ.get(variable, "")
        if asked and not asked.startswith(("C", "POSIX")):
            return asked[:2]
    return "en"


def _(text: str) -> str:
    """The text in the reader's language."""
    return _catalogue.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the text that fits the count."""
    return _catalogue.ngettext(one, many, count)
