"""The alerts beside the table's that are not written, since the settings read nothing of them."""

from collections.abc import Iterator

from exporter.settings import Settings
from generators import burn_rates
from generators.policy import is_brought, policy
from generators.rules import anomaly, budget_trend, correlation, health, trend


def names(settings: Settings) -> tuple[str, ...]:
    """Return their names, each once, but for those that the settings disable."""
    others = settings.alerts.others
    found = dict.fromkeys(every(settings))
    return tuple(name for name in found if name not in others or others[name].enabled)


def every(settings: Settings) -> Iterator[str]:
    """Yield their names, those that the settings disable included."""
    unread = settings.unread_families
    for watched in trend.every(policy(settings)):
        if not is_brought(trend.expression(watched), unread):
            yield watched.alert
    read = anomaly.read(settings)
    yield from (band.alert for band in anomaly.BANDS if band not in read)
    if not correlation.read(settings):
        yield correlation.ALERT
    if burn_rates.availability(settings) is None:
        yield budget_trend.ALERT
    yield from (row.alert for row in health.unread(settings))
