"""The text of a PDF, page by page, in the order in which the document draws it."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from robo.kit.errors import Failed, Refused
from robo.kit.messages import _, reason_of

_PASSWORD = 4
_UNPROVEN_SECURITY = 5
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2009\ufeff\t"), " ")


def text_of(path: Path, name: str) -> list[str]:
    """The text of each page: composed, plain blanks, lines trimmed. name: as messages call it.

    Refused for a document with a password, without text, damaged or of another kind; Failed where it cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Failed(_("{name} cannot be read: {reason}").format(name=name, reason=reason_of(error))) from error
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (_PASSWORD, _UNPROVEN_SECURITY):
            raise Refused(_("{name} is protected by a password").format(name=name)) from error
        raise Refused(_("{name} is no PDF, or is damaged").format(name=name)) from error
    try:
        pages = [_page(document, number) for number in range(len(document))]
    except pypdfium2.PdfiumError as error:
        raise Refused(_("{name} is damaged: not all of its pages can be read").format(name=name)) from error
    finally:
        document.close()
    if not any(sign.isalnum() for page in pages for sign in page):
        raise Refused(_("{name} holds no text: it is a scan or a picture").format(name=name))
    return pages


def _page(document: pypdfium2.PdfDocument, number: int) -> str:
    page = document[number]
    drawn = page.get_textpage()
    text = drawn.get_text_range()
    drawn.close()
    page.close()
    # A word that was cut at the end of a line is one word.
    text = re.sub(r"[\ufffe\u00ad]\r?\n?", "", text).translate(_BLANKS).replace("\x00", "")
    return "\n".join(line.strip() for line in unicodedata.normalize("NFC", text).splitlines())
