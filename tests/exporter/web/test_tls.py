"""From the web configuration to TLS, spoken with Python's own client."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from exporter.errors import SettingsError
from exporter.web import tls
from exporter.web.config import TlsConfig
from exporter.web.server import ServerOptions, WebServer
from exporter.web.tls import context
from tests.exporter.web.certificates import ADDRESS, Authority
from tests.exporter.web.serving import LISTEN, ask, opened, serving

SERVER = {"cert_file": "server.pem", "key_file": "server.key"}
MUTUAL = {**SERVER, "client_ca_file": "ca.pem", "client_auth_type": "RequireAndVerifyClientCert"}
SUITES = ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    """Make an authority, a certificate for the server and one for a client."""
    made = Authority(tmp_path)
    made.issue("server", ADDRESS)
    made.issue("client", x509.DNSName("prometheus.example"), ADDRESS)
    return made


@contextmanager
def tls_server(home: Path, keys: dict[str, Any]) -> Iterator[WebServer]:
    """Serve with these keys of tls_server_config."""
    lines = "".join(f"  {key}: {value}\n" for key, value in keys.items())
    path = home / "web.yml"
    path.write_text(f"tls_server_config:\n{lines}")
    with serving(settings=ServerOptions(listen=LISTEN, config_file=path)) as server:
        yield server


def status(server: WebServer, trust: ssl.SSLContext) -> int:
    """Return the status of an answer, 0 where the server does not talk to this client."""
    try:
        return ask(server, trust=trust).status
    except (ssl.SSLError, ConnectionError):
        return 0


def spoken(server: WebServer, trust: ssl.SSLContext) -> tuple[str | None, str, str | None]:
    """Return version, cipher suite and protocol that a handshake agrees on."""
    with trust.wrap_socket(opened(server), server_hostname="127.0.0.1") as secure:
        return secure.version(), (secure.cipher() or ("",))[0], secure.selected_alpn_protocol()


def test_the_page_in_tls(tmp_path: Path, ca: Authority) -> None:
    """TLS 1.3 and HTTP/1.1 are agreed on; one who trusts another authority gets nothing."""
    other = Authority(tmp_path, "other")
    with tls_server(tmp_path, SERVER) as server:
        trust = ca.trust()
        trust.set_alpn_protocols(["h2", "http/1.1"])
        version, _, protocol = spoken(server, trust)
        assert (version, protocol) == ("TLSv1.3", "http/1.1")
        assert ask(server, trust=ca.trust()).body == b"the page\n"
        assert status(server, other.trust()) == 0
        assert server.scheme == "https"


def test_certificates_written_in_the_configuration(tmp_path: Path, ca: Authority) -> None:
    """Certificate, key and authority may stand in the file itself; no copy of them stays."""
    inline = {
        name: '"' + (tmp_path / path).read_text().replace("\n", "\\n") + '"'
        for name, path in (("cert", "server.pem"), ("key", "server.key"), ("client_ca", "ca.pem"))
    }
    auth = {"client_auth_type": "RequireAndVerifyClientCert"}
    with tls_server(tmp_path, {**inline, **auth}) as server:
        assert status(server, ca.trust("client")) == 200
        assert status(server, ca.trust()) == 0


def test_versions_are_limited(tmp_path: Path, ca: Authority) -> None:
    """A client that speaks only what lies outside the limits is refused."""
    old, new = ca.trust(), ca.trust()
    old.maximum_version, new.minimum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    with tls_server(tmp_path, {**SERVER, "min_version": "TLS13"}) as server:
        assert (status(server, old), status(server, new)) == (0, 200)
    with tls_server(tmp_path, {**SERVER, "max_version": "TLS12"}) as server:
        assert (status(server, old), status(server, new)) == (200, 0)


@pytest.mark.parametrize(("ours", "expected"), [("true", "AES128"), ("false", "AES256")])
def test_suites_are_limited_and_ordered(
    tmp_path: Path, ca: Authority, ours: str, expected: str
) -> None:
    """Of two named suites the server's first is taken, or the client's; no other is."""
    keys = {
        **SERVER,
        "max_version": "TLS12",
        "cipher_suites": SUITES,
        "prefer_server_cipher_suites": ours,
    }
    reverse, other = ca.trust(), ca.trust()
    reverse.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256")
    other.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")
    with tls_server(tmp_path, keys) as server:
        assert expected in spoken(server, reverse)[1]
        assert status(server, other) == 0


def test_clients_need_a_certificate(tmp_path: Path, ca: Authority) -> None:
    """One of the named authority is let in; none, and one of another authority, are not."""
    stranger = Authority(tmp_path, "stranger")
    stranger.issue("forged", x509.DNSName("prometheus.example"))
    forged = ca.trust()
    forged.load_cert_chain(tmp_path / "forged.pem", tmp_path / "forged.key")
    with tls_server(tmp_path, MUTUAL) as server:
        found = [status(server, trust) for trust in (ca.trust("client"), ca.trust(), forged)]
        assert found == [200, 0, 0]
        assert not server.exposed


def test_a_certificate_if_there_is_one(tmp_path: Path, ca: Authority) -> None:
    """Without one a client is let in, with one of another authority it is not."""
    stranger = Authority(tmp_path, "stranger")
    stranger.issue("forged")
    forged = ca.trust()
    forged.load_cert_chain(tmp_path / "forged.pem", tmp_path / "forged.key")
    with tls_server(tmp_path, {**MUTUAL, "client_auth_type": "VerifyClientCertIfGiven"}) as server:
        found = [status(server, trust) for trust in (ca.trust("client"), ca.trust(), forged)]
        assert found == [200, 200, 0]


@pytest.mark.parametrize("kind", ["RequireAndVerifyClientCert", "VerifyClientCertIfGiven"])
@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        (["other.example", "prometheus.example"], 200),
        (["127.0.0.1"], 200),
        (["spiffe://ion/prometheus"], 200),
        (["prometheus"], 0),
        (["example", "client"], 0),
    ],
)
def test_names_of_clients(
    tmp_path: Path, ca: Authority, kind: str, allowed: list[str], expected: int
) -> None:
    """One of the certificate's alternative names has to be one of those allowed, whole."""
    names = (x509.DNSName("prometheus.example"), ADDRESS)
    ca.issue("client", *names, x509.UniformResourceIdentifier("spiffe://ion/prometheus"))
    ca.issue("nameless")
    keys = {**MUTUAL, "client_auth_type": kind, "client_allowed_sans": allowed}
    with tls_server(tmp_path, keys) as server:
        found = [status(server, ca.trust(name)) for name in ("client", "nameless", "")]
        assert found == [expected, 0, 0]


BAD = "web.yml: tls_server_config: certificate or key cannot be used: "


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"cert_file": "none.pem"}, f"{BAD}No such file or directory; both have to be PEM"),
        ({"cert_file": "other.pem"}, f"{BAD}.*(?i:mismatch).*; both have to be PEM"),
        ({"key_file": "empty"}, "web.yml: tls_server_config.key_file: .*empty: is empty; write"),
        (
            {"key_file": "locked.key"},
            f"{BAD}the key has a password; remove it; both",
        ),
        (
            {"client_ca_file": "empty", "client_auth_type": "RequireAndVerifyClientCert"},
            "web.yml: tls_server_config.client_ca_file: cannot be used: .*certificates as PEM",
        ),
        (
            {"client_ca": "é", "client_auth_type": "RequireAndVerifyClientCert"},
            "web.yml: tls_server_config.client_ca_file: cannot be used: .*certificates as PEM",
        ),
        (
            {"cipher_suites": ("TLS_RSA_WITH_RC4_128_SHA",)},
            (
                "web.yml: tls_server_config.cipher_suites: TLS_RSA_WITH_RC4_128_SHA is unknown; "
                "use TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "
            ),
        ),
    ],
)
def test_what_cannot_be_used(
    tmp_path: Path, ca: Authority, change: dict[str, Any], expected: str
) -> None:
    """The refusal names file and key, the cause and the fix."""
    ca.issue("locked", password=b"secret")
    ca.issue("other")
    (tmp_path / "empty").touch()
    keys = {**SERVER, **change}
    files = {k: tmp_path / v if k.endswith("_file") else v for k, v in keys.items()}
    with pytest.raises(SettingsError, match=expected):
        context(TlsConfig(**files), Path("web.yml"))


@pytest.mark.parametrize(
    ("table", "key", "value", "expected"),
    [
        (
            tls.SUITES,
            SUITES[0],
            "NO-SUCH-SUITE",
            "cipher_suites: .*none of them: .*; choose",
        ),
        (tls._VERSIONS, "TLS12", 0x9999, "min_version: .* not allow TLS12 to TLS13"),
    ],
)
def test_what_openssl_was_built_without(
    ca: Authority,
    monkeypatch: pytest.MonkeyPatch,
    table: dict[str, Any],
    key: str,
    value: object,
    expected: str,
) -> None:
    """A suite or a version that this machine's library does not have is refused by its key."""
    monkeypatch.setitem(table, key, value)
    pem = {name: ca.home / file for name, file in SERVER.items()}
    with pytest.raises(SettingsError, match=f"web.yml: tls_server_config.{expected}"):
        context(TlsConfig(**pem, cipher_suites=(SUITES[0],)), Path("web.yml"))


def test_suites_of_tls_1_3_alone_leave_the_others(tmp_path: Path, ca: Authority) -> None:
    """As in Go, TLS 1.3 suites are not chosen: naming only them limits nothing."""
    keys = {**SERVER, "cipher_suites": ["TLS_AES_128_GCM_SHA256"]}
    old = ca.trust()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with tls_server(tmp_path, keys) as server:
        assert status(server, old) == 200


def test_suites_that_openssl_lacks_are_left_out(
    ca: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    """Of the suites of a toolkit's file those that are there are used, the other one is named."""
    pem = {name: ca.home / file for name, file in SERVER.items()}
    wanted = (
        "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_AES_128_GCM_SHA256",
    )
    found = context(TlsConfig(**pem, cipher_suites=wanted), Path("web.yml"))
    old = [one["name"] for one in found.get_ciphers() if not one["name"].startswith("TLS_")]
    assert old == ["ECDHE-RSA-AES128-SHA"]
    where = "web.yml: tls_server_config.cipher_suites"
    lacking = "this machine's OpenSSL lacks TLS_RSA_WITH_3DES_EDE_CBC_SHA; it is left out"
    assert caplog.messages == [f"{where}: {lacking}"]


@pytest.mark.parametrize("key", ["cert_file", "client_ca_file"])
def test_a_pipe_is_refused_without_waiting(ca: Authority, key: str) -> None:
    """A certificate or an authority in a FIFO does not stop the server."""
    os.mkfifo(ca.home / "fifo")
    files = {**SERVER, key: "fifo"}
    pem = {name: ca.home / file for name, file in files.items()}
    tls_config = (
        TlsConfig(**pem, client_auth_type="VerifyClientCertIfGiven")
        if key != "cert_file"
        else TlsConfig(**pem)
    )
    with pytest.raises(SettingsError, match=f"tls_server_config.{key}: .*fifo is not a regular"):
        context(tls_config, Path("web.yml"))


def test_no_suite_left_is_refused(ca: Authority) -> None:
    """Where OpenSSL has none of the configured suites, its default ones are not used instead."""
    pem = {name: ca.home / file for name, file in SERVER.items()}
    suites = ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_AES_128_GCM_SHA256")
    with pytest.raises(SettingsError, match="none of them: TLS_RSA_WITH_3DES_EDE_CBC_SHA; choose"):
        context(TlsConfig(**pem, cipher_suites=suites), Path("web.yml"))
