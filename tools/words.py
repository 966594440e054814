"""The catalogue of French texts: what the code says is gathered, what is gone leaves, what is new waits for its words.

`make words` writes `robo.po`, the texts that people translate, and `robo.mo`, the same as the program reads it. It ends
with 1 and lists what has no French yet.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from tools.reference import about, robot_of

from robo.kit.action import Action
from robo.kit.help import written_help
from robo.kit.shelf import installed
from robo.kit.source import SourceType

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "robots" / "robo" / "locale" / "fr" / "LC_MESSAGES"
PO, MO = FOLDER / "robo.po", FOLDER / "robo.mo"
Id = str | tuple[str, ...]
_CALLS = {"_": None, "ngettext": (1, 2)}
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
"""A fixed date in the header: two people who gather the same texts write the same file."""


def gathered() -> dict[Id, set[str]]:
    """Every text that the program may say, with where it stands: in the code, in the help of actions, in click."""
    found: dict[Id, set[str]] = {}
    for text, place in (
        *_called(ROOT / "robots", "robots"),
        *_called(ROOT / "scheduler", "scheduler"),
        *_helped(),
        *_called(_click(), "click"),
    ):
        found.setdefault(text, set()).add(place)
    return found


def read() -> Catalog:
    """The catalogue as it is written."""
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


def merged(old: Catalog) -> Catalog:
    """The texts of today with the French that is known."""
    new = Catalog(
        locale="fr", project="Robo", version="1", fuzzy=False, creation_date=_SINCE, revision_date=_SINCE,
        msgid_bugs_address="none", last_translator="Robo", language_team="French",
    )  # fmt: skip
    new.header_comment = "# The texts of Robo in French. `make words` gathers them; a person gives them their words."
    french = {message.id: message.string for message in old if message.id}
    for text, places in sorted(gathered().items(), key=lambda pair: sorted(pair[1])):
        new.add(text, french.get(text, ""), locations=[(place, 0) for place in sorted(places)])
    return new


def untold(catalogue: Catalog) -> list[Message]:
    """The texts without French."""
    forms = ((message, message.string) for message in catalogue if message.id)
    return [m for m, said in forms if not (all(said) if isinstance(said, tuple | list) else said)]


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the program reads it."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def main() -> int:
    catalogue = merged(read())
    with PO.open("wb") as file:
        write_po(file, catalogue, width=0, include_lineno=False)
    MO.write_bytes(compiled(catalogue))
    missing = untold(catalogue)
    for message in missing:
        sys.stdout.write(f"without French: {message.id}\n")
    return 1 if missing else 0


def _called(folder: Path, name: str) -> Iterator[tuple[Id, str]]:
    found = extract_from_dir(folder, [("**.py", "python")], keywords=_CALLS, strip_comment_tags=True)
    for file, _line, text, _comments, _context in found:
        yield text, f"{name}/{Path(file).as_posix()}" if name != "click" else name


def _helped() -> Iterator[tuple[Id, str]]:
    shelf = installed()
    known: list[Action | SourceType] = [*shelf.actions.values(), *shelf.sources.values()]
    for called in known:
        for text in written_help(called).texts():
            yield text, f"help of {called.name}"
        yield about(robot_of(called)), "robots"


def _click() -> Path:
    spec = find_spec("click")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


if __name__ == "__main__":
    sys.exit(main())
