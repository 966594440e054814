"""The templates that a flow names: found, read, and checked against what is known where the flow names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from robo.flow.draft import Draft, amiss
from robo.flow.formula import Expression
from robo.flow.names import RESERVED, Group, Names
from robo.flow.problems import FaultyFile, Problem, did_you_mean
from robo.flow.template_file import LOOP, Choice, Each, Field, Nodes, Put, TemplateFile
from robo.flow.text import LARGEST
from robo.flow.text import Path as Place
from robo.flow.words import Unreadable
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _
from robo.kit.rendered import KINDS

_TOLD = Group({"index": int, "first": bool, "last": bool, "length": int})


class Templates:
    """Reads templates by name. stored: their texts as they were kept with a run; None reads them as they stand."""

    def __init__(self, folder: Path, stored: Mapping[str, str] | None = None) -> None:
        self._folder, self._stored = folder, stored
        self.texts: dict[str, str] = {}
        """By name, "convocation.md"."""
        self._way: list[str] = []

    @property
    def sources(self) -> dict[str, str]:
        """The texts by the file that messages name."""
        return {f"templates/{name}": text for name, text in self.texts.items()}

    def named(self, draft: Draft, written: Any, place: Place, names: Names) -> Expression | None:
        """The template that a flow names at that place; None with a fault where it is none. Notes its own faults."""
        if not isinstance(written, str) or written.startswith("=") or "{{" in written:
            draft.fault(
                place,
                _("the template is named here, as it is called under templates/"),
                _("Write: {example}").format(example="convocation.md"),
            )
            return None
        try:
            made = self.read(written)
        except FaultyFile as error:
            draft.document.problems.extend(error.problems)
            return None
        except FaultyFlow as error:
            draft.fault(place, str(error), self._near(written))
            return None
        if draft.deep:
            _Check(draft).nodes(made, made.nodes, names.copy())
        return made

    def read(self, name: str) -> TemplateFile:
        """The template. Raises FaultyFlow where there is none, FaultyFile where it cannot be understood."""
        text = self.texts.get(name)
        if text is None:
            text = self.texts[name] = self._text(name)
        if name in self._way:
            raise FaultyFlow(_("a template may not include itself: {way}").format(way=" → ".join([*self._way, name])))
        self._way.append(name)
        shown = TemplateFile(name, text, ())

        def include(other: str, offset: int) -> TemplateFile:
            try:
                if PurePosixPath(other).suffix != PurePosixPath(name).suffix:
                    raise FaultyFlow(_("a template includes only its own kind: {kind}").format(kind=Path(name).suffix))
                return self.read(other)
            except FaultyFile:
                raise
            except FaultyFlow as error:
                raise Unreadable(str(error), offset, len(other), self._near(other)) from None

        try:
            return TemplateFile.parse(name, text, include)
        except Unreadable as fault:
            problem = Problem(shown.mark(fault.offset), max(1, fault.width), fault.message, fault.mend)
            raise FaultyFile([problem], {problem.mark.file: text}) from None
        finally:
            self._way.pop()

    def _text(self, name: str) -> str:
        kind = PurePosixPath(name).suffix
        if kind not in KINDS:
            raise FaultyFlow(_("a template ends in {kinds}").format(kinds=", ".join(KINDS)))
        if self._stored is not None:
            if name not in self._stored:
                raise FaultyFlow(_("the template {name} was not kept with the run").format(name=name))
            return self._stored[name]
        file = self._folder / name
        if ".." in PurePosixPath(name).parts or not file.resolve().is_relative_to(self._folder.resolve()):
            raise FaultyFlow(_("{name} lies outside of templates/").format(name=name))
        try:
            with file.open("rb") as opened:
                return opened.read(LARGEST).decode("utf-8-sig")
        except OSError:
            raise FaultyFlow(_("there is no template {name}").format(name=name)) from None
        except UnicodeDecodeError:
            raise FaultyFlow(_("{file} is not in UTF-8: save it anew with that encoding").format(file=name)) from None

    def _near(self, name: str) -> str:
        known = [one.relative_to(self._folder).as_posix() for kind in KINDS for one in self._folder.rglob(f"*{kind}")]
        if self._stored is not None or not known:
            return ""
        return did_you_mean(name, known) or _("Known are: {known}").format(known=", ".join(sorted(known)))


class _Check:
    """Notes what a template reads and nobody has saved, in the template's own lines."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def nodes(self, template: TemplateFile, nodes: Nodes, names: Names) -> None:
        for node in nodes:
            match node:
                case Field():
                    self.field(template, node, names)
                case Choice(branches=branches):
                    for condition, body in branches:
                        if condition:
                            self.field(template, condition, names)
                        inside = names.copy()
                        self.nodes(template, body, inside)
                        names.merge(inside)
                case Each(name=name, of=of, body=body, otherwise=otherwise):
                    self.field(template, of, names)
                    self.own(template, name, of)
                    inside = names.copy()
                    inside.add(name)
                    inside.add(LOOP, _TOLD)
                    self.nodes(template, body, inside)
                    self.nodes(template, otherwise, names.copy())
                case Put(name=name, value=value):
                    self.field(template, value, names)
                    self.own(template, name, value)
                    names.add(name)
                case TemplateFile():
                    self.nodes(node, node.nodes, names)

    def field(self, template: TemplateFile, field: Field, names: Names) -> None:
        for fault in amiss(field.formula, names):
            self.fault(template, field.offset + fault.offset, fault)

    def own(self, template: TemplateFile, name: str, at: Field) -> None:
        if name in RESERVED:
            message = _('"{name}" already means something in formulas').format(name=name)
            self.fault(template, at.offset, Unreadable(message, 0, len(at.formula.source)))

    def fault(self, template: TemplateFile, offset: int, fault: Unreadable) -> None:
        mark = template.mark(offset)
        self.draft.document.problems.append(Problem(mark, max(1, fault.width), fault.message, fault.mend))
