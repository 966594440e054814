"""A look at sites and mail servers, as `robo doctor --sites` does it: nothing is followed, nothing is sent."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from robo.cli.finding import Finding
from robo.kit.errors import RoboError
from robo.kit.lane import MailServer, Site
from robo.kit.messages import _, reason_of
from robo.kit.patience import within

_PATIENCE = 10.0
_ASTRAY = 120.0
"""Seconds by which our clock and a site's may differ."""


def knock(site: Site) -> Finding:
    """Whether the site answers."""
    named = f"{site.name} ({site.address})"
    started = time.monotonic()
    try:
        status, date = _answer(site.address)
    except ssl.SSLCertVerificationError as error:
        return Finding(
            "sites", "wrong",
            _("{site}: its certificate is not trusted here: {reason}").format(site=named, reason=error.verify_message),
            _("Have the authority that signed it installed on this machine, for the browser too"),
        )  # fmt: skip
    except socket.gaierror:
        return Finding(
            "sites", "wrong", _("{site}: no machine of that name").format(site=named),
            _("Correct its address in robo.toml, or connect to the network or VPN that knows it"),
        )  # fmt: skip
    except TimeoutError:
        return Finding(
            "sites", "wrong", _("{site}: no answer within {count:.0f} s").format(site=named, count=_PATIENCE),
            _("Ask whether it runs, and whether this machine may reach it (VPN, firewall)"),
        )  # fmt: skip
    except (OSError, http.client.HTTPException) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error) or type(error).__name__
        return Finding(
            "sites", "wrong", _("{site}: cannot be reached: {reason}").format(site=named, reason=reason),
            _("Ask whether it runs, and whether this machine may reach it (VPN, firewall)"),
        )  # fmt: skip
    said = _("{site}: answers {status} within {count:.1f} s").format(
        site=named, status=status, count=time.monotonic() - started
    )
    if status >= 500:
        return Finding("sites", "wrong", said, _("It runs, but is not well: ask those who keep it"))
    if date and abs((datetime.now(UTC) - date).total_seconds()) > _ASTRAY:
        return Finding(
            "clock", "wrong", _("{site}: there it is {moment}").format(site=named, moment=date.astimezone()),
            _("The clock is wrong: type timedatectl set-ntp true"),
        )  # fmt: skip
    return Finding("sites", "good", said)


def knock_at_post(server: MailServer) -> Finding:
    """Whether a mail server answers and lets us in."""
    from robo.mail.connection import Connection

    connection = Connection(server)
    named = f"{server.name} ({server.smtp})"
    try:
        with within(_PATIENCE):
            connection.greet()
    except RoboError as error:
        mend = _("Correct [mail.{name}] in robo.toml, or ask those who keep the server").format(name=server.name)
        return Finding("mail", "wrong", f"{named}: {error}", mend)
    finally:
        connection.close()
    return Finding("mail", "good", _("{server}: takes mail in").format(server=named))


def _answer(address: str) -> tuple[int, datetime | None]:
    """The status of its answer, and what time it is there."""
    parts = urlsplit(address)
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = made(parts.hostname or "", parts.port, timeout=_PATIENCE)
    try:
        connection.request("GET", parts.path or "/", headers={"User-Agent": "robo doctor"})
        answer = connection.getresponse()
        return answer.status, _moment(answer.getheader("Date"))
    finally:
        connection.close()


def _moment(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
