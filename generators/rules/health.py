"""Whether the monitoring itself works: the watchdog, and the rows of the table."""

from collections.abc import Iterator

from exporter.settings import Settings
from generators import boards
from generators.policy import EVALUATION, WATCHDOG
from generators.rules.health_rows import BRIDGE, REMOTE, ROWS, Row
from generators.rules.model import Alerting, Group, Pairs, RuleFile
from generators.rules.wording import Says, annotations


def rows(settings: Settings) -> Iterator[Row]:
    """Yield the alerts that the settings have a use for."""
    yield from ROWS
    if settings.prometheus.longterm is not None:
        yield REMOTE
    if settings.notifications.sentry is not None:
        yield BRIDGE


def file(settings: Settings) -> RuleFile:
    """Return the file, the watchdog first."""
    rules = (_watchdog(settings), *(_alert(settings, row) for row in rows(settings)))
    group = Group("ion_health", EVALUATION, rules)
    return RuleFile("health.yml", "Whether the monitoring itself works.", (group,))


def _watchdog(settings: Settings) -> Alerting:
    says = Says(
        "The way from Prometheus to the heartbeat works.",
        "This alert always fires; whoever gets it tells when it stops.",
        "Nothing needs to be done.",
        boards.EXPORTER,
    )
    labels: Pairs = (("severity", "none"), ("category", "health"))
    return Alerting(WATCHDOG, "vector(1)", labels, annotations(settings, WATCHDOG, says, ()))


def _alert(settings: Settings, row: Row) -> Alerting:
    labels: Pairs = (("severity", row.severity), ("category", "health"))
    text = annotations(settings, row.alert, row.says, row.by)
    return Alerting(row.alert, row.expr, labels, text, row.by, row.hold)
