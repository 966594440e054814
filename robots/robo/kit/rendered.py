"""A template of the workspace with its merge fields filled: what a parameter of this type receives."""

from __future__ import annotations

from pathlib import PurePosixPath

from robo.kit.data import dataclass

KINDS = (".md", ".html", ".txt")
"""The kinds of templates: Markdown, HTML, plain text."""


@dataclass(frozen=True)
class Rendered:
    """name: of the template, "convocation.md"; text: in the format that the name ends with.

    What was filled in is data: in Markdown and HTML it is escaped, whatever it looks like.
    """

    name: str
    text: str

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        return PurePosixPath(self.name).suffix

    def __str__(self) -> str:
        return self.name
