"""Sends a mail through the server of `notifications.email`: STARTTLS, TLS from the start, a login.

As Alertmanager does it: port 465 is TLS from the start, any other port is upgraded by STARTTLS.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from exporter.client.deadline import ConversationDeadline
from exporter.errors import IonmonError
from exporter.logs.redaction import redacted
from exporter.secrets_file import read_secret
from exporter.settings import NotificationSettings

TIMEOUT = 30.0  # seconds for each step
DEADLINE = 60.0  # seconds for all of them; the end of the process waits for it
_TLS_PORT = 465
_FINAL = 500  # a reply from here on is no use to repeat
_SHOWN = 200
# In an answer to a login, this may be a part of what was sent, or the digest of the password.
_ENCODED = re.compile(r"(?=[A-Za-z+/_-]*\d)[A-Za-z0-9+/_-]{20,}={0,2}")


class Undelivered(IonmonError):
    """A mail that no server took; `final` where sending it again would be no use."""

    def __init__(self, text: str, *, final: bool = False) -> None:
        """Keep whether it is final."""
        super().__init__(text)
        self.final = final


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRoute:
    """The server that takes mail, how it is spoken to, and who sends.

    implicit_tls  whether TLS begins with the connection, and not by STARTTLS
    require_tls   whether a server without STARTTLS is refused
    """

    host: str
    port: int
    sender: str
    implicit_tls: bool
    require_tls: bool
    username: str | None = None
    password_file: Path | None = None

    @property
    def server(self) -> str:
        """The server, as messages name it."""
        return f"{self.host}:{self.port}"


def route(settings: NotificationSettings) -> MailRoute | None:
    """Return the server of `notifications.email`; None where there is none."""
    mail = settings.email
    if mail is None:
        return None
    host, _, port = mail.smarthost.rpartition(":")
    path = mail.password_file
    return MailRoute(
        host=host.strip("[]"),
        port=int(port),
        sender=mail.sender,
        implicit_tls=int(port) == _TLS_PORT,
        require_tls=mail.require_tls,
        username=mail.username,
        password_file=None if path is None else settings.secret(path),
    )


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mail that the server took, but for these recipients, each with its reason."""

    refused: tuple[str, ...]


def send(message: EmailMessage, by: MailRoute, to: tuple[str, ...]) -> Accepted:
    """Send a mail. Raises Undelivered with the server's words, SettingsError for a bad secret."""
    with ConversationDeadline(DEADLINE, by.server) as limit:
        try:
            return _send(message, by, to, limit)
        except (smtplib.SMTPException, OSError) as error:
            if limit.over:
                text = f"{by.server}: not done within {limit.seconds:g} s"
                raise Undelivered(text) from error
            raise _undelivered(error, by) from error


def _send(
    message: EmailMessage, by: MailRoute, to: tuple[str, ...], limit: ConversationDeadline
) -> Accepted:
    with _session(by, limit) as session:
        refused = session.send_message(message, by.sender, list(to))
    return Accepted(tuple(_refusal(address, *reply) for address, reply in refused.items()))


def _undelivered(error: smtplib.SMTPException | OSError, by: MailRoute) -> Undelivered:
    """Return what a failure means."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            reasons = [_refusal(address, *reply) for address, reply in error.recipients.items()]
            final = all(code >= _FINAL for code, _ in error.recipients.values())
            return Undelivered(f"{by.server}: {'; '.join(reasons)}", final=final)
        case smtplib.SMTPAuthenticationError():
            # Somebody will correct the password, so this is not final.
            reply = _words(_ENCODED.sub("…", _text(error.smtp_error)))
            fix = f"check {by.password_file}"
            return Undelivered(f"{by.server}: refuses {by.username}: {reply}; {fix}")
        case smtplib.SMTPResponseException():
            text = f"{by.server}: {error.smtp_code} {_words(error.smtp_error)}"
            return Undelivered(text, final=error.smtp_code >= _FINAL)
    return Undelivered(f"{by.server}: {_words(str(error))}")


class _MailSession(smtplib.SMTP):
    """A session with a deadline; only a class of the library's can watch it from its greeting."""

    def __init__(self, by: MailRoute, limit: ConversationDeadline, tls: ssl.SSLContext) -> None:
        self._by, self._limit, self._tls = by, limit, tls
        super().__init__(by.host, by.port, timeout=TIMEOUT)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        tls = self._tls if self._by.implicit_tls else None
        return self._limit.connected(host, port, timeout, tls=tls)


@contextmanager
def _session(by: MailRoute, limit: ConversationDeadline) -> Iterator[smtplib.SMTP]:
    """Connect, encrypt and log in; the server's certificate has to be valid."""
    context = ssl.create_default_context()
    session = _MailSession(by, limit, context)
    try:
        session.ehlo()
        if not by.implicit_tls:
            _encrypt(session, by, context)
        if by.username is not None and by.password_file is not None:
            session.login(by.username, read_secret(by.password_file).reveal())
        yield session
        # The mail is taken or refused by now: whatever is said to QUIT changes nothing of that.
        with suppress(smtplib.SMTPException, OSError):
            session.quit()
    finally:
        session.close()


def _encrypt(session: smtplib.SMTP, by: MailRoute, context: ssl.SSLContext) -> None:
    if session.has_extn("starttls"):
        session.starttls(context=context)
        session.ehlo()
    elif by.require_tls:
        fault = f"{by.server}: offers no STARTTLS"
        raise Undelivered(f"{fault}; use its port with TLS, or set require_tls: false")


def _refusal(address: str, code: int, reply: bytes) -> str:
    return f"{address} is refused: {code} {_words(reply)}"


def _words(reply: bytes | str) -> str:
    """Return what a server says on one line; it may repeat what it was sent."""
    text = redacted(_text(reply))
    return " ".join("".join(c if c.isprintable() else " " for c in text[:_SHOWN]).split())


def _text(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
