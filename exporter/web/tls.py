"""Makes an SSL context of Python's own library from the web configuration."""

import logging
import ssl
import tempfile
from contextlib import ExitStack
from pathlib import Path

from exporter.errors import SettingsError
from exporter.secrets_file import UnusableSecret, read_secret
from exporter.web.config import TlsConfig

log = logging.getLogger("ionmon.web")

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
# IANA's names and OpenSSL's, of the suites in crypto/tls.CipherSuites() of any version of Go, which
# is where exporter-toolkit looks a name up (RFC 5246, RFC 5289, RFC 7905).
SUITES = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA": "ECDHE-RSA-DES-CBC3-SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256": "AES128-GCM-SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384": "AES256-GCM-SHA384",
    "TLS_RSA_WITH_AES_128_CBC_SHA": "AES128-SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA": "AES256-SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA": "DES-CBC3-SHA",
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
    limiting = [name for name in tls.cipher_suites if SUITES[name]]
    missing = [name for name in limiting if not _available(SUITES[name])]
    if limiting and len(missing) == len(limiting):
        # Without this its default suites would be used, which nobody configured.
        raise SettingsError(
            f"{where}: this machine's OpenSSL has none of them: {', '.join(missing)}; choose others"
        )
    for name in missing:
        log.warning("%s: this machine's OpenSSL lacks %s; it is left out", where, name)
    found = dict.fromkeys(SUITES[name] for name in limiting if name not in missing)
    if found:
        result.set_ciphers(":".join(found))


def _available(suite: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).set_ciphers(suite)
    except ssl.SSLError:
        return False
    return True


def _load_certificate(result: ssl.SSLContext, tls: TlsConfig, source: Path) -> None:
    with ExitStack() as stack:
        certificate = tls.cert_file or _temporary_file(stack, tls.cert or "")
        key = tls.key_file or _temporary_file(stack, tls.key or "")
        _check_regular(tls.cert_file, f"{source}: tls_server_config.cert_file")
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
    _check_regular(tls.client_ca_file, f"{source}: tls_server_config.client_ca_file")
    inline = tls.client_ca and tls.client_ca.encode("ascii", "replace").decode()
    try:
        result.load_verify_locations(tls.client_ca_file, cadata=inline)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{source}: tls_server_config.client_ca_file: cannot be used: {_text(error)}; "
            "write certificates as PEM"
        ) from None
    result.verify_mode = _CLIENTS[tls.client_auth_type]


def _check_regular(path: Path | None, where: str) -> None:
    """Refuse a pipe, for whose writer OpenSSL would wait."""
    if path and path.exists() and not path.is_file():
        raise SettingsError(f"{where}: {path} is not a regular file; write PEM into one")


def _text(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error)
