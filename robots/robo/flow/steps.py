"""Steps as they are written, read into the model one after the other, with what each makes known to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from robo.flow import controls
from robo.flow.arguments import check_arguments
from robo.flow.bind import by_parameter
from robo.flow.calls import read_call
from robo.flow.columns import Columns
from robo.flow.controls import CONTROLS, MODIFIERS, MODIFIERS_LATER, QUESTIONS
from robo.flow.draft import Draft
from robo.flow.loops import read_already_done, read_loop
from robo.flow.model import AlreadyDone, Flow, Repeat, Settings, Step, walk
from robo.flow.names import ERROR, Group, Names, Node
from robo.flow.problems import did_you_mean
from robo.flow.questions import answer_names, read_question
from robo.flow.settings import read_retry
from robo.flow.spot import Calls, Spot
from robo.flow.templates import Templates
from robo.flow.text import Path
from robo.kit.action import Action
from robo.kit.data import dataclass
from robo.kit.messages import _
from robo.kit.rendered import Rendered
from robo.kit.schema import takes
from robo.kit.shelf import Shelf

FILLS_SECRETS = "fill"
"""The action into whose fields a secret may go."""


@dataclass
class Reader:
    """unsound: the addresses of steps in or below which a fault was found, so that nothing is concluded from them.

    loop_columns: the address of a loop to the columns of what it goes through.
    """

    draft: Draft
    shelf: Shelf
    flow: str
    settings: Settings
    calls: Calls
    columns: Columns | None = None
    templates: Templates | None = None
    unsound: set[str] = field(default_factory=set)
    loop_columns: dict[str, Node] = field(default_factory=dict)

    def steps(self, data: Any, path: Path, spot: Spot) -> tuple[Step, ...]:
        """A list of steps; the names that they save are added to those of the spot."""
        if not isinstance(data, list) or not data:
            self.draft.fault(
                path, _("a list of steps is expected here (lines that begin with -)"), key=bool(path) and path[-1] != 0
            )
            return ()
        made = (self.step(one, (*path, place), f"{spot.prefix}{place + 1}", spot) for place, one in enumerate(data))
        return tuple(one for one in made if one is not None)

    def step(self, data: Any, path: Path, address: str, spot: Spot) -> Step | None:
        before = self.draft.count
        written = {data: None} if isinstance(data, str) else data
        if not isinstance(written, dict):
            self.draft.fault(path, _("a step is written `- action: ...`"), key=True)
            return None
        action = self._action(written, path, spot.names)
        made = self._read(action, written, path, address, spot) if action else None
        if made is None:
            spot.names.leaky = True
            self._still_saved(written, spot.names)
        if self.draft.count > before:
            self.unsound.add(address)
        return made

    def _still_saved(self, written: Mapping[str, Any], names: Names) -> None:
        if isinstance(written.get("save"), str):
            names.add(written["save"])

    # Which action --------------------------------------------------------------------------------------------------

    def _action(self, written: Mapping[str, Any], path: Path, names: Names) -> str | None:
        """The one action of a step; notes it if there is none, or more than one."""
        actions = [key for key in written if controls.is_step(key, self.shelf)]
        unknown = [key for key in written if key not in actions and key not in MODIFIERS]
        if not actions:
            self._no_action(unknown, path)
            return None
        first = self._owner(actions)
        owned = [key for key in (*actions, *unknown) if key != first and key in self._parameters(first)]
        if owned:
            self._belongs(path, first, [key for key in written if key in owned], written)
            return None
        for other in actions[1:]:
            self.draft.fault(
                (*path, other),
                _("two actions in one step: `{first}` and `{second}`").format(first=first, second=other),
                _("Write a dash before the second one: - {second}: ...").format(second=other),
                key=True,
            )
            return None
        for key in unknown:
            if key in MODIFIERS_LATER:
                self.draft.later((*path, key), key)
            else:
                mend = did_you_mean(key, (*MODIFIERS, *self._parameters(first)))
                if not mend and key in controls.SYNONYMS:
                    mend = controls.instead_of(key, self.shelf)
                self.draft.fault(
                    (*path, key),
                    _('"{key}" is not known beside an action').format(key=key),
                    mend or controls.known_here(MODIFIERS),
                    key=True,
                )
        return first

    def _owner(self, actions: list[str]) -> str:
        """The action meant: the one among whose parameters the others are, else the first."""
        return next(
            (one for one in actions if all(other == one or other in self._parameters(one) for other in actions)),
            actions[0],
        )

    def _no_action(self, unknown: list[str], path: Path) -> None:
        if not unknown:
            self.draft.fault(path, _("this step has no action"), key=True)
            return
        word = unknown[0]
        if word in controls.ACTIONS_LATER:
            self.draft.later((*path, word), word)
        else:
            self.draft.fault(
                (*path, word),
                _('"{word}" is no action').format(word=word),
                controls.instead_of(word, self.shelf),
                key=True,
            )

    def _parameters(self, action: str) -> tuple[str, ...]:
        if action in self.shelf.actions:
            called = self.shelf.actions[action]
            more = ("already_done",) if called.kind == "change" else ()
            return (*called.parameters, *more)
        source = controls.source_of(action, self.shelf)
        return (*source.parameters, *controls.LOOP) if source else CONTROLS[action].parameters

    def _belongs(self, path: Path, owner: str, owned: list[str], written: Mapping[str, Any]) -> None:
        main, value = self._main(owner), written[owner]
        lines = {key: written[key] for key in owned}
        if main and value is not None and not isinstance(value, dict | list):
            lines = {main: value, **lines}
        shown = [f"    {key}: " + ("..." if isinstance(one, dict | list) else f"{one}") for key, one in lines.items()]
        self.draft.fault(
            (*path, owned[0]),
            _("`{owned}` belongs to `{owner}`: write it below, indented").format(owned=owned[0], owner=owner),
            "\n".join([f"- {owner}:", *shown]),
            key=True,
        )

    def _main(self, action: str) -> str | None:
        if action in self.shelf.actions:
            return self.shelf.actions[action].main
        return CONTROLS[action].main if action in CONTROLS else None

    # One step ------------------------------------------------------------------------------------------------------

    def _read(self, action: str, written: dict[str, Any], path: Path, address: str, spot: Spot) -> Step:
        draft = self.draft
        draft.places[address] = path
        spot.counts[action] += 1
        number = spot.counts[action]
        at_start = spot.names.copy()
        if action not in self.shelf.actions:
            self._beside_control(action, written, path)
        modifiers: dict[str, Any] = {
            "name": draft.template(written["name"], (*path, "name"), at_start) if "name" in written else None,
            "condition": draft.condition(written["if"], (*path, "if"), at_start, page=True)
            if "if" in written
            else None,
            "retry": read_retry(draft, written["retry"], (*path, "retry")) if "retry" in written else None,
            "timeout": draft.seconds(written, "timeout", path, self.settings.step_timeout),
            "save": draft.name(written["save"], (*path, "save")) if "save" in written else None,
        }
        identity = f"{spot.aside}{action}" + (f".{number}" if number > 1 else "")
        gives: Node = None
        if action == "run":
            call, gives = read_call(self, written[action], (*path, action), spot.below(address, identity), spot)
            content: dict[str, Any] = {"call": call}
        else:
            content = self._content(action, written[action], (*path, action), address, spot, written.get("name"))
        if question := content.get("question"):
            gives = answer_names(action, question)
        if modifiers["save"]:
            spot.names.add(modifiers["save"], gives)
        if question or (action == "run" and call and self._changes(call.flow)):
            spot.segment = spot.names.copy()
        if "else" in written:
            if "if" not in written:
                draft.fault((*path, "else"), _("`else` needs an `if` in the same step"), key=True)
            modifiers["otherwise"] = self._branch("else", written, path, address, spot, at_start)
        if "dry_run" in written:
            modifiers["dry_run"] = self._dry_run(action, written, path)
        if "on_error" in written:
            modifiers["on_error"] = self._on_error(written, path, address, spot, at_start)
        return Step(
            address=address,
            identity=identity,
            mark=draft.document.key_mark((*path, action)),
            action=action,
            raw=written,
            **modifiers,
            **content,
        )

    def _changes(self, called: Flow) -> bool:
        actions = self.shelf.actions
        made = (one for one in walk(called.steps) if one.question or one.action in actions)
        return any(one.question or actions[one.action].kind == "change" for one in made)

    def _beside_control(self, action: str, written: Mapping[str, Any], path: Path) -> None:
        """A step of the engine itself takes the time of the steps in it; flows that are run and people give something.

        What a person has refused ends the run.
        """
        asks = action in QUESTIONS
        for key in ("save", "timeout", *(("retry", "on_error") if asks else ())):
            if key in written and not (key == "save" and (asks or action == "run")):
                self.draft.fault(
                    (*path, key),
                    _("`{key}` belongs beside an action, not beside `{step}`").format(key=key, step=action),
                    key=True,
                )

    def _branch(
        self, key: str, written: Mapping[str, Any], path: Path, address: str, spot: Spot, names: Names
    ) -> tuple[Step, ...]:
        branch = spot.branch(f"{address}/{key}", names)
        made = self.steps(written[key], (*path, key), branch)
        spot.names.merge(branch.names)
        return made

    def _on_error(self, written: Mapping[str, Any], path: Path, address: str, spot: Spot, names: Names) -> Any:
        value = written["on_error"]
        if isinstance(value, list):
            names.add("error", Group(dict(ERROR)))
            made = self._branch("on_error", written, path, address, spot, names)
            spot.names.known.pop("error", None)
            return made
        chosen = self.draft.choice(written, "on_error", path, ("stop", "continue", "next"), "stop")
        if chosen == "next" and not spot.in_loop:
            self.draft.fault((*path, "on_error"), _("`next` goes on with the next item: it needs a loop around it"))
        return chosen

    def _dry_run(self, action: str, written: dict[str, Any], path: Path) -> str:
        chosen: str = self.draft.choice(written, "dry_run", path, ("run", "skip"), "run")
        if chosen == "run" and action in self.shelf.actions and self.shelf.actions[action].kind == "change":
            self.draft.fault((*path, "dry_run"), _("a dry run never makes a change: it only shows what it would be"))
        return chosen

    # What an action is given -----------------------------------------------------------------------------------------

    def _content(self, action: str, data: Any, path: Path, address: str, spot: Spot, name: Any) -> dict[str, Any]:
        """The rest of the step: arguments, body, loop, look-up."""
        if action in self.shelf.actions:
            return self._called(self.shelf.actions[action], data, path, address, spot)
        source = controls.source_of(action, self.shelf)
        if source or action == "for_each":
            return {"loop": read_loop(self, source, data, path, address, spot, name)}
        return self._control(action, data, path, address, spot)

    def _called(self, called: Action, data: Any, path: Path, address: str, spot: Spot) -> dict[str, Any]:
        draft = self.draft
        look_up: AlreadyDone | None = None
        rest = called.manners.rest
        if isinstance(data, dict) and called.kind == "change" and "already_done" in data:
            where = (*path, "already_done")
            look_up = read_already_done(self, data["already_done"], where, f"{address}/already_done", spot.segment)
            data = {key: value for key, value in data.items() if key != "already_done"}
        shaped = by_parameter(called, data)
        if shaped is None:
            draft.fault(
                path,
                _("`{action}` takes a group of `name: value`").format(action=called.name),
                _("Known here are: {known}").format(known=", ".join(called.parameters))
                if rest is None
                else _("Write: {example}").format(example=f"{called.name}: {{name: value}}"),
            )
            return {"already_done": look_up}
        table = data if isinstance(data, dict) else {}
        places = {key: (*path, key) if table.get(key) is value else path for key, value in shaped.items()}
        before = draft.count
        self._unknown_parameters(called, shaped, path)
        secrets = called.name == FILLS_SECRETS
        named = takes(called, Rendered) if self.templates else ()
        arguments: dict[str, Any] = {
            key: self.templates.named(draft, value, places[key], spot.names)
            if self.templates and key in named
            else draft.value(value, places[key], spot.names, secrets)
            for key, value in shaped.items()
            if key in called.parameters
        }
        if draft.count == before:
            check_arguments(draft, called, arguments, places, path)
        if called.kind == "change":
            spot.segment = spot.names.copy()
        binds = called.manners.binds
        if binds and isinstance(arguments.get(binds), dict):
            for key in arguments[binds]:
                if draft.name(key, (*places[binds], key) if isinstance(key, str) else places[binds], key=True):
                    spot.names.add(key)
                    spot.segment.add(key)
        return {"arguments": arguments, "already_done": look_up}

    def _unknown_parameters(self, called: Action, shaped: Mapping[str, Any], path: Path) -> None:
        for key in shaped:
            if key in called.parameters:
                continue
            if key in MODIFIERS:
                self.draft.fault(
                    (*path, key),
                    _("`{key}` belongs beside `{action}`: write it less indented").format(key=key, action=called.name),
                    f"- {called.name}: ...\n  {key}: ...",
                    key=True,
                )
            else:
                known = tuple(one for one in called.parameters if one != called.manners.rest)
                self.draft.known_keys({key: None}, path, known or tuple(called.parameters))

    def _control(self, action: str, data: Any, path: Path, address: str, spot: Spot) -> dict[str, Any]:
        draft = self.draft
        if action == "set":
            return {"arguments": self._set(data, path, spot.names)}
        control = CONTROLS[action]
        is_map = isinstance(data, dict)
        if control.main is None and not is_map:
            draft.map(data, path, f"{action}: {{{control.required[0]}: ...}}")
            return {}
        table: dict[str, Any] = data if is_map else {} if data is None else {str(control.main): data}
        draft.known_keys(table, path, control.parameters)
        where = {key: (*path, key) if is_map else path for key in control.parameters}
        for name in control.required:
            if table.get(name) is None:
                draft.fault(path, _("`{name}` is missing in `{step}`").format(name=name, step=action), key=True)
                return {}
        if action in controls.BLOCKS:
            inside = spot.branch(f"{address}/{action}", spot.names)
            body = self.steps(table["steps"], where["steps"], inside)
            spot.segment = inside.segment
            return {"body": body, "repeat": self._repeat(table, path, spot.names) if action == "repeat" else None}
        if action in QUESTIONS:
            return read_question(draft, table, where, path, spot.names)
        arguments = {
            key: draft.template(table[key], where[key], spot.names)
            for key in ("text", "reason")
            if table.get(key) is not None
        }
        if action == "log":
            arguments["level"] = draft.choice(table, "level", path, controls.LEVELS, "info")
        elif action == "stop":
            arguments["as"] = draft.choice(table, "as", path, controls.ENDINGS, "done")
        elif not spot.in_loop:
            draft.fault(path, _("`skip` leaves an item out: it needs a loop around it"), key=True)
        return {"arguments": arguments}

    def _repeat(self, table: Mapping[str, Any], path: Path, names: Names) -> Repeat | None:
        """names: those of the block too, empty before its first round."""
        until = self.draft.condition(table["until"], (*path, "until"), names, page=True)
        most = self.draft.whole(table, "max", path) or Repeat.most
        every = self.draft.seconds(table, "every", path, Repeat.every) or 0.0
        return Repeat(until, most, every) if until else None

    def _set(self, data: Any, path: Path, names: Names) -> dict[str, Any]:
        table = self.draft.map(data, path, "set: {total: =row.amount * 2}")
        made = {key: self.draft.value(value, (*path, key), names) for key, value in table.items()}
        for key in table:
            if self.draft.name(key, (*path, key), key=True):
                names.add(key)
        return made
