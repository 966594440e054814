"""One connection to a mail server. What SMTP needs is loaded with it, when the first mail leaves."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from robo.kit.errors import Failed, FaultyFlow, InDoubt, Refused, Unreachable
from robo.kit.lane import MailServer
from robo.kit.messages import _, reason_of
from robo.kit.patience import remaining
from robo.kit.secrets import Secret

_PORTS = {"smtp": 25, "smtps": 465}
_ACCEPTED = (250, 251, 252)
_CLOSING = 421
"""What a server says when it is about to close the connection; a gateway says it of a server behind it, too."""


class Connection:
    """One server, spoken to as SMTP in its four moves: MAIL, RCPT, DATA, the text.

    Until the last byte of the text has left, nothing has been sent, whatever happens: that may be repeated.
    """

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._smtp: smtplib.SMTP | None = None

    def greet(self) -> None:
        """Reach the server and sign in; no mail is begun. Raises Unreachable, or FaultyFlow for what robo.toml says."""
        self._open()

    def address(self, sender: str, recipients: Sequence[str], size: int) -> None:
        """Name sender and recipients, on a new connection where the old one has died.

        size: of the mail in bytes. Raises Refused in the server's words for any recipient that it turns down, Failed
        for what it would take later: then the server has forgotten the others too.
        """
        kept = self._smtp is not None
        try:
            self._address(self._open(), sender, recipients, size)
        except _Lost:
            if not kept:
                raise
            self._address(self._open(), sender, recipients, size)  # it was idle for too long

    def _address(self, smtp: smtplib.SMTP, sender: str, recipients: Sequence[str], size: int) -> None:
        limit = smtp.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < size:
            raise Refused(
                _("the mail has {size:.1f} MB, {server} takes {limit:.1f}").format(
                    size=size / 1e6, server=self._host, limit=int(limit) / 1e6
                )
            )
        try:
            self._judge(*smtp.mail(sender, [f"size={size}"] if limit else []), sender)
            for one in recipients:
                self._judge(*smtp.rcpt(one), one)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise _Lost(self._no_answer(error)) from None

    def _judge(self, code: int, words: bytes, about: str) -> None:
        if code in _ACCEPTED:
            return
        if code == _CLOSING:
            self._drop()
            raise _Lost(_said(code, words))
        self.forget()
        said = _("{address}: {words}").format(address=about, words=_said(code, words))
        raise Refused(said) if 500 <= code < 600 else Failed(said)

    def send(self, content: bytes) -> str:
        """Hand over the text of the mail that was addressed; returns the server's words.

        Raises Refused or Failed where it was certainly not taken, InDoubt where nobody can know.
        """
        smtp = self._smtp
        assert smtp is not None
        body = _stuffed(content)
        try:
            code, words = smtp.docmd("DATA")
            if code == 354:
                _wait_on(smtp)
                smtp.send(body)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Failed(self._no_answer(error)) from None
        if code != 354:
            self.forget()
            raise (Refused if 500 <= code < 600 else Failed)(_said(code, words))
        try:
            _wait_on(smtp)
            smtp.send(b".\r\n")  # from here on it may be taken
            code, words = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise InDoubt(
                _("the mail was handed over, and {server} did not say that it has it ({reason})").format(
                    server=self._host, reason=_reason(error)
                )
            ) from None
        if code == 250:
            return _said(code, words)
        if 400 <= code < 600 and code != _CLOSING:
            raise (Refused if code >= 500 else Failed)(_said(code, words))
        self._drop()
        raise InDoubt(
            _("the mail was handed over, and {server} answered: {words}").format(
                server=self._host, words=_said(code, words)
            )
        )

    def forget(self) -> None:
        """Take back what was addressed; nothing leaves."""
        if self._smtp is None:
            return
        try:
            self._smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def close(self) -> None:
        """Say good-bye, without waiting for an answer."""
        if self._smtp is not None and self._smtp.sock is not None:
            with suppress(OSError):
                self._smtp.sock.settimeout(0.2)
                self._smtp.send(b"QUIT\r\n")
        self._drop()

    @property
    def _host(self) -> str:
        return urlsplit(self.server.smtp).hostname or ""

    def _drop(self) -> None:
        if self._smtp is not None:
            with suppress(OSError):
                self._smtp.close()
        self._smtp = None

    def _open(self) -> smtplib.SMTP:
        """The connection, made now where there is none: signed in, and over TLS unless that is not called for."""
        if self._smtp is not None:
            _wait_on(self._smtp)
            return self._smtp
        where = urlsplit(self.server.smtp)
        port = where.port or _PORTS[where.scheme]
        try:
            smtp = (
                smtplib.SMTP_SSL(self._host, port, timeout=remaining(), context=ssl.create_default_context())
                if where.scheme == "smtps"
                else smtplib.SMTP(self._host, port, timeout=remaining())
            )
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(self._no_answer(error)) from None
        try:
            smtp.ehlo_or_helo_if_needed()
            if where.scheme == "smtp":
                self._protect(smtp)
            self._sign_in(smtp, where.scheme == "smtps")
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPHeloError, smtplib.SMTPResponseException, OSError) as error:
            smtp.close()
            raise Unreachable(self._no_answer(error)) from None
        except BaseException:
            smtp.close()
            raise
        self._smtp = smtp
        return smtp

    def _protect(self, smtp: smtplib.SMTP) -> None:
        if self.server.unencrypted:
            return
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        elif not is_here(self._host):
            raise FaultyFlow(
                _(
                    "{server} offers no TLS: mails would travel in the clear. If it is a relay of your own network, "
                    "write unencrypted = true in [mail.{name}]"
                ).format(server=self._host, name=self.server.name)
            )

    def _sign_in(self, smtp: smtplib.SMTP, protected: bool) -> None:
        if self.server.user is None or not smtp.has_extn("auth"):
            return  # a relay that knows its own machines asks nobody
        secret = password(self.server)
        if not (protected or isinstance(smtp.sock, ssl.SSLSocket) or is_here(self._host)):
            raise FaultyFlow(_("{server}: a password is not sent without TLS").format(server=self._host))
        try:
            smtp.login(self.server.user, secret.reveal())
        except smtplib.SMTPAuthenticationError as error:
            raise Unreachable(
                _("{server} does not let {user} in: {words}").format(
                    server=self._host, user=self.server.user, words=_said(error.smtp_code, error.smtp_error)
                )
            ) from None

    def _no_answer(self, error: Exception) -> str:
        return _("the mail server {server}: {reason}").format(server=self._host, reason=_reason(error))


class _Lost(Unreachable):
    """The connection ended before anything was handed over."""


def _wait_on(smtp: smtplib.SMTP) -> None:
    """No longer than the step may still take."""
    if smtp.sock is not None:
        smtp.sock.settimeout(remaining())


def password(server: MailServer) -> Secret:
    """Of the server's user. Raises FaultyFlow where it is not kept here."""
    if server.secret is None:
        raise FaultyFlow(
            _('the password of "{user}" is not known here: type robo secret set mail_{name}').format(
                user=server.user, name=server.name
            )
        )
    return server.secret


def is_here(host: str) -> bool:
    """Whether that is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _stuffed(content: bytes) -> bytes:
    """The text as DATA carries it: a line that begins with a point has another one before it."""
    lines = content if content.endswith(b"\r\n") else content + b"\r\n"
    return (b"\r\n" + lines).replace(b"\r\n.", b"\r\n..")[2:]


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("its certificate is not trusted: {reason}").format(reason=error.verify_message)
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return _("no answer in time")
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return reason_of(error) if isinstance(error, OSError) else str(error)
