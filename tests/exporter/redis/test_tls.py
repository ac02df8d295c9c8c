"""A link speaks TLS as the target says, and refuses what the target does not trust."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from prometheus_client import CollectorRegistry

from exporter.errors import Reason
from exporter.recorder import Recorder
from exporter.redis.client import RedisTarget
from exporter.redis.tls import context
from tests import servers
from tests.exporter.redis.test_client import ask, refusal


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key as PEM."""
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def certificates(home: Path, host: str | None = None) -> None:
    """Write ca.pem, server.pem and client.pem, each with its .key, and other.pem, unrelated.

    They are for a host alone, or for 127.0.0.1; none has a key identifier.
    """
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)

    def make(name: str, issuer: str) -> None:
        keys[name] = ec.generate_private_key(ec.SECP256R1())
        subject, by = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (name, issuer)
        )
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        alternative = x509.DNSName(host) if host else address
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by)
            .public_key(keys[name].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + dt.timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
            .add_extension(x509.BasicConstraints(name == issuer, None), critical=True)
            .sign(keys[issuer], hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (home / f"{name}.pem").write_bytes(pem)
        write_key(home / f"{name}.key", keys[name])

    keys: dict[str, ec.EllipticCurvePrivateKey] = {}
    for name, issuer in (("ca", "ca"), ("other", "other"), ("server", "ca"), ("client", "ca")):
        make(name, issuer)


def tls_options(home: Path, clients: str = "no") -> list[str]:
    """Return the options of a server with the certificates in `home`."""
    options = ["--tls-auth-clients", clients, "--tls-cert-file", str(home / "server.pem")]
    options += ["--tls-key-file", str(home / "server.key")]
    return [*options, "--tls-ca-cert-file", str(home / "ca.pem")]


@contextmanager
def tls_server(home: Path, clients: str, host: str | None = None) -> Iterator[RedisTarget]:
    """Run a server that speaks TLS alone; `clients` says whether they need a certificate."""
    certificates(home, host)
    port = servers.free_port()
    options = ["--port", "0", "--tls-port", str(port), *tls_options(home, clients)]
    with servers.redis(home, *options, port=port):
        yield RedisTarget(name="cache", url=f"rediss://127.0.0.1:{port}", ca_file=home / "ca.pem")


def test_tls_trusts_the_named_authority_alone(tmp_path: Path) -> None:
    """The right authority connects; none, another or a missing file says so."""
    with tls_server(tmp_path, "no") as target:
        assert asyncio.run(ask(target)) == [0]
        assert "certificate" in str(refusal(replace(target, ca_file=None)))
        assert "certificate" in str(refusal(replace(target, ca_file=tmp_path / "other.pem")))
        missing = refusal(replace(target, ca_file=tmp_path / "none.pem"))
        assert missing.reason is Reason.CREDENTIALS
        assert "ca_file" in str(missing)
        unchecked = replace(target, ca_file=None, insecure_skip_verify=True)
        assert asyncio.run(ask(unchecked)) == [0]


def test_mutual_tls_shows_the_clients_certificate(tmp_path: Path) -> None:
    """A server that requires a certificate gets it; without one it hangs up."""
    with tls_server(tmp_path, "yes") as target:
        cert, key = tmp_path / "client.pem", tmp_path / "client.key"
        assert asyncio.run(ask(replace(target, cert_file=cert, key_file=key))) == [0]
        assert refusal(target).reason is Reason.UNAVAILABLE


def test_a_certificate_for_another_name_is_accepted_by_that_name_alone(tmp_path: Path) -> None:
    """`server_name` is the name that is checked, whatever host is connected to."""
    with tls_server(tmp_path, "no", "cache.internal.example") as target:
        assert "mismatch" in str(refusal(target))
        named = replace(target, server_name="cache.internal.example")
        assert asyncio.run(ask(named)) == [0]
        assert "mismatch" in str(refusal(replace(target, server_name="other.example")))


def test_certificates_without_key_identifiers_are_accepted_as_before_python_3_13(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The strict checks of newer Pythons are off for a configured authority, and only there."""
    make = ssl.create_default_context

    def strict(**options: Any) -> ssl.SSLContext:
        made = make(**options)
        made.verify_flags |= ssl.VERIFY_X509_STRICT  # which is Python 3.13's default
        return made

    monkeypatch.setattr(ssl, "create_default_context", strict)
    with tls_server(tmp_path, "no") as target:
        assert asyncio.run(ask(target)) == [0]
        assert "certificate" in str(refusal(replace(target, ca_file=tmp_path / "other.pem")))
    system = context(replace(target, ca_file=None))
    assert system.verify_flags & ssl.VERIFY_X509_STRICT


def test_a_recorder_accepts_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An application's URL names the authority, and what that one has not signed is refused."""
    make = ssl.create_default_context

    def strict(**options: Any) -> ssl.SSLContext:
        made = make(**options)
        made.verify_flags |= ssl.VERIFY_X509_STRICT
        return made

    monkeypatch.setattr(ssl, "create_default_context", strict)
    with tls_server(tmp_path, "no") as target:
        flushed = []
        for authority in ("ca", "other"):
            url = f"{target.url}?ssl_ca_certs={tmp_path / authority}.pem"
            recorder = Recorder(url, application="shop", registry=CollectorRegistry())
            flushed.append(recorder.flush())
    assert flushed == [True, False]
