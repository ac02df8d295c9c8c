"""From the web configuration to an SSL context of Python's own library."""

import ssl
import tempfile
from contextlib import ExitStack
from pathlib import Path

from exporter.errors import SettingsError
from exporter.secrets_file import UnusableSecret, read_secret
from exporter.web.config import TlsConfig

_VERSIONS = {
    "TLS10": ssl.TLSVersion.TLSv1,
    "TLS11": ssl.TLSVersion.TLSv1_1,
    "TLS12": ssl.TLSVersion.TLSv1_2,
    "TLS13": ssl.TLSVersion.TLSv1_3,
}
_CLIENTS = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
# IANA's names and OpenSSL's, of the suites that Go's servers know (RFC 5289, RFC 7905).
SUITES = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_AES_128_GCM_SHA256": "",
    "TLS_AES_256_GCM_SHA384": "",
    "TLS_CHACHA20_POLY1305_SHA256": "",
}


def context(tls: TlsConfig, source: Path) -> ssl.SSLContext:
    """Return the context; `source` is the file it comes from. Raises SettingsError."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _limit_versions(made, tls, source)
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    if not tls.prefer_server_cipher_suites:  # Python's default is to prefer them
        made.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    made.set_alpn_protocols(["http/1.1"])
    _limit_suites(made, tls, source)
    _load_certificate(made, tls, source)
    _trust_clients(made, tls, source)
    return made


def _limit_versions(made: ssl.SSLContext, tls: TlsConfig, source: Path) -> None:
    try:
        made.minimum_version = _VERSIONS[tls.min_version]
        made.maximum_version = _VERSIONS[tls.max_version]
    except ValueError as error:
        raise SettingsError(
            f"{source}: tls_server_config.min_version: this machine's OpenSSL does not allow "
            f"{tls.min_version} to {tls.max_version}: {error}; use TLS12 and TLS13"
        ) from None


def _limit_suites(made: ssl.SSLContext, tls: TlsConfig, source: Path) -> None:
    where = f"{source}: tls_server_config.cipher_suites"
    unknown = [name for name in tls.cipher_suites if name not in SUITES]
    if unknown:
        raise SettingsError(f"{where}: {unknown[0]} is not known; use {', '.join(SUITES)}")
    named = [SUITES[name] for name in tls.cipher_suites if SUITES[name]]
    try:
        if named:
            made.set_ciphers(":".join(dict.fromkeys(named)))
    except ssl.SSLError as error:
        raise SettingsError(
            f"{where}: this machine's OpenSSL has none of them: {_words(error)}; name others"
        ) from None


def _load_certificate(made: ssl.SSLContext, tls: TlsConfig, source: Path) -> None:
    with ExitStack() as stack:
        certificate = tls.cert_file or _in_a_file(stack, tls.cert or "")
        key = tls.key_file or _in_a_file(stack, tls.key or "")
        try:
            if tls.key_file:
                read_secret(tls.key_file)  # so that no log shows it; OpenSSL reads it again
            made.load_cert_chain(certificate, key, password=_no_password)
        except UnusableSecret as error:
            raise SettingsError(f"{source}: tls_server_config.key_file: {error}") from None
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"{source}: tls_server_config: certificate or key cannot be used: "
                f"{_words(error)}; give PEM files that belong together"
            ) from None


def _no_password() -> str:
    """Stand in for the question on the terminal that OpenSSL would ask."""
    raise ValueError("the key has a password, take it off")


def _in_a_file(stack: ExitStack, pem: str) -> Path:
    """Write what stands in the configuration itself where OpenSSL can read it: to a file."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ionmon-"))
    path = Path(folder, "pem")
    path.touch(0o600)
    path.write_text(pem, encoding="ascii", errors="replace")
    return path


def _trust_clients(made: ssl.SSLContext, tls: TlsConfig, source: Path) -> None:
    if tls.client_auth_type == "NoClientCert":
        return
    written = tls.client_ca and tls.client_ca.encode("ascii", "replace").decode()
    try:
        made.load_verify_locations(tls.client_ca_file, cadata=written)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{source}: tls_server_config.client_ca_file: cannot be used: {_words(error)}; "
            "give certificates as PEM"
        ) from None
    made.verify_mode = _CLIENTS[tls.client_auth_type]


def _words(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error)
