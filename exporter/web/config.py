"""The file of --web.config.file: the keys of exporter-toolkit's web configuration, as models."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo

from exporter.redaction import conceal
from exporter.settings.addresses import File, Text, text_form
from exporter.settings.document import read
from exporter.settings.keys import keys
from exporter.settings.positions import refusal
from exporter.settings.problems import problems
from exporter.settings.types import Named, Origin, Seconds, Section, Switch, Whole, part
from exporter.settings.types import key as declare

Version = Literal["TLS10", "TLS11", "TLS12", "TLS13"]
ClientAuth = Literal[
    "NoClientCert",
    "RequestClientCert",
    "RequireAnyClientCert",
    "VerifyClientCertIfGiven",
    "RequireAndVerifyClientCert",
]
HeaderName = Literal[
    "Content-Security-Policy",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "X-XSS-Protection",
    "Strict-Transport-Security",
]
HeaderText = Annotated[
    Text,
    text_form(
        r"[!-~]([ -~]*[!-~])?",
        "is no header's value; write printable ASCII without spaces around it",
    ),
]


def _concealed(secret: str) -> str:
    """Take a secret that is written in the file itself out of every log."""
    conceal(secret)
    return secret


BcryptHash = Annotated[
    str,
    text_form(
        r"\$2[aby]\$(0[4-9]|1[0-9])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}",
        "is no bcrypt hash of a cost from 4 to 19; htpasswd -nBC 10 USER writes one",
    ),
    AfterValidator(_concealed),
]
UserName = Annotated[
    str, text_form(r"[^:\x00-\x1f\x7f]{1,256}", "is no user's name; it holds no ':'")
]


def _only_one(other: str) -> AfterValidator:
    """Return the check that a value and the one of `other` are not both given."""

    def check(value: object, info: ValidationInfo) -> object:
        if value is not None and info.data.get(other) is not None:
            raise ValueError(f"says the same as {other}; remove one of the two")
        return value

    return AfterValidator(check)


def _checkable(kind: str, info: ValidationInfo) -> str:
    """Refuse to ask for certificates that nobody would check."""
    if kind in ("RequestClientCert", "RequireAnyClientCert"):
        raise ValueError(
            "takes certificates that nobody checks; write RequireAndVerifyClientCert, or "
            "VerifyClientCertIfGiven"
        )
    if kind != "NoClientCert" and not (
        info.data.get("client_ca_file") or info.data.get("client_ca")
    ):
        raise ValueError("needs client_ca_file: the certificates that sign the clients'")
    return kind


def _not_below(highest: str, info: ValidationInfo) -> str:
    if highest < info.data.get("min_version", highest):
        raise ValueError("is lower than min_version")
    return highest


def _pair(tls: "TlsConfig") -> "TlsConfig":
    if not (tls.cert_file or tls.cert):
        raise ValueError("needs cert_file, the server's certificate")
    if not (tls.key_file or tls.key):
        raise ValueError("needs key_file, the private key of the certificate")
    return tls


class TlsConfig(Section):
    """The server's certificate, and whether clients need one."""

    cert_file: File | None = declare(None, "Certificate and what signed it, PEM.")
    cert: Annotated[str | None, _only_one("cert_file")] = declare(None, "The same, written here.")
    key_file: File | None = declare(None, "Private key of the certificate, PEM.")
    key: Annotated[Annotated[str, AfterValidator(_concealed)] | None, _only_one("key_file")] = (
        declare(None, "The same, written here; better in a file of its own.")
    )
    client_ca_file: File | None = declare(None, "What signs the clients' certificates, PEM.")
    client_ca: Annotated[str | None, _only_one("client_ca_file")] = declare(
        None, "The same, written here."
    )
    client_auth_type: Annotated[ClientAuth, AfterValidator(_checkable)] = declare(
        "NoClientCert", "Whether clients need a certificate."
    )
    client_allowed_sans: tuple[Text, ...] = declare(
        (), "Alternative names, of which a client's certificate must hold one; empty: any."
    )
    min_version: Version = declare("TLS12", "Lowest version of TLS.")
    max_version: Annotated[Version, AfterValidator(_not_below)] = declare(
        "TLS13", "Highest version of TLS."
    )
    cipher_suites: tuple[Text, ...] = declare((), "Suites of TLS 1.2, by their IANA names.")
    prefer_server_cipher_suites: Switch = declare(
        default=True, meaning="Whether the server's order of suites counts."
    )
    curve_preferences: tuple[Text, ...] = declare((), "Not used: OpenSSL's own are.")


class HttpConfig(Section):
    """What goes with every answer."""

    http2: Switch = declare(default=True, meaning="Not used: HTTP/1.1 is served.")
    headers: Named[HeaderName, HeaderText] = declare({}, "Security headers, added to every answer.")


class RateLimit(Section):
    """How many requests are answered; what is over it gets 429."""

    interval: Seconds = declare("0s", "Time for one more request; 0s for no limit.")
    burst: Annotated[Whole, Field(ge=1)] = declare(1, "Most requests at once.")


class WebConfig(Section):
    """The whole of the file."""

    tls_server_config: Annotated[TlsConfig, AfterValidator(_pair)] | None = declare(
        None, "TLS; left out, the page is served in clear."
    )
    http_server_config: HttpConfig = part(HttpConfig, "Headers.")
    basic_auth_users: Named[UserName, BcryptHash] = declare(
        {}, "Users that may read, each with the bcrypt hash of a password."
    )
    rate_limit: RateLimit = part(RateLimit, "A limit on requests.")

    def files(self) -> tuple[Path, ...]:
        """Return the files that the configuration names."""
        tls = self.tls_server_config
        named = (tls.cert_file, tls.key_file, tls.client_ca_file) if tls else ()
        return tuple(path for path in named if path)


def load(path: Path) -> WebConfig:
    """Return the configuration of a file. Raises SettingsError with every problem in it."""
    document = read(path, example="")  # exporter-toolkit takes an empty file for no protection
    try:
        config = WebConfig.model_validate(document.content, context=Origin(path.absolute().parent))
    except ValidationError as error:
        found = [*document.problems, *problems(error, document, keys(WebConfig))]
    else:
        if not document.problems:
            return config
        found = list(document.problems)
    # Raised out here: pydantic's error holds the values, which may be secrets.
    raise refusal(found)
