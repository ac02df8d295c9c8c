"""By what the firings of a configuration's alerts are judged, and which alerts these are."""

from collections.abc import Iterable, Sequence

from exporter.prometheus_api import TimeSpan
from exporter.settings import Settings
from generators.alert_table import BurnAlert, ThresholdAlert
from generators.policy import SEVERITIES
from generators.rules import slo, thresholds
from generators.rules.model import Alerting, alerts
from generators.tuning import budget_conditions
from generators.tuning.burnt_incidents import burnt_incidents
from generators.tuning.compared import Answers
from generators.tuning.incidents import Incident, SignalSources, merged
from generators.tuning.model import TimeGrid
from generators.tuning.verdicts import Judging


def policy_alerts(settings: Settings) -> tuple[Alerting, ...]:
    """Return the alerts on thresholds, and those on objectives."""
    files = (thresholds.file(settings), slo.file(settings), slo.longterm_file(settings))
    return tuple(alerts(files))


def judging(
    rules: Iterable[Alerting], answers: Answers, grid: TimeGrid, known: Sequence[Incident]
) -> Judging:
    """Return the judging by known incidents, and by windows in which an objective burnt fast."""
    every = tuple(rules)
    burning = [
        budget_conditions.of_burn(row, rule.only)
        for rule in every
        if isinstance(row := rule.source, BurnAlert) and rule.severity == SEVERITIES[0]
    ]
    signals = {
        row.signal.name: row.signal
        for rule in every
        if isinstance(row := rule.source, ThresholdAlert)
    }
    return Judging(
        span=TimeSpan(float(grid.start), float(grid.end)),
        incidents=merged((*known, *burnt_incidents(burning, answers, grid))),
        sources=SignalSources(signals.values()),
    )
