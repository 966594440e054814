"""From a report to one HTML file that needs nothing else: style, script and pictures are in it."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from robo.kit.secrets import Mask
from robo.platforms.files import files as disk
from robo.report.labels import labels
from robo.report.view import Report


def write(report: Report, file: Path, mask: Mask | None = None) -> Path:
    """Write the page, all at once: after a stop at any instant the file is the old one or the new one."""
    text = html(report, mask)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem}-", suffix=".tmp")
    try:
        with open(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        Path(name).chmod(0o644)
        disk.replace(Path(name), file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return file


def html(report: Report, mask: Mask | None = None) -> str:
    """The page. mask: hides secrets in everything that was not written by us."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def ours(text: str) -> str:
        return Markup(text)  # noqa: S704 - style, script and encoded pictures, which hold nothing that came from outside

    environment = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_hiding(mask, Markup),
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def prose(text: str) -> str:
        """With what stands in backticks set as what it is: a word to be typed."""
        hidden = mask(text) if mask else text
        return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(Markup.escape(hidden))))  # noqa: S704 - escaped

    environment.filters["prose"] = prose
    style, script = _asset("report.css"), _asset("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("report.html").render(
        report=report, t=labels(), style=ours(style), script=ours(script), digest=ours(digest), ours=ours
    )


def _hiding(mask: Mask | None, as_is: type) -> Callable[[Any], Any]:
    def shown(value: Any) -> Any:
        if value is None:
            return ""
        return mask(value) if mask and isinstance(value, str) and not isinstance(value, as_is) else value

    return shown


def _asset(name: str) -> str:
    return files("robo.report").joinpath("page", name).read_text("utf-8")
