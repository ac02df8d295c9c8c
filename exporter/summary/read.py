"""Reads the service's state from Prometheus, with the queries of monitoring_config.json.

A query that fails costs its own value, and is reported; a server that is down costs what it has.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from exporter.errors import IonmonError
from exporter.monitoring_config import (
    FigureConfig,
    MonitoringConfig,
    PeriodConfig,
    SignalConfig,
)
from exporter.prometheus.api import Labels, Points, Prometheus, QueryRefused, TimeSpan
from exporter.summary.model import (
    BudgetState,
    DataGap,
    MonitoringState,
    ServiceState,
    SignalState,
)
from exporter.summary.signal_reading import one_value, signal_state, worst_of

DAY = 86400.0
WEEK = 7 * DAY
PACE = 6 * 3600.0  # the pace of a budget is that of the last six hours
LINE_POINTS = 288  # of a line: each five minutes of a day


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
        return self._answer(server, what, lambda: server.instant(query, at))

    def range(
        self, server: Prometheus, query: str, span: TimeSpan, what: str, step: float
    ) -> list[Points]:
        """Return a query's series over a span, likewise."""
        return self._answer(server, what, lambda: server.range(query, span, step))

    def _answer(
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


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """A SignalSource: the queries of monitoring_config.json, answered by the server of 90 days."""

    reader: Reader
    signal: SignalConfig
    queries: PeriodConfig
    noun: str

    def overall(self, at: float) -> float | None:
        """Return the signal over the period, of everything."""
        return one_value(self._instant(self.queries.overall, at))

    def by_place(self, at: float) -> list[Points]:
        """Return the same by place."""
        return self._instant(self.queries.by_place, at)

    def line(self, span: TimeSpan) -> tuple[float, ...]:
        """Return the signal within a span."""
        step = span.seconds / LINE_POINTS
        found = self.reader.range(self.reader.longterm, self._recent, span, self.noun, step)
        return found[0].values if found else ()

    def peak(self, span: TimeSpan) -> float | None:
        """Return the worst five minutes of a span."""
        query = worst_of(self._recent, span, self.signal.direction)
        return one_value(self._instant(query, span.end))

    @property
    def _recent(self) -> str:
        return self.signal.overall or self.signal.query

    def _instant(self, query: str, at: float) -> list[Points]:
        return self.reader.instant(self.reader.longterm, query, at, self.noun)


def service_state(
    config: MonitoringConfig, reader: Reader, end: float, *, weekly: bool = False
) -> ServiceState:
    """Return the state of the day, or of the week, that ends at a time."""
    span = TimeSpan(end - (WEEK if weekly else DAY), end)
    chosen = tuple(_signals(config))
    return ServiceState(
        span=span,
        signals=tuple(_signal(config, reader, name, span) for name in chosen),
        budgets=tuple(budgets(config, reader, end)),
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
    source = ConfiguredSource(reader, signal, queries, signal.noun or name)
    return signal_state(config, name, span, source, (span.seconds, WEEK))


def budgets(config: MonitoringConfig, reader: Reader, end: float) -> Iterator[BudgetState]:
    """Yield the budget of each service, the most spent first."""
    for signal, queries in config.budgets.items():
        what = f"error budget of {signal}"
        share, remaining, exhaustion = (
            {one.labels: one.values[0] for one in _unnamed(reader, query, end, what)}
            for query in (queries.share, queries.remaining, queries.exhaustion)
        )
        # Of less than its window, the recorded pace is an average over time without data.
        old = {one.labels for one in _unnamed(reader, _kept(queries.remaining), end - PACE, what)}
        for labels, left in sorted(remaining.items(), key=lambda item: item[1]):
            yield BudgetState(
                signal=signal,
                labels=labels,
                share=share.get(labels),
                remaining=left,
                spent_in=exhaustion.get(labels) if labels in old else None,
                young=labels not in old,
            )


def _kept(series: str) -> str:
    """Return the query of a series that may have been away for some minutes."""
    return f"last_over_time({series}[30m])"


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
        value=one_value(reader.instant(reader.main, query, span.end, figure.noun)),
    )


def _gaps(config: MonitoringConfig, reader: Reader, span: TimeSpan) -> Iterator[DataGap]:
    if config.gaps is not None:
        query = config.gaps.week if span.seconds > DAY else config.gaps.day
        yield from data_gaps(reader, query, span.end)


def data_gaps(reader: Reader, query: str, at: float) -> Iterator[DataGap]:
    """Yield the gaps that a query finds, the longest first."""
    found = reader.instant(reader.main, query, at, "gaps of the data")
    for one in sorted(found, key=lambda points: longest_first(points.values[0])):
        labels = dict(one.labels)
        yield DataGap(labels.get("gcp_project", ""), labels.get("family", ""), one.values[0])


def longest_first(duration: float) -> float:
    """Return what sorts durations, the longest first; before all, what is no number."""
    return -duration if math.isfinite(duration) else -math.inf
