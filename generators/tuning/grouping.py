"""How firings become notifications: grouped as in Slack and mail."""

from exporter.settings import Settings
from generators.tuning.backtest import Grouping

_BY = ("alertname", "gcp_project", "region")  # of Slack and mail, where settings name nothing else
_INTERVAL = 600  # seconds: the cooldown between two notifications of a group


def usual(settings: Settings) -> Grouping:
    """Return the grouping of the settings' channel that most people read."""
    given = settings.notifications.group_by.slack or settings.notifications.group_by.email
    return Grouping(given or _BY, _INTERVAL)
