"""Every text that a person reads goes through `_`: English in the code, the reader's language on the screen."""

from __future__ import annotations

import errno
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


def labelled(label: str, value: str) -> str:
    """A value behind its label: "number: 4711", and as French sets it "number : 4711"."""
    return _("{label}: {value}").format(label=label, value=value)


def reason_of(error: OSError) -> str:
    """Why the system refused, in the reader's language as far as it is one of the usual reasons."""
    usual = {
        errno.ENOENT: _("it does not exist"),
        errno.EACCES: _("this account may not"),
        errno.EPERM: _("this account may not"),
        errno.ENOSPC: _("the disk is full"),
        errno.EDQUOT: _("the account's share of the disk is full"),
        errno.EROFS: _("the disk is read-only"),
        errno.EBUSY: _("it is in use"),
        errno.EISDIR: _("it is a folder"),
        errno.ENOTDIR: _("a part of the path is no folder"),
        errno.EEXIST: _("it exists already"),
        errno.ENAMETOOLONG: _("the name is too long"),
        errno.EIO: _("the disk does not answer properly"),
        errno.ECONNREFUSED: _("nobody answers there"),
        errno.ETIMEDOUT: _("no answer in time"),
        errno.EADDRINUSE: _("another program has this port"),
        errno.ENETUNREACH: _("the network is not reached"),
        errno.EHOSTUNREACH: _("the network is not reached"),
    }
    return usual.get(error.errno or 0) or error.strerror or str(error)
