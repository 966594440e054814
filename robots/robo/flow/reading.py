"""Reading a flow and those that it runs, each with its own document, and telling the faults of all of them together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from robo.flow.bind import leaves
from robo.flow.check import check_flow
from robo.flow.columns import Columns
from robo.flow.controls import TOP
from robo.flow.draft import Draft
from robo.flow.files import SUFFIXES, find_called, path_of, shown, unknown_flow
from robo.flow.head import (
    first_names,
    read_gain,
    read_inputs_block,
    read_outputs,
    read_secrets,
    read_vars,
)
from robo.flow.inputs import default_of, input_value
from robo.flow.model import Flow, Input, Settings, Step
from robo.flow.names import ERROR, Group, Names
from robo.flow.notices import read_notices
from robo.flow.problems import FaultyFile, Problem, did_you_mean
from robo.flow.references import check_references
from robo.flow.settings import read_settings
from robo.flow.spot import Called, Spot
from robo.flow.steps import Reader
from robo.flow.templates import Templates
from robo.flow.text import Document, read_file, read_text
from robo.flow.trigger import Trigger
from robo.flow.vault import Vault
from robo.flow.workspace import Workspace
from robo.kit.errors import FaultyFlow, Refused
from robo.kit.messages import _
from robo.kit.shelf import Shelf


class Reading:
    """One reading of a flow, with all that it runs.

    vault: where passwords must be; not asked when None. deep: whether names and files are checked too.
    stored: the texts of the flows that are run, by path; None where they are read as they stand. templates: the same of
    the templates, by name.
    """

    def __init__(
        self,
        workspace: Workspace,
        shelf: Shelf,
        vault: Vault | None = None,
        deep: bool = True,
        stored: Mapping[str, str] | None = None,
        templates: Mapping[str, str] | None = None,
    ) -> None:
        self._workspace, self._shelf, self._vault, self._deep, self._stored = workspace, shelf, vault, deep, stored
        self._problems: list[Problem] = []
        self._sources: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._under_way: list[str] = []
        self._templates = Templates(workspace.templates, templates)

    def whole(self, document: Document, file: Path, given: Mapping[str, Any]) -> Flow:
        """The flow of the document. Raises FaultyFile with the faults of every file."""
        path = path_of(file, self._workspace)
        flow = self._flow(document, file, path, Spot(Names({})), given).flow
        if self._problems:
            raise FaultyFile(self._problems, self._sources)
        return replace(flow, called=dict(self._texts), templates=dict(self._templates.texts))

    def read(self, name: str, caller: Settings, spot: Spot, given: Mapping[str, Any], later: Collection[str]) -> Called:
        """A flow that another one runs; see `spot.Calls`."""
        before = len(self._problems)
        try:
            document, file = self._called(name)
        except FaultyFile as error:
            self._tell(error.problems, error.sources)
            raise
        path = path_of(file, self._workspace)
        if path in self._under_way:
            way = " → ".join([*self._under_way[self._under_way.index(path) :], path])
            raise FaultyFlow(_("a flow may not run itself: {way}").format(way=way))
        self._texts[path] = document.text
        called = self._flow(document, file, path, spot, given, later, caller)
        if len(self._problems) > before:
            raise FaultyFile(self._problems[before:], self._sources)
        return called

    def _called(self, name: str) -> tuple[Document, Path]:
        where = self._workspace
        if self._stored is None:
            file = find_called(name, where)
            return read_file(file, shown(file, where)), file
        file = where.flows / f"{Path(name).with_suffix('') if name.endswith(SUFFIXES) else name}.yaml"
        path = path_of(file, where)
        if path not in self._stored:
            raise unknown_flow(path, tuple(self._stored), where)
        return read_text(self._stored[path], shown(file, where)), file

    def _tell(self, problems: Collection[Problem], sources: Mapping[str, str]) -> None:
        self._problems.extend(problems)
        self._sources |= sources

    def _flow(
        self,
        document: Document,
        file: Path,
        path: str,
        spot: Spot,
        given: Mapping[str, Any],
        later: Collection[str] = (),
        caller: Settings | None = None,
    ) -> Called:
        """caller: the settings of the flow that runs this one. Notes the faults; none is raised."""
        draft = Draft(document, self._deep)
        self._under_way.append(path)
        try:
            return self._understood(draft, file, path, spot, given, later, caller)
        finally:
            self._under_way.pop()
            self._tell(document.problems, {document.file: document.text, **self._templates.sources})

    def _understood(
        self,
        draft: Draft,
        file: Path,
        path: str,
        spot: Spot,
        given: Mapping[str, Any],
        later: Collection[str],
        caller: Settings | None,
    ) -> Called:
        workspace, data = self._workspace, draft.document.data
        if not isinstance(data, dict):
            draft.fault((), _("a flow begins with `robo: 1`"), _("Write: {example}").format(example="robo: 1"))
            data = {}
        else:
            _top(draft, data)
        inputs = read_inputs_block(draft, data)
        secrets = read_secrets(draft, data)
        settings = read_settings(draft, data, workspace.language)
        if caller:
            settings = _as_part_of(draft, data, settings, caller)
        names = first_names(inputs, secrets)
        variables = read_vars(draft, data, names)
        notify = read_notices(draft, data, names, self._shelf)
        columns = Columns(workspace, _known_inputs(inputs, given, later))
        reader = Reader(draft, self._shelf, path, settings, self, columns, self._templates)
        steps = reader.steps(data["steps"], ("steps",), replace(spot, names=names)) if "steps" in data else ()
        endings = self._endings(reader, data, names, spot)
        outputs, group = read_outputs(draft, data, names)
        flow = Flow(
            path=path,
            file=file,
            text=draft.document.text,
            name=draft.text(data, "name", ()) or path,
            steps=steps,
            about=draft.text(data, "about", ()),
            owner=draft.text(data, "owner", ()),
            inputs=inputs,
            secrets=secrets,
            settings=settings,
            vars=variables,
            gain=read_gain(draft, data),
            tags=draft.texts(data, "tags", ()),
            on_error=endings["on_error"],
            at_end=endings["finally"],
            outputs=outputs,
            notify=notify,
            schedule=() if caller else self._schedule(draft, data, inputs, path),
        )
        opened = False
        if self._deep:
            check_references(flow, reader, workspace, self._vault)
            opened = check_flow(flow, reader)
        return Called(flow, group, opened)

    def _schedule(
        self, draft: Draft, data: Mapping[str, Any], inputs: tuple[Input, ...], path: str
    ) -> tuple[Trigger, ...]:
        if "schedule" not in data:
            return ()
        from robo.flow.schedule import read_schedule  # which most runs do without

        return read_schedule(draft, data, inputs, self._workspace, path)

    @staticmethod
    def _endings(reader: Reader, data: Mapping[str, Any], names: Names, spot: Spot) -> dict[str, tuple[Step, ...]]:
        """The steps of the flow's end, by its words; they know what the steps have saved, if it was."""
        made: dict[str, tuple[Step, ...]] = {"on_error": (), "finally": ()}
        for word in made:
            if word in data:
                known = names.copy()
                if word == "on_error":
                    known.add("error", Group(dict(ERROR)))
                at = Spot(known, f"{spot.prefix}{word}/", f"{spot.aside}{word}/")
                made[word] = reader.steps(data[word], (word,), at)
        return made


def _as_part_of(draft: Draft, data: Mapping[str, Any], own: Settings, caller: Settings) -> Settings:
    """The settings of a flow while another one runs it: one browser, one site, one way of writing."""
    for key, mine, theirs in (("site", own.site, caller.site), ("locale", own.locale, caller.locale)):
        if _says(data, key) and mine != theirs:
            draft.fault(
                ("settings", key),
                _("the flow that runs this one has {key}: {theirs}").format(key=key, theirs=theirs or _("none")),
                _("A flow and those that it runs share one browser: write the same in both"),
            )
    timeout = own.step_timeout if _says(data, "step_timeout") else caller.step_timeout
    return replace(own, site=caller.site, locale=caller.locale, step_timeout=timeout)


def _says(data: Mapping[str, Any], key: str) -> bool:
    settings = data.get("settings")
    return isinstance(settings, dict) and key in settings


def _top(draft: Draft, data: Mapping[str, Any]) -> None:
    draft.known_keys(data, (), TOP)
    if "robo" not in data:
        draft.fault((), _("the first line is missing: `robo: 1`"), _("It names the version of the language"))
    elif data["robo"] != 1 or isinstance(data["robo"], bool):
        draft.fault(
            ("robo",),
            _("this program reads version 1 of the language"),
            _("Write: {example}").format(example="robo: 1"),
        )
    if "steps" not in data and not any(did_you_mean(key, ("steps",)) for key in data if key not in TOP):
        draft.fault((), _("`steps` are missing: what the flow does"))


def _known_inputs(inputs: tuple[Input, ...], given: Mapping[str, Any], later: Collection[str]) -> dict[str, Any]:
    """The inputs whose value is known before the run: what was given, and constant defaults.

    later: those that are given, but only the run knows what.
    """
    known: dict[str, Any] = {}
    for one in inputs:
        value = given.get(one.name)
        try:
            if value in (None, "") and one.name not in later:
                value = None if any(leaves(one.default)) else default_of(one)
            if value not in (None, ""):
                known[one.name] = input_value(one, value)
        except (ValueError, Refused):
            continue  # said where it is given, or at the default
    return known
