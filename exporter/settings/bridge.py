"""The part of `notifications` on the bridge: what it journals, and who may use it."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.settings.addresses import Endpoint, ServerFile, WebFolder, text_form
from exporter.settings.types import Seconds, Section, Switch, Whole, at_least, inside, key


def _network(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise ValueError("is no address or network; write 10.0.0.7 or 10.0.0.0/8") from None
    return text


Network = Annotated[str, AfterValidator(_network)]
UserHeader = Annotated[
    str,
    text_form(
        r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}",
        "is no name of a header; write it like X-Goog-Authenticated-User-Email",
    ),
]


def _authority(path: ServerFile | None, info: ValidationInfo) -> ServerFile | None:
    if path is not None and info.data.get("tls") is False:
        raise ValueError("is used with TLS only; set tls: true")
    return path


def _trusted(header: str | None, info: ValidationInfo) -> str | None:
    if header is not None and not info.data.get("trusted_proxies", True):
        raise ValueError(
            "is believed from a trusted proxy only, and trusted_proxies is empty; add its address"
        )
    return header


class BridgeSettings(Section):
    """How the bridge is reached, how much it keeps, and who may acknowledge."""

    address: Endpoint = key(
        "127.0.0.1:9842", "HOST:PORT at which Alertmanager and Prometheus reach it."
    )
    tls: Switch = key(default=False, meaning="Whether they reach it by https.")
    ca_file: Annotated[ServerFile | None, AfterValidator(_authority)] = key(
        None, "Authority of its certificate, PEM, on their machine; by default the system's."
    )
    credentials_file: ServerFile | None = key(
        None,
        "File with a token that Alertmanager and Prometheus send as `Authorization: Bearer "
        "TOKEN`, and that the bridge requires. They and the bridge read the file.",
    )
    url: WebFolder | None = key(
        None, "Address of its page, which messages link to; left out, they have no such link."
    )
    trusted_proxies: tuple[Network, ...] = key(
        (), "Addresses or networks of proxies that have authenticated whoever they let through."
    )
    user_header: Annotated[UserHeader | None, AfterValidator(_trusted)] = key(
        None, "Header in which these proxies name the user, who then may acknowledge."
    )
    keep: Annotated[Seconds, at_least("8d")] = key(
        "90d", "How long the journal keeps an alert that is over; the week's report needs 8d."
    )
    max_alerts: Annotated[Whole, Field(ge=1_000, le=10_000_000)] = key(
        200_000,
        "Most alerts in the journal, and most pages of 4 KiB in its file. Beyond, the oldest that "
        "are over are removed; dead letters last.",
    )

    @property
    def scheme(self) -> str:
        """The scheme by which it is reached."""
        return "https" if self.tls else "http"


def same_address(bridge: BridgeSettings | None, info: ValidationInfo) -> BridgeSettings | None:
    """Refuse another address in `sentry.bridge`, by which it was named before."""
    sentry = info.data.get("sentry")
    if bridge is None or sentry is None or "bridge" not in sentry.model_fields_set:
        return bridge
    if sentry.bridge != bridge.address:
        text = f"is not that of notifications.sentry.bridge, {sentry.bridge}; remove that key"
        raise inside(("address",), text)
    return bridge
