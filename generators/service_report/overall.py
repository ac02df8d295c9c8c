"""How the service is as a whole, and why: what fires, budgets, limits, targets, the monitoring."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from exporter.monitoring_config import MonitoringConfig
from exporter.summary.alerts import AlertsState, AlertState
from exporter.summary.wording import elapsed, shown
from generators.service_report import words
from generators.service_report.judging import CRITICAL, worst
from generators.service_report.model import (
    Health,
    ReportedBudget,
    ReportedFigure,
    ReportedSignal,
)
from generators.service_report.request import ReportRequest

_Reason = tuple[Health, str]
_ORDER = (Health.FAILING, Health.WARNING, Health.UNKNOWN)


def overall(
    config: MonitoringConfig,
    request: ReportRequest,
    alerts: AlertsState,
    signals: Sequence[ReportedSignal],
    budgets: Iterable[ReportedBudget],
    figures: Iterable[ReportedFigure],
) -> tuple[Health, tuple[str, ...]]:
    """Return how all of it is, and the reasons, the most severe first; healthy without any."""
    found = [
        *_firing(alerts, request.span.end),
        *_of_budgets(budgets),
        *_of_signals(signals, _alerted(config, alerts)),
        *_of_figures(figures),
        *_not_known(alerts, signals),
    ]
    found.sort(key=lambda one: _ORDER.index(one[0]))
    if not found:
        return Health.OK, ()
    return worst(health for health, _ in found), tuple(reason for _, reason in found)


def _firing(alerts: AlertsState, now: float) -> Iterator[_Reason]:
    grouped: dict[tuple[str, str], list[AlertState]] = defaultdict(list)
    for one in alerts.firing:
        grouped[one.severity, one.name].append(one)
    for (severity, _), every in grouped.items():
        yield Health.FAILING if severity == CRITICAL else Health.WARNING, _fires(every, now)


def _fires(every: Sequence[AlertState], now: float) -> str:
    """Return one alert as a sentence: its first place, and in how many more it fires."""
    first = every[0]
    where = f": {first.place}" if first.place else ""
    more = f", and in {len(every) - 1} more" if len(every) > 1 else ""
    since = "" if first.began is None else f", for {elapsed(now - first.began)}"
    return f"{first.name} ({first.severity or 'no severity'}) fires{where}{more}{since}"


def _of_budgets(budgets: Iterable[ReportedBudget]) -> Iterator[_Reason]:
    for one in budgets:
        if one.health in (Health.FAILING, Health.WARNING):
            yield one.health, words.budget(one)


def _alerted(config: MonitoringConfig, alerts: AlertsState) -> frozenset[str]:
    """Return the signals on which an alert fires: it says what is wrong with them."""
    firing = {one.name for one in alerts.firing}
    return frozenset(one.signal for one in config.alerts if one.signal and one.name in firing)


def _of_signals(signals: Iterable[ReportedSignal], alerted: frozenset[str]) -> Iterator[_Reason]:
    for one in signals:
        if one.health in (Health.FAILING, Health.WARNING) and one.signal.name not in alerted:
            yield one.health, f"{one.signal.noun}: {one.why}"


def _of_figures(figures: Iterable[ReportedFigure]) -> Iterator[_Reason]:
    for one in figures:
        if one.health is Health.WARNING:
            value = shown(one.figure.value, one.figure.unit)
            yield Health.WARNING, f"monitoring: {one.figure.noun} is {value}, off its target"


def _not_known(alerts: AlertsState, signals: Sequence[ReportedSignal]) -> Iterator[_Reason]:
    """Yield what has to be known before it is called healthy."""
    if not alerts.known:
        yield Health.UNKNOWN, "not known: what fires"
    if not any(one.signal.now is not None for one in signals):
        yield Health.UNKNOWN, "not known: every signal, there is no data"
