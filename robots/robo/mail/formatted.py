"""From a filled-in template to what a mail shows: formatted, and the same in plain text."""

from __future__ import annotations

import functools
import re
from html.parser import HTMLParser
from typing import Any

from robo.kit.rendered import Rendered

_PAGE = """\
<!DOCTYPE html>
<html><head><meta charset="utf-8"></head>
<body style="font-family: Arial, Helvetica, sans-serif; font-size: 15px; line-height: 1.45">
{body}</body></html>
"""
_BLOCKS = frozenset({"p", "div", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr"})
_LINES = frozenset({"tr", "li", "br"})
_UNSEEN = frozenset({"head", "style", "script", "title"})


def formatted(rendered: Rendered) -> tuple[str, str]:
    """(plain text, HTML) of a template; HTML is empty where the template is plain text."""
    if rendered.kind == ".txt":
        return rendered.text, ""
    if rendered.kind == ".md":
        body = _markdown().render(rendered.text)
        return plain_text(body), _PAGE.format(body=body)
    return plain_text(rendered.text), rendered.text


@functools.cache
def _markdown() -> Any:
    """Markdown in which a new line is one, HTML is text, and blanks before a line mean nothing."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("code")


def plain_text(source: str) -> str:
    """What the HTML says, as a person would type it: "- " before the entries of lists, addresses behind their words."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    lines = [line.strip(" \t") for line in "".join(reader.found).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.unseen = 0
        self.counts: list[int | None] = []
        self.addresses: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self.unseen += 1
        elif tag in ("ul", "ol"):
            self.found.append("\n" if self.counts else "\n\n")
            self.counts.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.found.append(f"\n{self._bullet()} ")
        elif tag in _BLOCKS and not self._begins_entry():
            self.found.append("\n\n")
        elif tag in _LINES:
            self.found.append("\n")
        elif tag in ("td", "th"):
            if self.found and self.found[-1] == " ":
                self.found.pop()
            self.found.append("  " if self.found and not self.found[-1].endswith("\n") else "")
        elif tag == "a":
            self.addresses.append((dict(attrs).get("href") or "", len(self.found)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in ("ul", "ol"):
            self.counts = self.counts[:-1]
            self.found.append("" if self.counts else "\n\n")
        elif tag in _BLOCKS and not self.counts:
            self.found.append("\n\n")
        elif tag == "a" and self.addresses:
            address, since = self.addresses.pop()
            words = "".join(self.found[since:]).strip()
            if address and address.removeprefix("mailto:") != words:
                self.found.append(f" <{address}>")

    def handle_data(self, data: str) -> None:
        if self.unseen:
            return
        text = re.sub(r"[ \t\r\n]+", " ", data)
        if text != " " or (self.found and not self.found[-1].endswith((" ", "\n"))):
            self.found.append(text)

    def _bullet(self) -> str:
        if self.counts and self.counts[-1] is not None:
            self.counts[-1] += 1
            return f"{self.counts[-1]}."
        return "-"

    def _begins_entry(self) -> bool:
        """Whether nothing stands behind the sign of an entry yet: a paragraph there begins no new line."""
        return bool(self.found) and bool(re.fullmatch(r"\n(?:-|\d+\.) ", self.found[-1]))
