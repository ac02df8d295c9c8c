"""A mail goes by STARTTLS or TLS from the start, after a login; what is refused says so."""

import base64
import socket
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from exporter.bridge.digest import smtp
from exporter.bridge.digest.smtp import Accepted, MailRoute, Undelivered, route, send
from exporter.settings import NotificationSettings
from tests.exporter.web.certificates import ADDRESS, Authority
from tests.servers import free_port
from tests.smtp_server import MailRules, mail_server

pytestmark = pytest.mark.slow

TO = ("ada@example.com", "grace@example.com")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server's certificate whose authority this process trusts."""
    authority = Authority(tmp_path)
    authority.issue("server", ADDRESS)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    return tmp_path / "server"


def by(port: int, **changed: Any) -> MailRoute:
    """Return the route to a server of a test."""
    given = {"sender": "ion@example.com", "implicit_tls": False, "require_tls": True}
    return MailRoute(host="127.0.0.1", port=port, **(given | changed))


def sent(port: int, **changed: Any) -> Accepted:
    """Send a short mail."""
    message = EmailMessage()
    message["Subject"], message["From"] = "digest", "ion@example.com"
    message["To"] = ", ".join(TO)
    message.set_content("all is well\n.\n..dots\n")
    return send(message, by(port, **changed), TO)


@pytest.mark.parametrize("implicit", [False, True])
def test_a_mail_is_encrypted_and_logged_in(
    certificate: Path, tmp_path: Path, *, implicit: bool
) -> None:
    """Either way it arrives whole, through TLS, from the user of the settings."""
    secret = tmp_path / "password"
    secret.touch(0o600)
    secret.write_text("open sesame\n")
    rules = MailRules(certificate=certificate, implicit=implicit, login=("ion", "open sesame"))
    with mail_server(rules) as server:
        found = sent(server.port, implicit_tls=implicit, username="ion", password_file=secret)
    (mail,) = server.mails
    assert (mail.to, mail.encrypted, mail.user) == (TO, True, "ion")
    assert mail.message.get_content().splitlines() == ["all is well", ".", "..dots"]
    assert found.refused == ()


def test_a_wrong_password_is_named_by_its_file_and_never_shown(
    certificate: Path, tmp_path: Path
) -> None:
    """The error has the server's words; sending again may help, once somebody has fixed it."""
    secret = tmp_path / "password"
    secret.touch(0o600)
    secret.write_text("hunter2-hunter2")
    rules = MailRules(certificate=certificate, login=("ion", "open sesame"))
    with mail_server(rules) as server, pytest.raises(Undelivered) as refused:
        sent(server.port, username="ion", password_file=secret)
    assert "wrong password" in str(refused.value)
    assert str(secret) in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert not refused.value.final


@pytest.mark.parametrize("method", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_a_server_that_repeats_a_login_betrays_nothing(tmp_path: Path, method: str) -> None:
    """Neither the password nor what was sent for it is in the error, whole or cut."""
    secret = tmp_path / "password"
    secret.touch(0o600)
    secret.write_text("Tr0ub4dor-canary-77")
    rules = MailRules(login=("ion", "x"), methods=method, repeats=True)
    with mail_server(rules) as server, pytest.raises(Undelivered, match="cannot decode") as refused:
        sent(server.port, require_tls=False, username="ion", password_file=secret)
    (given,) = server.logins
    decoded = base64.b64decode(given).decode()
    assert decoded.startswith("ion ") or "canary" in decoded
    for betraying in ("canary", given[8:-4], decoded[-16:]):
        assert betraying not in str(refused.value)


def test_a_server_without_tls_is_refused_unless_it_may_lack_it() -> None:
    """require_tls protects the mail, and the password even more."""
    with mail_server() as server:
        with pytest.raises(Undelivered, match="offers no STARTTLS; use its port with TLS"):
            sent(server.port)
        sent(server.port, require_tls=False)
    assert [mail.encrypted for mail in server.mails] == [False]


def test_a_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    """Without the authority's trust nothing is sent."""
    Authority(tmp_path).issue("server", ADDRESS)
    with (
        mail_server(MailRules(certificate=tmp_path / "server")) as server,
        pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        sent(server.port)
    assert not server.mails


@pytest.mark.parametrize(
    ("replies", "final"),
    [
        ({"MAIL": "451 later"}, False),
        ({"TAKEN": "452 disk full"}, False),
        ({"TAKEN": "554 spam"}, True),
        ({"RCPT": "550 unknown"}, True),
        ({"RCPT": "450 greylisted"}, False),
    ],
)
def test_what_is_no_use_to_repeat_is_final(replies: dict[str, str], *, final: bool) -> None:
    """A reply of the fives is final, one of the fours is not."""
    with mail_server(MailRules(replies=replies)) as server, pytest.raises(Undelivered) as refused:
        sent(server.port, require_tls=False)
    assert refused.value.final is final
    assert next(iter(replies.values())).partition(" ")[2] in str(refused.value)


def test_a_refused_recipient_costs_itself() -> None:
    """The others get the mail, and the refusal is named."""
    rules = MailRules(replies={"ada@example.com": "550 left the company"})
    with mail_server(rules) as server:
        found = sent(server.port, require_tls=False)
    assert server.mails[0].to == ("grace@example.com",)
    assert found.refused == ("ada@example.com is refused: 550 left the company",)


@pytest.mark.parametrize("reply", ["421 closing", "500 what", "what", ""])
def test_what_is_answered_to_quit_changes_nothing(reply: str) -> None:
    """A mail that was taken is sent, whatever follows; a refusal stays the refusal that it was."""
    with mail_server(MailRules(replies={"QUIT": reply})) as server:
        assert sent(server.port, require_tls=False) == Accepted(())
        server.rules = MailRules(replies={"QUIT": reply, "TAKEN": "554 spam"})
        with pytest.raises(Undelivered, match="554 spam") as refused:
            sent(server.port, require_tls=False)
    assert refused.value.final
    assert len(server.mails) == 1


@pytest.mark.parametrize("drip", ["", "EHLO", "MAIL"])
def test_a_server_that_never_ends_costs_a_deadline(
    drip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line now and then, from the greeting on, is no progress; the mail is tried later."""
    monkeypatch.setattr(smtp, "DEADLINE", 0.4)
    with (
        mail_server(MailRules(drip=drip)) as server,
        pytest.raises(Undelivered, match=r"not done within 0\.4 s") as refused,
    ):
        sent(server.port, require_tls=False)
    assert not refused.value.final


def test_a_server_that_never_begins_tls_costs_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where TLS is expected from the start, a server without it is silent."""
    monkeypatch.setattr(smtp, "DEADLINE", 0.4)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(Undelivered, match=r"not done within 0\.4 s"),
    ):
        sent(server.getsockname()[1], implicit_tls=True)


def test_a_quit_that_never_ends_leaves_the_mail_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline that passes after the mail was taken changes nothing of that."""
    monkeypatch.setattr(smtp, "DEADLINE", 0.8)
    with mail_server(MailRules(drip="QUIT")) as server:
        assert sent(server.port, require_tls=False) == Accepted(())
    assert len(server.mails) == 1


def test_no_server_is_not_final() -> None:
    """A server that is down today may be up in a minute."""
    with pytest.raises(Undelivered, match="refused") as refused:
        sent(free_port())
    assert not refused.value.final


def test_the_route_is_that_of_the_settings() -> None:
    """Port 465 is TLS from the start; the password's file lies where Alertmanager has it."""
    mail = {
        "to": ["a@example.com"],
        "from": "ion@example.com",
        "smarthost": "[::1]:465",
        "username": "ion",
        "password_file": "smtp",
    }
    settings = NotificationSettings.model_validate({"secrets_dir": "/run/secrets", "email": mail})
    found = route(settings)
    assert found is not None
    assert (found.host, found.port, found.implicit_tls) == ("::1", 465, True)
    assert found.password_file == Path("/run/secrets/smtp")
    assert route(NotificationSettings()) is None
