"""What a change says of itself beyond its sentence and preview, as the store keeps it of a run and of a rehearsal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robo.kit.change import NOT_KNOWN_YET, Cell, Change, Document, Evidence


@dataclass(frozen=True)
class Rendered:
    """A document of a change, as it is remembered. file: where a dry run keeps it, from the run's folder."""

    name: str
    media_type: str
    sha256: str
    size: int
    file: str = ""

    @classmethod
    def of(cls, document: Document, file: str = "") -> Rendered:
        digest = hashlib.sha256(document.content).hexdigest()
        return cls(document.name, document.media_type, digest, len(document.content), file)


def facts_of(action: str, change: Change, documents: Sequence[Rendered] = ()) -> dict[str, Any]:
    """Plain values by name, without what is empty. documents: those that a dry run has kept."""
    rendered = documents or [Rendered.of(document) for document in change.documents]
    told = {
        "action": action,
        "gives": None if change.gives is NOT_KNOWN_YET else {"value": change.gives},
        "files": [[path, source] for path, source in change.files.items()],
        "cells": [[cell.place, cell.column, cell.before, cell.after] for cell in change.cells],
        "documents": [[one.name, one.media_type, one.sha256, one.size, one.file] for one in rendered],
        "remarks": list(change.remarks),
        "once": list(change.once),
    }
    return {name: value for name, value in told.items() if value}


def change_of(summary: str, same_as: Evidence, preview: Mapping[str, Any], facts: Mapping[str, Any]) -> Change:
    """The change as it was said, its documents apart."""
    return Change(
        summary,
        same_as,
        preview,
        gives=facts["gives"]["value"] if "gives" in facts else NOT_KNOWN_YET,
        files={Path(path): None if source is None else Path(source) for path, source in facts.get("files", ())},
        cells=tuple(Cell(*cell) for cell in facts.get("cells", ())),
        remarks=tuple(facts.get("remarks", ())),
        once=tuple(facts.get("once", ())),
    )


def rendered_of(facts: Mapping[str, Any]) -> tuple[Rendered, ...]:
    """The documents of a change."""
    return tuple(Rendered(*one) for one in facts.get("documents", ()))
