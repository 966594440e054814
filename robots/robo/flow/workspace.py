"""The workspace: the folder of a lab's flows, with the sites, accounts and folders that `robo.toml` describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from robo.flow.problems import did_you_mean
from robo.flow.robotoml import DEFAULT_ENVIRONMENT, AccountEntry, MailEntry, describe
from robo.flow.vault import Vault
from robo.kit.data import dataclass
from robo.kit.errors import FaultyFlow
from robo.kit.lane import Account, MailServer, Site
from robo.kit.messages import _, reason_of
from robo.kit.types import as_place


@dataclass(frozen=True)
class Workspace:
    """Where flows live and what they may name, for one environment.

    sites: those that have an address in this environment; elsewhere: site name to the environments of the others.
    database: the file of the store.
    timezone: of the times that flows name; holidays: whose public holidays count, one of `robotoml.HOLIDAYS`.
    service_slots: runs that the service does at once; service_notify: whom it writes to about what it cannot do.
    service_memory: bytes that a run of the service may have, with its browser.
    """

    root: Path
    environment: str = DEFAULT_ENVIRONMENT
    default_environment: str = DEFAULT_ENVIRONMENT
    language: str = "fr"
    sites: Mapping[str, Site] = field(default_factory=dict)
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    accounts: Mapping[str, AccountEntry] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)
    database: Path = field(default=Path())
    mail: Mapping[str, MailEntry] = field(default_factory=dict)
    timezone: str = "Europe/Paris"
    holidays: str = "metropole"
    service_slots: int = 4
    service_notify: tuple[str, ...] = ()
    service_memory: int | None = None

    @cached_property
    def state(self) -> Path:
        """What Robo keeps for itself: the store, the secrets."""
        return self.root / ".robo"

    @cached_property
    def flows(self) -> Path:
        return self.root / "flows"

    @cached_property
    def templates(self) -> Path:
        return self.root / "templates"

    @cached_property
    def runs(self) -> Path:
        """A folder for each run: its report, its screenshots."""
        return self.root / "runs"

    @property
    def is_default_environment(self) -> bool:
        """Whether what is done here is done for good: elsewhere workbooks are not written back but copied."""
        return self.environment == self.default_environment

    @property
    def passwords(self) -> tuple[str, ...]:
        """The names of all that its accounts and its ways to send mail need."""
        return (*self.accounts, *(entry.secret for entry in self.mail.values() if entry.user))

    def resolve(self, path: str | Path) -> Path:
        """A path of a flow, from the root, or from the declared folder whose name comes first in it."""
        first, *below = Path(path).parts or ("",)
        return self.folders[first].joinpath(*below) if first in self.folders else self.root / Path(path)

    def site(self, named: str) -> Site:
        """A site by its name or its address. Raises FaultyFlow."""
        if named in self.sites:
            return self.sites[named]
        if named in self.elsewhere:
            raise FaultyFlow(
                _('site "{name}" has no address in the environment "{environment}", only in {others}').format(
                    name=named, environment=self.environment, others=", ".join(self.elsewhere[named])
                )
            )
        address = urlsplit(named)
        if address.scheme in ("http", "https") and address.hostname:
            same = (site for site in self.sites.values() if site.address.rstrip("/") == named.rstrip("/"))
            return next(same, Site(name=address.netloc, address=named))
        raise FaultyFlow(self._unknown(_('site "{name}" is not in robo.toml').format(name=named), named, self.sites))

    def account(self, name: str, vault: Vault) -> Account:
        """An account with its password. Raises FaultyFlow where it, its site or its password is missing."""
        entry = self.accounts.get(name)
        if entry is None:
            raise FaultyFlow(
                self._unknown(_('account "{name}" is not in robo.toml').format(name=name), name, self.accounts)
            )
        secret = vault.get(name)
        if secret is None:
            raise FaultyFlow(
                _('the password of "{name}" is not known here: type robo secret set {name}').format(name=name)
            )
        return Account(
            name=name,
            site=self.site(entry.site),
            open=entry.open,
            user=as_place(entry.user),
            user_value=entry.user_value,
            password=as_place(entry.password),
            secret=secret,
            button=as_place(entry.button),
            expect=entry.expect,
        )

    def mail_server(self, name: str, vault: Vault) -> MailServer:
        """A way to send mail, with its password where one is kept. name: one of `mail`."""
        entry = self.mail[name]
        return MailServer(
            name=name,
            sender=entry.sender,
            smtp=entry.smtp,
            imap=entry.imap or None,
            user=entry.user or None,
            secret=vault.get(entry.secret) if entry.user else None,
            unencrypted=entry.unencrypted,
        )

    @staticmethod
    def _unknown(message: str, word: str, known: Mapping[str, Any]) -> str:
        mend = did_you_mean(word, known) or (
            _("Known are: {known}").format(known=", ".join(known)) if known else _("None is described there yet")
        )
        return f"{message}. {mend}"


class HalfRestored(FaultyFlow):
    """A restore was interrupted while it moved the parts of the workspace `root` to their places."""

    def __init__(self, root: Path) -> None:
        super().__init__(
            _("a restore was interrupted in {folder}: type robo doctor there, which finishes it").format(folder=root)
        )
        self.root = root


def half_restored(root: Path) -> Path:
    """The file that is there while the parts of a restored workspace move to their places."""
    return root / ".robo" / "restore" / "moves.json"


def open_workspace(folder: Path | None = None, environment: str | None = None) -> Workspace:
    """The workspace around that folder (the current one): the nearest above with a `robo.toml`, else itself.

    environment: by default the one that robo.toml names. Raises FaultyFile with every fault of robo.toml, FaultyFlow
    for an environment that no site has, HalfRestored where a restore was interrupted.
    """
    start = (folder or Path.cwd()).absolute()
    for one in (start, *start.parents):
        if half_restored(one).exists():
            raise HalfRestored(one)
    root = next((one for one in (start, *start.parents) if (one / "robo.toml").is_file()), None)
    described = describe(_text_of(root / "robo.toml") if root else "", environment)
    root = root or start
    return Workspace(
        root=root,
        environment=described.environment,
        default_environment=described.default_environment,
        language=described.language,
        sites=described.sites,
        elsewhere=described.elsewhere,
        accounts=described.accounts,
        folders={name: root / path for name, path in described.folders.items()},
        database=root / described.database,
        mail=described.mail,
        timezone=described.timezone,
        holidays=described.holidays,
        service_slots=described.service_slots,
        service_notify=described.service_notify,
        service_memory=described.service_memory,
    )


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FaultyFlow(_("{file} is not in UTF-8: save it anew with that encoding").format(file=file)) from None
    except OSError as error:
        raise FaultyFlow(_("{file} cannot be read: {reason}").format(file=file, reason=reason_of(error))) from error


__all__ = ["AccountEntry", "HalfRestored", "Workspace", "half_restored", "open_workspace"]
