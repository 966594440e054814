"""What a robot may know of the lane it works in: where it is, for whom, and the workspace's sites and secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from robo.kit.data import dataclass
from robo.kit.secrets import Secret


@dataclass(frozen=True)
class Harmless:
    """A request that only reads although its method could write: "POST /recherche", optionally by body fields.

    path: with `*` for any characters; the query is not compared.
    fields: for addresses that serve everything: body field to the values (with `*`) that read.
    """

    method: str
    path: str
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Site:
    """A web application as `[sites.NAME]` describes it, for one environment.

    pace: least seconds from a form's arrival to its sending.
    late: seconds within which what was sent may still be committed and found; None when unbounded.
    limit: runs that the service does on it at once; None without limit.
    """

    name: str
    address: str
    pace: float = 0.0
    late: float | None = 60.0
    signed_out: str | None = None
    harmless: tuple[Harmless, ...] = ()
    drafts: tuple[Harmless, ...] = ()
    limit: int | None = None


@dataclass(frozen=True)
class Account:
    """A sign-in as `[accounts.NAME]` describes it. `user` and `password` are places on the sign-in page."""

    name: str
    site: Site
    open: str
    user: Any
    user_value: str
    password: Any
    secret: Secret
    button: Any
    expect: str


@dataclass(frozen=True)
class MailServer:
    """A way to send mail, as `[mail.NAME]` describes it.

    sender: the address that mails come from. smtp: "smtp://relay:587", "smtps://...". imap: of the mailbox whose Sent
    folder is searched for what is in doubt. user and secret: for both, where they ask. unencrypted: a relay in the own
    network that speaks no TLS.
    """

    name: str
    sender: str
    smtp: str
    imap: str | None = None
    user: str | None = None
    secret: Secret | None = None
    unencrypted: bool = False


def usual_mail(names: Iterable[str]) -> str | None:
    """The way to send mail where none is named: "main", or the only one; None where that could be any of them."""
    known = list(names)
    return "main" if "main" in known else known[0] if len(known) == 1 else None


@dataclass(frozen=True)
class Lane:
    """The lane that borrows: handed to `Resource.open`.

    folder: where files of the run go.
    scratch: a folder of this lane alone, removed at its end: profiles, temporary files.
    site: the site of the flow's settings; sites: all of the workspace, in this environment.
    allow_hosts: further hosts that the flow's settings allow, `*.example.fr` for any below.
    language: of what robots type and read, "fr" or "en".
    step_timeout: seconds that a step may take unless it says otherwise.
    workspace: the folder from which relative paths start.
    headed: whether a person wants to watch the browser.
    dry: whether nothing may be changed: what could write is refused before it leaves.
    mail: the workspace's ways to send mail, in this environment.
    folders: the only folders in which files may be moved, copied or watched; absolute, by name.
    templates: the folder of the workspace's templates.
    flow: of which the lane does the work, by its path under `flows/`.
    """

    workspace: Path
    folder: Path
    scratch: Path
    site: Site | None = None
    sites: tuple[Site, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    language: str = "fr"
    step_timeout: float = 30.0
    headed: bool = False
    dry: bool = False
    mail: tuple[MailServer, ...] = ()
    folders: Mapping[str, Path] = field(default_factory=dict)
    templates: Path = Path("templates")
    flow: str = ""
