"""What a flow names outside of itself: its site, its accounts, its passwords."""

from __future__ import annotations

from typing import Any

from robo.flow.folders import check_paths
from robo.flow.model import Flow, Step, walk
from robo.flow.problems import did_you_mean
from robo.flow.steps import Reader
from robo.flow.text import Path
from robo.flow.vault import Vault, variable_of
from robo.flow.workspace import Workspace
from robo.kit.action import Action
from robo.kit.errors import FaultyFlow
from robo.kit.lane import Account, usual_mail
from robo.kit.messages import _
from robo.kit.schema import takes


def check_references(flow: Flow, reader: Reader, workspace: Workspace, vault: Vault | None) -> None:
    """Note what robo.toml or the vault does not know. vault: not asked when None."""
    _References(flow, reader, workspace, vault).check()


class _References:
    def __init__(self, flow: Flow, reader: Reader, workspace: Workspace, vault: Vault | None) -> None:
        self.flow, self.reader, self.workspace, self.vault = flow, reader, workspace, vault
        self.asked: set[str] = set()

    def check(self) -> None:
        self._site()
        for place, name in enumerate(self.flow.secrets):
            self._password(name, ("secrets", place))
        for step in walk(self.flow.all_steps, calls=False):
            action = self.reader.shelf.actions.get(step.action)
            if action:
                self._accounts(step, action)
                self._mail(step, action)
                self._needs_site(step, action)
                self._paths(step, action)

        for rule in self.flow.notify:
            self._mail(rule.step, self.reader.shelf.actions[rule.step.action])

    def _fault(self, path: Path, message: str, mend: str = "") -> None:
        self.reader.draft.fault(path, message, mend)

    def _site(self) -> None:
        named = self.flow.settings.site
        if named is None:
            return
        try:
            self.workspace.site(named)
        except FaultyFlow as error:
            path: Path = ("settings", "site")
            if named in self.workspace.elsewhere:
                self._fault(path, str(error))
                return
            sites = (*self.workspace.sites, *self.workspace.elsewhere)
            self._fault(
                path, _('site "{name}" is not in robo.toml').format(name=named), _described(named, sites, "sites")
            )

    def _accounts(self, step: Step, action: Action) -> None:
        for name in takes(action, Account):
            named = step.arguments.get(name)
            if not isinstance(named, str):
                continue
            path = self._place(step, name)
            if named in self.workspace.accounts:
                self._password(named, path)
            else:
                self._fault(
                    path,
                    _('account "{name}" is not in robo.toml').format(name=named),
                    _described(named, tuple(self.workspace.accounts), "accounts"),
                )

    def _mail(self, step: Step, action: Action) -> None:
        """The ways to send mail that the step names, or the usual one where it may be left out."""
        from robo.kit.types import MailName

        known = self.workspace.mail
        for name, parameter in action.parameters.items():
            if action.hints[parameter.name] != MailName:
                continue
            named = step.arguments.get(name) or usual_mail(known)
            path = self._place(step, name if step.arguments.get(name) else "")
            if isinstance(named, str) and named in known:
                if known[named].user:
                    self._password(known[named].secret, path)
            elif isinstance(named, str):
                said = _('[mail.{name}] is not in robo.toml, or has no server in the environment "{environment}"')
                self._fault(
                    path,
                    said.format(name=named, environment=self.workspace.environment),
                    _described(named, tuple(known), "mail"),
                )
            elif named is None and known:
                self._fault(
                    path,
                    _("robo.toml describes several ways to send mail: {known}").format(known=", ".join(known)),
                    _("Write below it: account: {name}").format(name=next(iter(known))),
                )
            elif named is None:
                example = '[mail.main] from = "robo@example.fr", smtp = "smtp://relais:587"'
                self._fault(
                    path,
                    _('robo.toml describes no way to send mail in the environment "{environment}"').format(
                        environment=self.workspace.environment
                    ),
                    _("Describe it in robo.toml: {example}").format(example=example),
                )

    def _password(self, name: str, path: Path) -> None:
        """Said once, where the name stands first."""
        if self.vault is None or name in self.asked:
            return
        self.asked.add(name)
        try:
            if self.vault.get(name) is not None:
                return
        except FaultyFlow as error:
            self.asked |= set(self.flow.secrets) | set(self.workspace.accounts)  # the same for each of them
            self._fault(path, str(error))
            return
        self._fault(
            path,
            _('the secret "{name}" is not known here').format(name=name),
            _("Type: robo secret set {name}  (a service may have it in {variable})").format(
                name=name, variable=variable_of(name)
            ),
        )

    def _needs_site(self, step: Step, action: Action) -> None:
        """A relative address needs a site."""
        main = step.arguments.get(action.main or "")
        if action.manners.opens and isinstance(main, str) and main.startswith("/") and self.flow.settings.site is None:
            self._fault(
                self._place(step, action.main or ""),
                _("an address that begins with / needs a site"),
                _("Write at the top: settings: {{site: {name}}}").format(
                    name=next(iter(self.workspace.sites), "https://...")
                ),
            )

    def _paths(self, step: Step, action: Action) -> None:
        if step.address not in self.reader.unsound:
            places = {name: self._place(step, name) for name in step.arguments}
            check_paths(self.reader.draft, action, step.arguments, places, self.workspace)

    def _place(self, step: Step, parameter: str) -> Path:
        path: Path = (*self.reader.draft.places[step.address], step.action)
        return (*path, parameter) if parameter and isinstance(_raw(step), dict) else path


def _raw(step: Step) -> Any:
    return step.raw.get(step.action)


def _described(name: str, known: tuple[str, ...], group: str) -> str:
    return did_you_mean(name, known) or _("Describe it in robo.toml as [{group}.{name}]").format(group=group, name=name)
