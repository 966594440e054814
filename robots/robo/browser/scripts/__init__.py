"""What runs in the page. Each script is one JavaScript function of one argument, after the library it needs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def _source(name: str) -> str:
    return (_FOLDER / f"{name}.js").read_text(encoding="utf-8")


@cache
def script(name: str) -> str:
    """The function `name.js` with the library, for `evaluate`."""
    library = "\n".join(_source(part) for part in ("text", "find", "proofs"))
    return f"argument => {{\n{library}\nreturn (\n{_body(name)}\n)(argument);\n}}"


@cache
def engine() -> str:
    """The selector engine, for `selectors.register`."""
    return f"(() => {{\n{_source('text')}\n{_source('find')}\n{_source('engine')}\nreturn engine;\n}})()"


def _body(name: str) -> str:
    lines = _source(name).splitlines()
    return "\n".join(line for line in lines if not line.startswith("//")).strip().rstrip(";")
