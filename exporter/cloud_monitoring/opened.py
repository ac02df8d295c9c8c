"""Opens a client for as long as a command runs, as the settings say how Google is reached."""

from collections.abc import Iterator
from contextlib import contextmanager

from exporter.cloud_monitoring.channel import channel
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.settings import GoogleSettings
from exporter.telemetry import Telemetry


@contextmanager
def opened_client(
    google: GoogleSettings, *, timeout: float | None = None, source: SourceClock | None = None
) -> Iterator[MonitoringClient]:
    """Yield a client, whose calls end with the block. Raises CredentialsMissing.

    timeout  seconds of a call; by default those of the settings
    """
    opened = channel(google.endpoint, google.credentials_file, insecure=google.insecure)
    limits = CallLimits(timeout or google.timeout, google.calls_per_minute)
    try:
        yield MonitoringClient(opened, limits, Telemetry(0.0), source)
    finally:
        opened.close()  # ends running calls, so that Ctrl-C does not wait for them
