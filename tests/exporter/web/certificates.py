"""Certificates made for one test: an authority, and what it signs."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESS = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
TODAY = dt.datetime.now(dt.UTC)


class Authority:
    """Signs certificates; its own is NAME.pem in `home`."""

    def __init__(self, home: Path, name: str = "ca") -> None:
        self.home, self.name = home, name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.path = home / f"{name}.pem"
        self._write(self.path, self._certificate(name, self.key))

    def issue(self, name: str, *names: x509.GeneralName, password: bytes = b"") -> int:
        """Write NAME.pem and NAME.key, alternative names and a password if given; return serial."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._certificate(name, key, names)
        self._write(self.home / f"{name}.pem", made)
        lock = serialization.BestAvailableEncryption(password) if password else None
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            lock or serialization.NoEncryption(),
        )
        (self.home / f"{name}.key").touch(mode=0o600)
        (self.home / f"{name}.key").write_bytes(pem)
        return made.serial_number

    def trust(self, client: str = "") -> ssl.SSLContext:
        """Return a client's context that trusts this authority, with a certificate if named."""
        made = ssl.create_default_context(cafile=str(self.path))
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT  # none here has a key identifier
        if client:
            made.load_cert_chain(self.home / f"{client}.pem", self.home / f"{client}.key")
        return made

    def _certificate(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        names: tuple[x509.GeneralName, ...] = (),
    ) -> x509.Certificate:
        subject, issuer = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (name, self.name)
        )
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(TODAY - dt.timedelta(days=1))
            .not_valid_after(TODAY + dt.timedelta(days=30))
            .add_extension(x509.BasicConstraints(name == self.name, None), critical=True)
        )
        if names:
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return made.sign(self.key, hashes.SHA256())

    @staticmethod
    def _write(path: Path, made: x509.Certificate) -> None:
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
