"""By what the firings of a configuration's alerts are judged, and which alerts these are."""

from collections.abc import Iterable, Iterator, Sequence

from exporter.prometheus.api import TimeSpan
from exporter.settings import Settings
from generators.alert_table import BurnAlert, ThresholdAlert
from generators.rules import slo, thresholds
from generators.rules.model import Alerting, alerts
from generators.tuning.budget_conditions import BurnSeries, of_burn
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
    """Return the judging by known incidents, and by windows in which an objective burnt fast.

    Its incidents are None where nothing says which there were: that is not calm.
    """
    every = tuple(rules)
    burning = [
        series
        for series in map(_burning, _fastest(every))
        if any(answers.get(text) for text in series.of_places)
    ]
    signals = {
        row.signal.name: row.signal
        for rule in every
        if isinstance(row := rule.source, ThresholdAlert)
    }
    found = merged((*known, *burnt_incidents(burning, answers, grid)))
    return Judging(
        span=TimeSpan(float(grid.start), float(grid.end)),
        incidents=found if known or burning else None,
        sources=SignalSources(signals.values()),
    )


def _fastest(rules: Iterable[Alerting]) -> Iterator[tuple[BurnAlert, Alerting]]:
    """Yield, of each objective and its services, the alert with the highest burn rate.

    Whom it notifies does not matter: it says when users were hurt.
    """
    found: dict[tuple[str, tuple[str, ...]], tuple[BurnAlert, Alerting]] = {}
    for rule in rules:
        if isinstance(row := rule.source, BurnAlert):
            key = row.objective.signal, rule.services
            known = found.get(key)
            if known is None or max(row.factors) > max(known[0].factors):
                found[key] = row, rule
    yield from found.values()


def _burning(found: tuple[BurnAlert, Alerting]) -> BurnSeries:
    row, rule = found
    return of_burn(row, rule.only)
