"""Whether the monitoring itself works: the watchdog, and the rows of the table."""

from collections.abc import Iterator

from exporter.settings import Settings
from generators.policy import EVALUATION
from generators.promql_tree.tree import series_names
from generators.rules import delivery_rows, health_rows, latency_health
from generators.rules.annotations import annotations
from generators.rules.delivery_rows import (
    BRIDGE,
    CANARY_ROW,
    DELIVERING,
    REMOTE,
    WATCHDOG_ROW,
)
from generators.rules.model import Alerting, Group, RuleFile
from generators.rules.rows import HealthAlert


def rows(settings: Settings) -> Iterator[HealthAlert]:
    """Yield the alerts that the settings have a use for, the watchdog first."""
    yield WATCHDOG_ROW
    yield from (row for row in _of_road(settings) if _is_read(settings, row))
    if settings.prometheus.longterm is not None:
        yield REMOTE
    yield from latency_health.rows(settings)
    if settings.notifications.active_bridge is not None:
        yield BRIDGE
        yield CANARY_ROW
        yield from DELIVERING


def unread(settings: Settings) -> Iterator[HealthAlert]:
    """Yield the alerts on what the settings do not read."""
    yield from (row for row in _of_road(settings) if not _is_read(settings, row))


def _of_road(settings: Settings) -> Iterator[HealthAlert]:
    every = (*health_rows.ROWS, *delivery_rows.ROWS)
    yield from (row for row in every if row.road in ("", settings.application.road))


def _is_read(settings: Settings, row: HealthAlert) -> bool:
    return settings.unread_families.isdisjoint(series_names(row.expr))


def file(settings: Settings) -> RuleFile:
    """Return the file."""
    rules = tuple(_alert(settings, row) for row in rows(settings))
    group = Group("ion_health", EVALUATION, rules)
    return RuleFile("health.yml", "Whether the monitoring itself works.", (group,))


def _alert(settings: Settings, row: HealthAlert) -> Alerting:
    return Alerting(
        alert=row.alert,
        expr=row.expr,
        labels=(("severity", row.severity), ("category", "health")),
        annotations=annotations(settings, row.alert, row.text, row.by),
        source=row,
        panel=row.text.panel,
        carried=row.by,
        for_=row.for_,
    )
