"""The names of Alertmanager's receivers: one for each channel of each severity and team."""

from collections.abc import Iterator

from exporter.catalog.alert_names import SEVERITIES, channel_receiver
from exporter.settings.model import Settings
from exporter.settings.teams import teams


def receivers(settings: Settings, channel: str) -> frozenset[str]:
    """Return the names of all receivers that a channel may have."""
    return frozenset(_receivers(settings, channel))


def _receivers(settings: Settings, channel: str) -> Iterator[str]:
    for team in ("", *(team for team, _ in teams(settings.services))):
        for severity in SEVERITIES:
            yield channel_receiver(team, severity, channel)
