"""How many webhooks the bridge took, as its metrics say: Alertmanager counts them with others."""

import ssl
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from exporter.catalog import own_bridge
from exporter.client.own_server import answer
from exporter.errors import IonmonError, SettingsError
from exporter.secrets_file import inspect_secret

TIMEOUT = 5.0  # seconds for the whole of one answer
LARGEST = 1 << 24  # bytes of an answer
_TAKEN = ("journaled", "heartbeat")  # results that Alertmanager counts as a success


class BridgeUnknown(IonmonError):
    """The bridge's metrics cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class BridgeMetrics:
    """Where the metrics of a bridge are, and the token that they need."""

    url: str
    ca_file: Path | None = None
    token_file: Path | None = None

    def taken(self) -> int:
        """Return how many webhooks it took since its start. Raises BridgeUnknown."""
        try:
            text = self._answer()
            return round(
                sum(
                    sample.value
                    for family in text_string_to_metric_families(text)
                    for sample in family.samples
                    if sample.name == own_bridge.NOTIFICATIONS.name
                    and sample.labels.get("result") in _TAKEN
                )
            )
        except (OSError, HTTPException, ValueError, SettingsError) as error:
            raise BridgeUnknown(f"{self.url}: {getattr(error, 'reason', None) or error}") from error

    def _answer(self) -> str:
        request = urllib.request.Request(self.url)  # noqa: S310 - as configured
        if self.token_file is not None:
            token = inspect_secret(self.token_file).secret.reveal()
            request.add_unredirected_header("Authorization", f"Bearer {token}")
        context = ssl.create_default_context(cafile=self.ca_file) if self.ca_file else None
        return answer(request, TIMEOUT, LARGEST, context).decode("utf-8", "replace")
