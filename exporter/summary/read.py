"""Reads the service's state from Prometheus, with the queries of monitoring_config.json.

A query that fails costs its own value, and is reported; a server that is down costs what it has.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from exporter.errors import IonmonError
from exporter.monitoring_config import (
    FigureConfig,
    MonitoringConfig,
    PeriodConfig,
    SignalConfig,
)
from exporter.prometheus_api import Labels, Points, Prometheus, QueryRefused, TimeSpan
from exporter.summary.model import (
    BudgetState,
    DataGap,
    MonitoringState,
    PlaceValue,
    ServiceState,
    SignalLimit,
    SignalState,
)

DAY = 86400.0
WEEK = 7 * DAY
_POINTS = 288  # of a line: each five minutes of a day
_PLACES = 50


@dataclass(slots=True)
class Reader:
    """The two servers: the one with 72 hours, and the one with 90 days, which may be the same."""

    main: Prometheus
    longterm: Prometheus
    faults: list[str] = field(default_factory=list)
    _silent: set[str] = field(default_factory=set)

    def answers(self, server: Prometheus) -> bool:
        """Return whether a server has answered, as far as it was asked."""
        return server.url not in self._silent

    def instant(self, server: Prometheus, query: str, at: float, what: str) -> list[Points]:
        """Return what a query is at a time; nothing, and a fault, where it does not work."""
        return self._asked(server, what, lambda: server.instant(query, at))

    def range(
        self, server: Prometheus, query: str, span: TimeSpan, what: str, step: float
    ) -> list[Points]:
        """Return a query's series over a span, likewise."""
        return self._asked(server, what, lambda: server.range(query, span, step))

    def _asked(
        self, server: Prometheus, what: str, ask: Callable[[], list[Points]]
    ) -> list[Points]:
        """Ask a server that answers; one that does not is asked once."""
        if server.url in self._silent:
            return []
        try:
            return ask()
        except QueryRefused as error:
            fault = self._silence(server) or f"{what}: {error}"
            self.faults += [fault] if fault not in self.faults else []
        return []

    def _silence(self, server: Prometheus) -> str:
        """Return what is wrong with a server that does not answer at all; else nothing."""
        try:
            server.hello(0.0)
        except IonmonError as error:
            self._silent.add(server.url)
            return f"nothing is known of what that server has: {error}"
        return ""


def service_state(
    config: MonitoringConfig, reader: Reader, end: float, *, weekly: bool = False
) -> ServiceState:
    """Return the state of the day, or of the week, that ends at a time."""
    span = TimeSpan(end - (WEEK if weekly else DAY), end)
    chosen = tuple(_signals(config))
    return ServiceState(
        span=span,
        signals=tuple(_signal(config, reader, name, span) for name in chosen),
        budgets=tuple(_budgets(config, reader, end)),
        monitoring=tuple(
            _figure(reader, name, figure, span) for name, figure in config.monitoring.items()
        ),
        gaps=tuple(_gaps(config, reader, span)),
        faults=tuple(reader.faults),
    )


def _signals(config: MonitoringConfig) -> Iterator[str]:
    """Yield a signal for each kind: one that an alert has a limit for, or else the first."""
    alerted = {alert.signal for alert in config.alerts if alert.limit is not None}
    found: dict[str, str] = {}
    for name, signal in config.signals.items():
        if signal.kind is None or signal.day is None:
            continue
        known = found.setdefault(signal.kind, name)
        if known not in alerted and name in alerted:
            found[signal.kind] = name
    yield from found.values()


def _signal(config: MonitoringConfig, reader: Reader, name: str, span: TimeSpan) -> SignalState:
    signal = config.signals[name]
    queries = signal.week if span.seconds > DAY else signal.day
    queries = queries or PeriodConfig(overall=signal.query, by_place=signal.query)
    noun = signal.noun or name
    line = _line(reader, signal, span, noun)
    values = [
        _value(reader.instant(reader.longterm, queries.overall, span.end - ago, noun))
        for ago in (0.0, span.seconds, WEEK)
    ]
    by_place = reader.instant(reader.longterm, queries.by_place, span.end, noun)
    return SignalState(
        name=name,
        noun=noun,
        kind=signal.kind or name,
        unit=signal.unit,
        direction=signal.direction,
        url=signal.panel.url,
        now=values[0],
        before=values[1],
        week_ago=values[2],
        line=line,
        line_before=_line(reader, signal, _earlier(span), noun),
        worst=_worst((*line, *_peak(reader, signal, span, noun), values[0]), signal.direction),
        places=_places(by_place, signal.direction),
        limits=tuple(_limits(config, name)),
    )


def _earlier(span: TimeSpan) -> TimeSpan:
    return TimeSpan(span.start - span.seconds, span.start)


def _line(reader: Reader, signal: SignalConfig, span: TimeSpan, noun: str) -> tuple[float, ...]:
    step = span.seconds / _POINTS
    found = reader.range(reader.longterm, signal.overall or signal.query, span, noun, step)
    return found[0].values if found else ()


def _value(points: list[Points]) -> float | None:
    known = [p.values[0] for p in points if p.values and math.isfinite(p.values[0])]
    return known[0] if known else None


def _peak(reader: Reader, signal: SignalConfig, span: TimeSpan, noun: str) -> Iterator[float]:
    """Yield the worst five minutes of a span: the points of a week's line pass over most of it."""
    function = "min_over_time" if signal.direction == "down" else "max_over_time"
    query = f"{function}(({signal.overall or signal.query})[{span.seconds:.0f}s:5m])"
    for one in reader.instant(reader.longterm, query, span.end, noun)[:1]:
        yield one.values[0]


def _worst(found: Iterable[float | None], direction: str) -> float | None:
    """Return the worst of values; a mean is among them, for something was as bad as that."""
    known = [value for value in found if value is not None and math.isfinite(value)]
    if not known:
        return None
    return min(known) if direction == "down" else max(known)


def _places(points: Iterable[Points], direction: str) -> tuple[PlaceValue, ...]:
    found = [
        PlaceValue(one.labels, one.values[0]) for one in points if math.isfinite(one.values[0])
    ]
    found.sort(key=lambda place: place.value, reverse=direction != "down")
    return tuple(found[:_PLACES])


def _limits(config: MonitoringConfig, name: str) -> Iterator[SignalLimit]:
    """Yield the limits of a signal that hold everywhere; one of a service is none of the whole."""
    for one in config.alerts:
        if one.signal == name and one.limit is not None and not one.where:
            yield SignalLimit(one.name, one.severity, one.limit.value, one.threshold or "")


def _budgets(config: MonitoringConfig, reader: Reader, end: float) -> Iterator[BudgetState]:
    """Yield the budget of each service, the most spent first."""
    for signal, queries in config.budgets.items():
        what = f"error budget of {signal}"
        share, remaining, exhaustion = (
            {one.labels: one.values[0] for one in _unnamed(reader, query, end, what)}
            for query in (queries.share, queries.remaining, queries.exhaustion)
        )
        for labels, left in sorted(remaining.items(), key=lambda item: item[1]):
            yield BudgetState(
                signal=signal,
                labels=labels,
                share=share.get(labels),
                remaining=left,
                spent_in=exhaustion.get(labels),
            )


def _unnamed(reader: Reader, query: str, end: float, what: str) -> Iterator[Points]:
    """Yield the series of a query without their names, by which they would differ."""
    for one in reader.instant(reader.longterm, query, end, what):
        if math.isfinite(one.values[0]):
            yield Points(_without_name(one.labels), one.times, one.values)


def _without_name(labels: Labels) -> Labels:
    return tuple(pair for pair in labels if pair[0] != "__name__")


def _figure(reader: Reader, name: str, figure: FigureConfig, span: TimeSpan) -> MonitoringState:
    query = figure.week if span.seconds > DAY else figure.day
    return MonitoringState(
        name=name,
        noun=figure.noun,
        unit=figure.unit,
        direction=figure.direction,
        target=figure.target,
        value=_value(reader.instant(reader.main, query, span.end, figure.noun)),
    )


def _gaps(config: MonitoringConfig, reader: Reader, span: TimeSpan) -> Iterator[DataGap]:
    if config.gaps is None:
        return
    query = config.gaps.week if span.seconds > DAY else config.gaps.day
    found = reader.instant(reader.main, query, span.end, "gaps of the data")
    for one in sorted(found, key=lambda points: points.values[0], reverse=True):
        labels = dict(one.labels)
        yield DataGap(labels.get("gcp_project", ""), labels.get("family", ""), one.values[0])
