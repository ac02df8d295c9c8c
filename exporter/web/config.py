"""The file of --web.config.file: the keys of exporter-toolkit's web configuration, as models."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo

from exporter.logs.redaction import conceal
from exporter.settings.addresses import File, Text, text_form
from exporter.settings.document import read
from exporter.settings.keys import keys
from exporter.settings.positions import Loc, refusal
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
        "is not a header's value; write printable ASCII without spaces around it",
    ),
]


def _concealed(secret: str) -> str:
    """Keep a secret that is written in the file itself out of every log."""
    conceal(secret)
    return secret


BcryptHash = Annotated[
    str,
    text_form(
        r"\$2[aby]\$(0[4-9]|1[0-9])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}",
        "is not a bcrypt hash of a cost from 4 to 19; htpasswd -nBC 10 USER writes one",
    ),
    AfterValidator(_concealed),
]
UserName = Annotated[
    str,
    text_form(r"[^:\x00-\x1f\x7f]{1,256}", "is not a user name; it must not contain ':'"),
]


def _only_one(other: str) -> AfterValidator:
    """Return a check that a value and that of `other` are not both set."""

    def check(value: object, info: ValidationInfo) -> object:
        if value is not None and info.data.get(other) is not None:
            raise ValueError(f"sets the same as {other}; remove one of the two")
        return value

    return AfterValidator(check)


def _checkable(kind: str, info: ValidationInfo) -> str:
    """Refuse modes that request a certificate without verifying it."""
    if kind in ("RequestClientCert", "RequireAnyClientCert"):
        raise ValueError(
            "accepts certificates without verifying them; write RequireAndVerifyClientCert or "
            "VerifyClientCertIfGiven"
        )
    if kind != "NoClientCert" and not (
        info.data.get("client_ca_file") or info.data.get("client_ca")
    ):
        raise ValueError("needs client_ca_file: the authority that signs the clients' certificates")
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


_KEY_DEPTH = 2


class TlsConfig(Section):
    """The server's certificate, and whether clients need one."""

    cert_file: File | None = declare(None, "Certificate and its chain, PEM.")
    cert: Annotated[str | None, _only_one("cert_file")] = declare(None, "The same, inline.")
    key_file: File | None = declare(None, "Private key of the certificate, PEM.")
    key: Annotated[Annotated[str, AfterValidator(_concealed)] | None, _only_one("key_file")] = (
        declare(None, "The same, inline; better in a file of its own.")
    )
    client_ca_file: File | None = declare(None, "Authorities of the clients' certificates, PEM.")
    client_ca: Annotated[str | None, _only_one("client_ca_file")] = declare(
        None, "The same, inline."
    )
    client_auth_type: Annotated[ClientAuth, AfterValidator(_checkable)] = declare(
        "NoClientCert", "Whether clients need a certificate."
    )
    client_allowed_sans: tuple[Text, ...] = declare(
        (), "Alternative names; a client's certificate must have one of them. Empty: any."
    )
    min_version: Version = declare("TLS12", "Lowest version of TLS.")
    max_version: Annotated[Version, AfterValidator(_not_below)] = declare(
        "TLS13", "Highest version of TLS."
    )
    cipher_suites: tuple[Text, ...] = declare((), "Suites of TLS 1.2, by their IANA names.")
    prefer_server_cipher_suites: Switch = declare(
        default=True, meaning="Whether the server's order of suites is preferred."
    )
    curve_preferences: tuple[Text, ...] = declare((), "Not used: OpenSSL chooses.")


class HttpConfig(Section):
    """What is sent with every response."""

    http2: Switch = declare(default=True, meaning="Not used: HTTP/1.1 is served.")
    headers: Named[HeaderName, HeaderText] = declare({}, "Security headers of every response.")


class RateLimit(Section):
    """How many requests are answered; the rest get 429."""

    interval: Seconds = declare("0s", "Time until one more request is allowed; 0s: no limit.")
    burst: Annotated[Whole, Field(ge=1)] = declare(1, "Maximum number of requests at once.")


class WebConfig(Section):
    """The whole of the file."""

    tls_server_config: Annotated[TlsConfig, AfterValidator(_pair)] | None = declare(
        None, "TLS; without it, plain HTTP is served."
    )
    http_server_config: HttpConfig = part(HttpConfig, "Headers.")
    basic_auth_users: Named[UserName, BcryptHash] = declare(
        {}, "Users that may read, each with the bcrypt hash of its password."
    )
    rate_limit: RateLimit = part(RateLimit, "Limit on requests.")

    def files(self) -> tuple[Path, ...]:
        """Return the files that the configuration names."""
        tls = self.tls_server_config
        paths = (tls.cert_file, tls.key_file, tls.client_ca_file) if tls else ()
        return tuple(path for path in paths if path)


def _absent(at: Loc) -> bool:
    """Return whether a key without a value is left out; a user without a hash never is."""
    return len(at) == 1 or (len(at) == _KEY_DEPTH and at[0] != "basic_auth_users")


def load(path: Path) -> WebConfig:
    """Return the configuration of a file. Raises SettingsError with every problem in it."""
    # exporter-toolkit takes an empty file for no protection, an empty section for a missing one.
    document = read(path, example="", absent=_absent)
    if document.content.get("tls_server_config") == {}:
        document.content.pop("tls_server_config")  # plain HTTP, as exporter-toolkit takes it
    try:
        config = WebConfig.model_validate(document.content, context=Origin(path.absolute().parent))
    except ValidationError as error:
        faults = [*document.problems, *problems(error, document, keys(WebConfig))]
    else:
        if not document.problems:
            return config
        faults = list(document.problems)
    # Raised out here: pydantic's error contains the values, which may be secrets.
    raise refusal(faults)
