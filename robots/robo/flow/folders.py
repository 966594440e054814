"""What a flow may write to: paths under the folders that `robo.toml` declares, told at check and once more at the call.

A destination is a text with merge fields. What documents and rows fill into it are names, never ways: a merged value
is one name, except a leading one, which may be a whole folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robo.flow.draft import Draft
from robo.flow.formula import Formula, Template
from robo.flow.text import Path as Place
from robo.flow.values import text_of
from robo.flow.workspace import Workspace
from robo.kit.action import Action
from robo.kit.errors import FaultyFlow, Refused
from robo.kit.folders import Declared, declared, name_fault
from robo.kit.messages import _
from robo.kit.text import plain
from robo.kit.ways import way_fault
from robo.platforms.files import files


def settled_paths(
    called: Action,
    written: Mapping[str, Any],
    values: Mapping[str, Any],
    scope: Mapping[str, Any],
    language: str,
    workspace: Workspace,
) -> dict[str, Path]:
    """The paths of the parameters that must lie in declared folders, absolute.

    written: the arguments as the flow has them; values: the same, evaluated in the scope.
    Raises Refused for a value that is no name or leads elsewhere, FaultyFlow where no folder is declared.
    """
    found: dict[str, Path] = {}
    for name, mark in declared(called.hints).items():
        value = values.get(name)
        if value in (None, ""):
            continue
        if mark.new:
            text = _merged(written.get(name), value, scope, language)
            if text.endswith("/") and mark.name_of:
                text += Path(str(values.get(mark.name_of, ""))).name
        else:
            text = str(value)
        found[name] = _inside(workspace.resolve(text), workspace, text)
    return found


def _merged(written: Any, value: Any, scope: Mapping[str, Any], language: str) -> str:
    """The destination as text, each part of it judged."""
    if not isinstance(written, Template) or len(written.parts) == 1:
        text = plain(str(value))
        _refuse(way_fault(text))
        return text
    text = ""
    for place, (_offset, part) in enumerate(written.parts):
        if isinstance(part, str):
            text += part
            continue
        one = plain(text_of(part.evaluate(scope, language), part.source.strip(), language))
        follows = written.parts[place + 1][1] if place + 1 < len(written.parts) else ""
        leads = place == 0 and isinstance(follows, str) and follows.startswith("/")
        fault = way_fault(one) if leads else name_fault(one)
        if fault:
            raise Refused(_("{field}: {reason}").format(field=part.source.strip(), reason=fault))
        text += one
    _refuse(way_fault(text))
    return text


def _refuse(fault: str) -> None:
    if fault:
        raise Refused(fault)


def _inside(path: Path, workspace: Workspace, shown: str) -> Path:
    """The path, if it lies in a declared folder once all links are followed. Raises Refused and FaultyFlow."""
    if not workspace.folders:
        raise FaultyFlow(_undeclared(shown))
    real = path.parent.resolve() / path.name
    if not any(real.is_relative_to(root.resolve()) and real != root.resolve() for root in workspace.folders.values()):
        raise Refused(_elsewhere(shown, workspace))
    if not files.fits(real):
        raise Refused(_("{path} is too long a path for this system").format(path=real))
    return real


def _undeclared(shown: str) -> str:
    return _("{path} lies in no declared folder: robo.toml has no [folders]").format(path=shown)


def _elsewhere(shown: str, workspace: Workspace) -> str:
    return _("{path} is outside of the declared folders ({folders})").format(
        path=shown, folders=", ".join(workspace.folders)
    )


def check_paths(
    draft: Draft,
    called: Action,
    arguments: Mapping[str, Any],
    places: Mapping[str, Place],
    workspace: Workspace,
) -> None:
    """Note what is wrong with such paths as far as the file itself tells: a literal, or the folder before a field."""
    for name, mark in declared(called.hints).items():
        written = arguments.get(name)
        text, whole = _literal(written)
        if written is None or (text is None and workspace.folders):
            continue
        fault, mend = _fault(text or "", whole, mark, workspace)
        if fault:
            draft.fault(places[name], fault, mend)


def _literal(written: Any) -> tuple[str | None, bool]:
    """The text that begins the path for certain, and whether it is all of it; None where nothing is certain."""
    match written:
        case str():
            return written, True
        case Template(parts=((_, str(first)), *_rest)):
            return first, written.is_constant
        case Template() | Formula():
            return None, False
    return None, False


def _fault(text: str, whole: bool, mark: Declared, workspace: Workspace) -> tuple[str, str]:
    if not workspace.folders:
        return _undeclared(text or _("this path")), _('Declare it in robo.toml:  [folders]  classement = "classement"')
    way = text if whole else text.rpartition("/")[0]
    if not way:
        return "", ""
    if mark.new and (fault := way_fault(way)):
        return fault, ""
    path = workspace.resolve(way)
    folder = (path if not whole or text.endswith("/") else path.parent).resolve()
    roots = [root.resolve() for root in workspace.folders.values()]
    if any(folder.is_relative_to(root) or (not whole and root.is_relative_to(folder)) for root in roots):
        return "", ""
    if path.resolve() in roots:
        return _("{path} is a folder").format(path=text), _("Write: {example}").format(example=f"{text}/")
    return _elsewhere(text, workspace), _("Declare its folder in robo.toml under [folders], or correct the path")


def check_pattern(draft: Draft, pattern: str, path: Place, workspace: Workspace) -> None:
    """Note what is wrong with the pattern of files that are waited for: `arrivee/*.pdf`."""
    parts = pattern.split("/")
    first = next((place for place, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts) - 1)
    way = "/".join(parts[:first])
    if "{{" in pattern or pattern.startswith("="):
        draft.fault(path, _("the files that are waited for are named here, without a formula"))
    elif not parts[-1]:
        draft.fault(path, _("{path} is a folder").format(path=pattern), _write(f"{pattern}*"))
    elif ".." in parts:
        draft.fault(path, _("{way} leads out of its folder").format(way=pattern))
    elif not workspace.folders:
        draft.fault(path, _undeclared(pattern), _('Declare it in robo.toml:  [folders]  arrivee = "arrivee"'))
    elif not way or not _is_below(workspace.resolve(way), workspace):
        draft.fault(
            path,
            _elsewhere(pattern, workspace),
            _("Declare its folder in robo.toml under [folders], or correct the path"),
        )


def _is_below(folder: Path, workspace: Workspace) -> bool:
    real = folder.resolve()
    return any(real.is_relative_to(root.resolve()) for root in workspace.folders.values())


def _write(example: str) -> str:
    return _("Write: {example}").format(example=example)
