"""Makes an SSL context of Python's own library from the web configuration."""

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
    result = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _limit_versions(result, tls, source)
    result.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    if not tls.prefer_server_cipher_suites:  # Python's default is to prefer them
        result.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    result.set_alpn_protocols(["http/1.1"])
    _limit_suites(result, tls, source)
    _load_certificate(result, tls, source)
    _trust_clients(result, tls, source)
    return result


def _limit_versions(result: ssl.SSLContext, tls: TlsConfig, source: Path) -> None:
    try:
        result.minimum_version = _VERSIONS[tls.min_version]
        result.maximum_version = _VERSIONS[tls.max_version]
    except ValueError as error:
        raise SettingsError(
            f"{source}: tls_server_config.min_version: this machine's OpenSSL does not allow "
            f"{tls.min_version} to {tls.max_version}: {error}; use TLS12 and TLS13"
        ) from None


def _limit_suites(result: ssl.SSLContext, tls: TlsConfig, source: Path) -> None:
    where = f"{source}: tls_server_config.cipher_suites"
    unknown = [name for name in tls.cipher_suites if name not in SUITES]
    if unknown:
        raise SettingsError(f"{where}: {unknown[0]} is unknown; use {', '.join(SUITES)}")
    suites = [SUITES[name] for name in tls.cipher_suites if SUITES[name]]
    try:
        if suites:
            result.set_ciphers(":".join(dict.fromkeys(suites)))
    except ssl.SSLError as error:
        raise SettingsError(
            f"{where}: this machine's OpenSSL has none of them: {_text(error)}; choose others"
        ) from None


def _load_certificate(result: ssl.SSLContext, tls: TlsConfig, source: Path) -> None:
    with ExitStack() as stack:
        certificate = tls.cert_file or _temporary_file(stack, tls.cert or "")
        key = tls.key_file or _temporary_file(stack, tls.key or "")
        try:
            if tls.key_file:
                read_secret(tls.key_file)  # only so that no log shows it; OpenSSL reads it again
            result.load_cert_chain(certificate, key, password=_no_password)
        except UnusableSecret as error:
            raise SettingsError(f"{source}: tls_server_config.key_file: {error}") from None
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"{source}: tls_server_config: certificate or key cannot be used: "
                f"{_text(error)}; both have to be PEM and belong together"
            ) from None


def _no_password() -> str:
    """Refuse a key with a password: OpenSSL would ask for it on the terminal."""
    raise ValueError("the key has a password; remove it")


def _temporary_file(stack: ExitStack, pem: str) -> Path:
    """Write inline PEM to a file: OpenSSL reads certificates from files only."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ionmon-"))
    path = Path(folder, "pem")
    path.touch(0o600)
    path.write_text(pem, encoding="ascii", errors="replace")
    return path


def _trust_clients(result: ssl.SSLContext, tls: TlsConfig, source: Path) -> None:
    if tls.client_auth_type == "NoClientCert":
        return
    inline = tls.client_ca and tls.client_ca.encode("ascii", "replace").decode()
    try:
        result.load_verify_locations(tls.client_ca_file, cadata=inline)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{source}: tls_server_config.client_ca_file: cannot be used: {_text(error)}; "
            "write certificates as PEM"
        ) from None
    result.verify_mode = _CLIENTS[tls.client_auth_type]


def _text(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error)
