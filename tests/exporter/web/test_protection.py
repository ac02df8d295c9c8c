"""TLS, passwords and headers are read anew when a file changes, and kept when it turns bad."""

import logging
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest
from cryptography import x509

from exporter.errors import SettingsError
from exporter.web.server import ServerOptions, WebServer
from tests.exporter.web.certificates import ADDRESS, Authority
from tests.exporter.web.serving import LISTEN, ask, link, say, serving
from tests.exporter.web.test_access import basic

TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
HEADERS = "http_server_config: {headers: {X-Frame-Options: deny}}\n"


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    """Make an authority and a certificate for the server."""
    made = Authority(tmp_path)
    made.issue("server", ADDRESS)
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the web configuration is."""
    return tmp_path / "web.yml"


@pytest.fixture
def server(path: Path, ca: Authority) -> Iterator[WebServer]:
    """Serve in TLS."""
    write(path, TLS)
    del ca
    with serving(settings=ServerOptions(listen=LISTEN, config_file=path)) as found:
        yield found


def write(path: Path, text: str) -> None:
    """Replace a file at once, as those do who renew one."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)


def serial(server: WebServer, trust: ssl.SSLContext) -> int:
    """Return the number of the certificate that the next connection is shown."""
    connection = link(server, trust)
    connection.connect()
    assert isinstance(connection.sock, ssl.SSLSocket)
    shown = connection.sock.getpeercert(binary_form=True)
    assert shown is not None
    assert say(connection).status == 200
    connection.close()
    return x509.load_der_x509_certificate(shown).serial_number


def test_a_renewed_certificate_is_shown_to_the_next_connection(
    server: WebServer, ca: Authority
) -> None:
    """New files on disk are enough; a connection that is open stays open."""
    before = serial(server, ca.trust())
    kept = link(server, ca.trust())
    assert say(kept).status == 200
    after = ca.issue("server", ADDRESS)
    assert after == serial(server, ca.trust())
    assert before != after
    assert say(kept).status == 200
    kept.close()


@pytest.mark.parametrize("name", ["server.pem", "server.key"])
def test_a_bad_renewal_keeps_the_old_certificate(
    server: WebServer, ca: Authority, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A file of rubbish, or half a pair, is told once; the whole new pair is taken."""
    before = serial(server, ca.trust())
    (ca.home / name).write_text("rubbish")
    with caplog.at_level(logging.INFO, "ionmon.web"):
        assert [before] * 2 == [serial(server, ca.trust()) for _ in range(2)]
        after = ca.issue("server", ADDRESS)
        assert after == serial(server, ca.trust())
    told = [r.getMessage().partition(":")[0] for r in caplog.records]
    assert told == [
        "web configuration refused, the old one stays",
        "web configuration is valid again",
        "web configuration read",
    ]


def test_a_certificate_that_vanished_keeps_the_old_one(server: WebServer, ca: Authority) -> None:
    """A file that is gone for a moment takes nothing from readers."""
    before = serial(server, ca.trust())
    (ca.home / "server.pem").unlink()
    assert before == serial(server, ca.trust())


def test_a_new_configuration_holds_from_the_next_request(
    server: WebServer, path: Path, ca: Authority
) -> None:
    """Passwords and headers change on a connection that is open; a wrong file changes nothing."""
    kept = link(server, ca.trust())
    assert "x-frame-options" not in say(kept).headers
    user = f"basic_auth_users: {{alice: {bcrypt.hashpw(b'wonder', bcrypt.gensalt(4)).decode()}}}\n"
    write(path, TLS + HEADERS + user)
    refused = say(kept)
    assert (refused.status, refused.headers["x-frame-options"]) == (401, "deny")
    write(path, TLS + "basic_auth_users: {alice: wonder}\n")
    assert say(kept).status == 401
    assert say(kept, headers={"Authorization": basic("alice", "wonder")}).status == 200
    write(path, TLS)
    assert say(kept).status == 200
    kept.close()


def test_files_that_a_refused_configuration_names_are_waited_for(
    server: WebServer, path: Path, ca: Authority
) -> None:
    """A configuration that comes before its certificate holds as soon as that is there."""
    before = serial(server, ca.trust())
    write(path, TLS.replace("server.", "next."))
    assert before == serial(server, ca.trust())
    after = ca.issue("next", ADDRESS)
    assert after == serial(server, ca.trust())


def test_tls_is_switched_on_without_a_restart(tmp_path: Path, path: Path, ca: Authority) -> None:
    """A page that was served in clear is served in TLS from the next connection on."""
    write(path, HEADERS)
    with serving(settings=ServerOptions(listen=LISTEN, config_file=path)) as server:
        assert (server.scheme, ask(server).status) == ("http", 200)
        write(path, TLS)
        assert (server.scheme, ask(server, trust=ca.trust()).status) == ("https", 200)
    assert sorted(p.name for p in tmp_path.glob("server.*")) == ["server.key", "server.pem"]


def test_a_configuration_is_read_once_a_change(
    server: WebServer, path: Path, ca: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    """Requests between two changes read nothing; a touched file, or other files, are read once."""
    ca.issue("next", ADDRESS)
    with caplog.at_level(logging.INFO, "ionmon.web"):
        for _ in range(3):
            ask(server, trust=ca.trust())
        assert caplog.messages == []
        os.utime(path, (1, 1))
        for _ in range(3):
            ask(server, trust=ca.trust())
        assert caplog.messages == ["web configuration read"]
        write(path, TLS.replace("server.", "next."))
        for _ in range(3):
            ask(server, trust=ca.trust())
    assert caplog.messages == ["web configuration read"] * 2


def test_what_only_go_knows_is_reported(
    path: Path, ca: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    """Curves are read and not used, and the log says so."""
    del ca
    write(path, TLS + "  curve_preferences: [CurveP256]\n")
    WebServer(None, ServerOptions(listen=LISTEN, config_file=path))
    assert caplog.messages == [f"{path}: tls_server_config.curve_preferences is not used"]


def test_a_wrong_configuration_at_the_start(path: Path) -> None:
    """There is no old one to keep: the server does not begin."""
    write(path, TLS)
    with pytest.raises(
        SettingsError, match=r"web.yml: tls_server_config.key_file: .*server.key: cannot be read"
    ):
        WebServer(None, ServerOptions(listen=LISTEN, config_file=path))
