"""The pages that people read, taken apart: their code, their links, the tests that they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Page:
    """One page, by its path from the root."""

    name: str

    @property
    def file(self) -> Path:
        return ROOT / self.name

    @cached_property
    def text(self) -> str:
        return self.file.read_text("utf-8")

    def blocks(self, language: str) -> list[str]:
        """The blocks of code in that language, in order, without the indentation of a list around them."""
        found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", self.text, re.MULTILINE | re.DOTALL)
        return [dedent(block) for _indent, block in found]

    @property
    def prose(self) -> str:
        """The page without its blocks of code."""
        return re.sub(r"^ *```.*?^ *```$", "", self.text, flags=re.MULTILINE | re.DOTALL)

    def links(self) -> list[str]:
        """Where its links lead, but those to the web."""
        found = re.findall(r"\]\(([^)\s]+)\)", self.prose)
        return [link for link in found if not link.startswith(("http://", "https://"))]

    def anchors(self) -> set[str]:
        """The names of its headings, as links call them."""
        heads = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


README = Page("README.md")
PAGES = [README, *(Page(file.relative_to(ROOT).as_posix()) for file in sorted((ROOT / "docs").glob("*.md")))]
