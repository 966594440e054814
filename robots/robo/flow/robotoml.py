"""`robo.toml`, read strictly: what is unknown, mistyped or not done yet is refused at its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from robo.flow.clock import HOLIDAYS, zone_fault
from robo.flow.problems import FaultyFile, did_you_mean
from robo.flow.tables import Tables
from robo.flow.toml import Path as Where
from robo.flow.toml import read_toml
from robo.kit.data import dataclass
from robo.kit.errors import FaultyFlow
from robo.kit.lane import Harmless, Site
from robo.kit.messages import _
from robo.kit.shape import Unfit
from robo.kit.types import as_place
from robo.kit.ways import form_fault

_PLACE = ("any", "label", "text", "placeholder", "css", "inside", "nth", "frame")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


DEFAULT_ENVIRONMENT = "production"
DEFAULT_TIMEZONE = "Europe/Paris"
DEFAULT_SLOTS = 4
DEFAULT_DATABASE = "sqlite:.robo/robo.db"


@dataclass(frozen=True)
class AccountEntry:
    """`[accounts.NAME]` as written; `user` and `password` are places: {"label": "Identifiant"}."""

    name: str
    site: str
    open: str
    user: Mapping[str, Any]
    user_value: str
    password: Mapping[str, Any]
    button: Any
    expect: str


@dataclass(frozen=True)
class MailEntry:
    """`[mail.NAME]` as written, for one environment. smtp, imap: "smtp://relay:587"; imap is empty where there is none.

    secret: under which name the password is kept.
    """

    name: str
    sender: str
    smtp: str
    imap: str = ""
    user: str = ""
    unencrypted: bool = False

    @property
    def secret(self) -> str:
        return f"mail_{self.name}"


@dataclass(frozen=True)
class Described:
    """What `robo.toml` says, for one environment; its paths are as written.

    sites: those that have an address in this environment; elsewhere: site name to the environments of the others.
    mail: the ways to send mail that have a server in this environment.
    timezone, holidays: of the times that flows name. service_slots, service_notify, service_memory (bytes):
    `[service]`.
    """

    environment: str
    default_environment: str
    language: str
    database: str
    sites: Mapping[str, Site]
    elsewhere: Mapping[str, tuple[str, ...]]
    accounts: Mapping[str, AccountEntry]
    folders: Mapping[str, str]
    mail: Mapping[str, MailEntry]
    timezone: str
    holidays: str
    service_slots: int
    service_notify: tuple[str, ...]
    service_memory: int | None


def describe(text: str, environment: str | None) -> Described:
    """Read it for that environment, by default its own. Raises FaultyFile, FaultyFlow for an unknown environment."""
    reader = _Reader(read_toml(text, "robo.toml"))
    described = reader.read(environment)
    if reader.problems:
        raise FaultyFile(reader.problems, {"robo.toml": reader.toml.text})
    known = {described.default_environment, *reader.environments}
    if described.environment not in known:
        raise FaultyFlow(
            _('the environment "{name}" is not in robo.toml: no site has an address for it. {mend}').format(
                name=described.environment,
                mend=did_you_mean(described.environment, known)
                or _("Known are: {known}").format(known=", ".join(sorted(known))),
            )
        )
    return described


class _Reader(Tables):
    later: ClassVar[Mapping[Where, tuple[str, ...]]] = {("accounts", "*"): ("steps",)}

    def read(self, environment: str | None) -> Described:
        top = self.table((), self.toml.data, ("workspace", "sites", "folders", "accounts", "mail", "service"))
        own = self.table(("workspace",), top.get("workspace", {}), _OWN_KEYS)
        service = self.table(("service",), top.get("service", {}), ("slots", "notify", "memory"))
        default = self.text(("workspace", "environment"), own, DEFAULT_ENVIRONMENT)
        chosen = environment or default
        addresses = {
            name: self.addresses(("sites", name), table) for name, table in self.named("sites", top, _SITE_KEYS).items()
        }
        sites = {
            name: self.site(name, top["sites"][name], found.get(chosen) or found[""])
            for name, found in addresses.items()
            if chosen in found or "" in found
        }
        elsewhere = {name: tuple(found) for name, found in addresses.items() if name not in sites}
        accounts = {
            name: self.account(name, table, (*sites, *elsewhere))
            for name, table in self.named("accounts", top, _ACCOUNT_KEYS).items()
        }
        folders = self.table(("folders",), top.get("folders", {}), None)
        return Described(
            environment=chosen,
            default_environment=default,
            language=self.choice(("workspace", "language"), own, ("fr", "en")),
            database=self.database(own),
            sites=sites,
            elsewhere=elsewhere,
            accounts=accounts,
            folders={name: path for name in folders if (path := self.folder(("folders", name), folders, chosen))},
            mail=self.mail(top, chosen),
            timezone=self.timezone(own),
            holidays=self.choice(("workspace", "holidays"), own, HOLIDAYS),
            service_slots=self.whole(("service", "slots"), service) or DEFAULT_SLOTS,
            service_notify=self.addressees(("service", "notify"), service),
            service_memory=self.size(("service", "memory"), service),
        )

    def timezone(self, own: Mapping[str, Any]) -> str:
        where: Where = ("workspace", "timezone")
        value = self.text(where, own, DEFAULT_TIMEZONE)
        fault = None if value == DEFAULT_TIMEZONE else zone_fault(value)
        if fault:
            self.fault(where, *fault)
        return value

    def database(self, own: Mapping[str, Any]) -> str:
        where: Where = ("workspace", "database")
        value = self.text(where, own, DEFAULT_DATABASE)
        if value.startswith(("postgresql:", "postgres:")):
            self.fault(where, _("PostgreSQL is not in this version yet"), _('Write: database = "sqlite:.robo/robo.db"'))
        elif not value.startswith("sqlite:") or not value.removeprefix("sqlite:").strip("/"):
            self.fault(where, _("a database is written sqlite:PATH"), _('Write: database = "sqlite:.robo/robo.db"'))
        return value.removeprefix("sqlite:")

    def addresses(self, where: Where, table: Mapping[str, Any]) -> dict[str, str]:
        """Environment to address; "" stands for every environment."""
        given = table.get("address")
        at: Where = (*where, "address")
        if not isinstance(given, dict):
            return {"": self.address(at, table)}
        self.environments += [name for name in given if name not in self.environments]
        return {name: self.address((*at, name), given) for name in given}

    def address(self, where: Where, table: Mapping[str, Any]) -> str:
        value = self.text(where, table)
        if value and not value.startswith(("http://", "https://")):
            self.fault(where, _("an address begins with https:// or http://"))
        return value

    def folder(self, where: Where, table: Mapping[str, Any], environment: str) -> str:
        """A path, or one for each environment; empty where this environment has none."""
        given = table[str(where[-1])]
        at, within = ((*where, environment), given) if isinstance(given, dict) else (where, table)
        if isinstance(given, dict):
            self.environments += [name for name in given if name not in self.environments]
        path = self.text(at, within, "" if isinstance(given, dict) else None)
        fault, mend = form_fault(path)
        if fault:
            self.fault(at, fault, _("Write: {example}").format(example=f'"{mend}"'))
        return path

    def site(self, name: str, table: Mapping[str, Any], address: str) -> Site:
        where: Where = ("sites", name)
        return Site(
            name=name,
            address=address,
            pace=self.seconds((*where, "pace"), table, 0.0),
            late=None if table.get("late") == "never" else self.seconds((*where, "late"), table, 60.0),
            signed_out=self.text((*where, "signed_out"), table, "") or None,
            harmless=self.requests((*where, "harmless"), table),
            drafts=self.requests((*where, "drafts"), table),
            limit=self.whole((*where, "limit"), table),
        )

    def requests(self, where: Where, table: Mapping[str, Any]) -> tuple[Harmless, ...]:
        given = table.get(str(where[-1]), [])
        if not isinstance(given, list):
            self.fault(where, _("a list is expected here"), _('Write: {key} = ["POST /path"]').format(key=where[-1]))
            return ()
        made = (self.request((*where, number), one) for number, one in enumerate(given))
        return tuple(one for one in made if one is not None)

    def request(self, where: Where, given: Any) -> Harmless | None:
        """ "POST /path", or {post = "/path", fields = {name = ["value*"]}}."""
        mend = _('Write "POST /path", or {{post = "/path", fields = {{method = ["*.read"]}}}}').format()
        if isinstance(given, str):
            method, _blank, path = given.partition(" ")
            if method.upper() in _METHODS and path.strip().startswith(("/", "*")):
                return Harmless(method.upper(), path.strip())
        elif isinstance(given, dict):
            methods = [key for key in given if key.upper() in _METHODS]
            fields = given.get("fields", {})
            if (
                len(methods) == 1
                and set(given) <= {*methods, "fields"}
                and isinstance(given[methods[0]], str)
                and isinstance(fields, dict)
                and all(_texts(one) for one in fields.values())
            ):
                listed = tuple((name, tuple([one] if isinstance(one, str) else one)) for name, one in fields.items())
                return Harmless(methods[0].upper(), given[methods[0]], listed)
        self.fault(where, _("this is no request"), mend)
        return None

    def account(self, name: str, table: Mapping[str, Any], sites: Iterable[str]) -> AccountEntry:
        where: Where = ("accounts", name)
        site = self.text((*where, "site"), table)
        known = tuple(sites)
        if site and site not in known:
            mend = did_you_mean(site, known) or _("Describe it in [sites.{name}]").format(name=site)
            self.fault((*where, "site"), _('site "{name}" is not in robo.toml').format(name=site), mend)
        user = self.place((*where, "user"), table, ("value",))
        return AccountEntry(
            name=name,
            site=site,
            open=self.text((*where, "open"), table),
            user={key: value for key, value in user.items() if key != "value"},
            user_value=self.text((*where, "user", "value"), user) if user else "",
            password=self.place((*where, "password"), table),
            button=self.button((*where, "button"), table),
            expect=self.text((*where, "expect"), table),
        )

    def mail(self, top: Mapping[str, Any], environment: str) -> dict[str, MailEntry]:
        """Those that have a server in that environment: what is tried out reaches nobody unless it is meant to."""
        found: dict[str, MailEntry] = {}
        for name, table in self.named("mail", top, _MAIL_KEYS).items():
            where: Where = ("mail", name)
            smtp = self.servers((*where, "smtp"), table, ("smtp", "smtps"))
            imap = self.servers((*where, "imap"), table, ("imap", "imaps")) if "imap" in table else {}
            sender, user = self.text((*where, "from"), table), self.text((*where, "user"), table, "")
            if imap and not user and (*where, "user") not in self.misspelt:
                self.fault(
                    (*where, "imap"), _("a mailbox is opened by its `user`"), _('Write beside it: user = "robo"')
                )
            plain = table.get("unencrypted", False)
            if not isinstance(plain, bool):
                self.fault((*where, "unencrypted"), _("true or false is expected here"))
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                self.fault(where, _("a name is made of letters without accents, digits and _"), key=True)
            server = smtp.get(environment) or smtp.get("")
            if server:
                inbox = imap.get(environment) or imap.get("") or ""
                found[name] = MailEntry(name, sender, server, inbox, user, plain is True)
        return found

    def servers(self, where: Where, table: Mapping[str, Any], schemes: tuple[str, ...]) -> dict[str, str]:
        """Environment to server, "" for every environment: "smtp://relais:587"."""
        given = table.get(str(where[-1]))
        if isinstance(given, dict):
            self.environments += [name for name in given if name not in self.environments]
            return {name: self.server((*where, name), given, schemes) for name in given}
        return {"": self.server(where, table, schemes)}

    def server(self, where: Where, table: Mapping[str, Any], schemes: tuple[str, ...]) -> str:
        value = self.text(where, table)
        if not value:
            return value
        try:
            address = urlsplit(value)
            sound = address.scheme in schemes and address.hostname and address.port != 0
        except ValueError:  # a port that is no number
            sound = False
        if not sound or address.username or address.path.strip("/") or address.query:
            mend = _('Write: "{example}"').format(example=f"{schemes[0]}://serveur.example.fr")
            self.fault(where, _("this is no server: {schemes}").format(schemes=", ".join(schemes)), mend)
        return value

    def place(self, where: Where, table: Mapping[str, Any], more: tuple[str, ...] = ()) -> Mapping[str, Any]:
        given = table.get(str(where[-1]))
        if isinstance(given, dict):
            table = self.table(where, given, (*_PLACE, *more))
            try:
                as_place({key: value for key, value in table.items() if key in _PLACE})
            except Unfit as unfit:
                for misfit in unfit.misfits:
                    self.fault((*where, *misfit.trail), misfit.reason)
            return table
        if isinstance(given, str) and not more:
            return {"any": given}
        example = (
            'user = {label = "Identifiant", value = "robot-31"}' if more else 'password = {label = "Mot de passe"}'
        )
        at = where if str(where[-1]) in table else where[:-1]
        if where not in self.misspelt:
            self.fault(at, _('"{name}" is missing').format(name=where[-1]), _("Write: {line}").format(line=example))
        return {}

    def button(self, where: Where, table: Mapping[str, Any]) -> Any:
        return self.place(where, table) if isinstance(table.get("button"), dict) else self.text(where, table)


_OWN_KEYS = ("language", "environment", "database", "timezone", "holidays")
_SITE_KEYS = ("address", "pace", "late", "signed_out", "harmless", "drafts", "limit")
_ACCOUNT_KEYS = ("site", "open", "user", "password", "button", "expect")
_MAIL_KEYS = ("from", "smtp", "imap", "user", "unencrypted")


def _texts(given: Any) -> bool:
    return isinstance(given, str) or (isinstance(given, list) and all(isinstance(one, str) for one in given))
