"""The step that reads a document. What it needs to open one loads when it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from robo.documents.finding import Finding, find_in
from robo.kit.action import action
from robo.kit.errors import Refused
from robo.kit.hints import Written
from robo.kit.messages import _
from robo.kit.outlook import outlook

Find = Annotated[Finding, Written(str, Finding.parse)]
"""`/pattern/`, `"label:"`, or one of `date amount siret iban`; a kind may follow a pattern or a label."""


@action(binds="find")
def read_document(file: Path, find: dict[str, Find] | None = None) -> dict[str, Any]:
    """Read a PDF and find values in its text; each becomes a name for the steps that follow.

    file: the document
    find: name to what is looked for: a /pattern/ (its group, if it has one), a "label:" (what follows it), or a date,
        amount, siret or iban; "label: date" and "/pattern/ amount" read what follows as such

    Saved as a whole, it is `text`, `pages` (their number) and what was found. What is not there, or stands there with
    several values, refuses the item, as does a document without text (a scan), with a password, or damaged.

    - read_document: {file: =file.path, find: {numero: '/Facture n° (.+)/', total: "Total TTC: amount"}}
    """
    from robo.documents.pdf import text_of

    if file.suffix.lower() != ".pdf":
        raise Refused(_("{name}: only PDF documents can be read").format(name=file.name))
    pages = text_of(outlook().content(file), file.name)
    text = "\n".join(pages)
    found = {name: find_in(text, finding, file.name) for name, finding in (find or {}).items()}
    return {"text": text, "pages": len(pages), **found}
