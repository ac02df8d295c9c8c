"""The metrics that the settings add, as signals, and their alerts on thresholds.

A gauge is compared as it is, a counter by its events a second, a distribution by its 95th
percentile. What the settings do not name stays a family that is exported and nothing more.
"""

from zlib import crc32

from exporter.catalog.expression import (
    Direction,
    Events,
    Expression,
    Level,
    Quantile,
    Rate,
    Signal,
)
from exporter.catalog.model import Family, Reduce, Type, Unit
from exporter.catalog.signals import SIGNALS
from exporter.settings import Settings
from exporter.settings.mapped import exposed_families
from exporter.settings.metrics import MetricAlertSettings, MetricSettings
from generators.alert_table import ThresholdAlert
from generators.boards import Board, PanelAddress, panel_of
from generators.limits import side

_PROJECT = "gcp_project"
_NAMES = frozenset(signal.name for signal in SIGNALS)
_FIRST_NUMBER, _MANY = 10_000, 1_000_000  # of panels; boards.py states numbers below


def is_configured(signal: Signal) -> bool:
    """Return whether a signal is of a metric that the settings add, not of the catalog."""
    return signal.name not in _NAMES


def panel_address(signal: Signal, alert: str = "") -> PanelAddress:
    """Return the panel that shows a signal. Raises Incomplete where none is stated for it.

    The number of a configured metric's panel follows from its name: it is part of links in old
    notifications, whatever is added or removed beside it.
    """
    if not is_configured(signal):
        return panel_of(signal.name, alert)
    return PanelAddress(Board.INFRASTRUCTURE, _FIRST_NUMBER + crc32(signal.name.encode()) % _MANY)


def board_of(signal: str) -> Board:
    """Return the dashboard of a signal, by its name."""
    return panel_of(signal).board if signal in _NAMES else Board.INFRASTRUCTURE


def configured_signals(settings: Settings) -> tuple[Signal, ...]:
    """Return a signal of each metric that has an alert or a panel."""
    metrics = settings.google.metrics
    watched = (f for f in exposed_families(settings.google) if is_shown(metrics[f.name]))
    return tuple(_signal(family, metrics[family.name]) for family in watched)


def is_shown(metric: MetricSettings) -> bool:
    """Return whether a metric has a panel."""
    return metric.panel or metric.alert is not None


def configured_alerts(settings: Settings) -> tuple[ThresholdAlert, ...]:
    """Return the alerts on these metrics."""
    metrics = settings.google.metrics
    signals = {signal.name: signal for signal in configured_signals(settings)}
    return tuple(
        _alert(signals[name], metric, metric.alert)
        for name, metric in metrics.items()
        if metric.alert is not None
    )


def _signal(family: Family, metric: MetricSettings) -> Signal:
    falls = metric.alert is not None and metric.alert.below is not None
    direction = Direction.DOWN if falls else Direction.UP
    return Signal(
        name=family.name,
        noun=_noun(family, metric),
        kind=None,
        unit=Unit.PER_SECOND if family.type is Type.COUNTER else family.unit,
        direction=direction,
        help=metric.help,
        expression=_expression(family, direction),
        by=tuple(label for label in family.label_names if label != _PROJECT),
    )


def _noun(family: Family, metric: MetricSettings) -> str:
    subject = metric.help.rstrip(".") or family.name
    subject = subject[0].lower() + subject[1:]
    counted = {Type.COUNTER: "rate of", Type.HISTOGRAM: "95th percentile of"}
    return f"{counted.get(family.type, 'value of')} {subject}"


def _expression(family: Family, direction: Direction) -> Expression:
    if family.type is Type.COUNTER:
        return Rate(Events(family))
    if family.type is Type.HISTOGRAM:
        return Quantile(0.95, family)
    return Level(family, Reduce.MAX if direction is Direction.UP else Reduce.MIN)


def _alert(signal: Signal, metric: MetricSettings, alert: MetricAlertSettings) -> ThresholdAlert:
    above, threshold = alert.limit
    return ThresholdAlert(
        name=alert_name(signal.name, above=above),
        signal=signal,
        threshold=threshold,
        for_=alert.duration,
        severity=alert.severity,
        why="monitoring.yaml",
        summary=alert.summary or exceeded(signal, "is"),
        check=alert.check or f"Check what {metric.type} counts.",
    )


def exceeded(signal: Signal, verb: str) -> str:
    """Return that a signal is, or was, beyond its limit."""
    return f"The {signal.noun} {verb} {side(signal)} its limit"


def alert_name(metric: str, *, above: bool) -> str:
    """Return the name of a metric's alert: pubsub_backlog becomes PubsubBacklogHigh."""
    words = metric.removesuffix("_total").split("_")
    return "".join(word.capitalize() for word in words) + ("High" if above else "Low")
