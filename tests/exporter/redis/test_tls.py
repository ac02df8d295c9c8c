"""A link speaks TLS as the target says, and refuses what the target does not trust."""

import asyncio
import datetime as dt
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from exporter.errors import Reason
from exporter.redis.client import RedisTarget
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


def certificates(home: Path) -> None:
    """Write ca.pem, server.pem and client.pem, each with its .key, and other.pem, unrelated."""
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)

    def make(name: str, issuer: str) -> None:
        keys[name] = ec.generate_private_key(ec.SECP256R1())
        subject, by = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (name, issuer)
        )
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by)
            .public_key(keys[name].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + dt.timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .add_extension(x509.BasicConstraints(name == issuer, None), critical=True)
            .sign(keys[issuer], hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (home / f"{name}.pem").write_bytes(pem)
        write_key(home / f"{name}.key", keys[name])

    keys: dict[str, ec.EllipticCurvePrivateKey] = {}
    for name, issuer in (("ca", "ca"), ("other", "other"), ("server", "ca"), ("client", "ca")):
        make(name, issuer)


@contextmanager
def tls_server(home: Path, clients: str) -> Iterator[RedisTarget]:
    """Run a server that speaks TLS alone; `clients` says whether they need a certificate."""
    certificates(home)
    port = servers.free_port()
    options = ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", clients]
    options += ["--tls-cert-file", str(home / "server.pem")]
    options += ["--tls-key-file", str(home / "server.key")]
    options += ["--tls-ca-cert-file", str(home / "ca.pem")]
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
