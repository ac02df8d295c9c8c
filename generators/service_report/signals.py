"""The signals of a report: their numbers, from which server each came, and how they are."""

import math
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace

from exporter.catalog.expression import Events, Matcher, Share, Signal
from exporter.catalog.walk import split
from exporter.monitoring_config import MonitoringConfig
from exporter.prometheus.api import Labels, Points, TimeSpan
from exporter.summary.model import SignalState
from exporter.summary.read import LINE_POINTS
from exporter.summary.signal_reading import places, signal_state, worst_of, worst_value
from generators.analysis.chosen_places import ChosenPlaces
from generators.policy import EVALUATION, WINDOW
from generators.recorded_queries import RecordedQueries
from generators.service_report.judging import SignalFacts, judged, judgement, missed
from generators.service_report.model import (
    Health,
    ReportedSignal,
    Resolution,
    SignalResolutions,
)
from generators.service_report.request import WEEK, ReportRequest
from generators.service_report.two_servers import Answered, QueryPair, TwoServers


@dataclass(slots=True)
class SignalNumbers:
    """A SignalSource that keeps from which resolution each number came."""

    servers: TwoServers
    signal: Signal
    queries: RecordedQueries
    window: int
    ended: dict[float, Resolution | None] = field(default_factory=dict)
    drawn: dict[float, Resolution | None] = field(default_factory=dict)

    def overall(self, at: float) -> float | None:
        """Return the signal over the window that ends at a time; shares have no single number."""
        if isinstance(self.signal.expression, Share):
            return None
        found = self._over(at, ())
        self.ended[at] = found.resolution
        return found.value

    def by_place(self, at: float) -> list[Points]:
        """Return the same by place; of shares, by what they are the share of."""
        shares = isinstance(self.signal.expression, Share)
        found = self._over(at, () if shares else split(self.signal))
        if shares:
            self.ended[at] = found.resolution
        return list(found.points)

    def line(self, span: TimeSpan) -> tuple[float, ...]:
        """Return the signal within a span."""
        if isinstance(self.signal.expression, Share):
            return ()
        found = self.servers.range(self._recent(), span, self.step(span), self.signal.noun)
        self.drawn[span.end] = found.resolution
        return found.points[0].values if found.points else ()

    def step(self, span: TimeSpan) -> float:
        """Return how far apart the points of a line are, in seconds."""
        return max(float(EVALUATION), span.seconds / LINE_POINTS)

    def first(self, span: TimeSpan, step: float) -> float | None:
        """Return when a span has its first value; None where it has none."""
        if isinstance(self.signal.expression, Share):
            return None
        found = self.servers.range(self._recent(), span, step, self.signal.noun).points
        return min((at for one in found for at in _known(one)), default=None)

    def peak(self, span: TimeSpan) -> float | None:
        """Return the worst five minutes of a span."""
        if isinstance(self.signal.expression, Share):
            return None
        pair = self._recent()
        pair = QueryPair(
            *(worst_of(one, span, self.signal.direction) for one in (pair.recent, pair.past))
        )
        return self.servers.instant(pair, span.end, span.seconds, self.signal.noun).value

    def latest(self, at: float) -> float | None:
        """Return the last five minutes before a time."""
        if isinstance(self.signal.expression, Share):
            return None
        return self.servers.instant(self._recent(), at, WINDOW, self.signal.noun).value

    def latest_by_place(self, at: float) -> tuple[Points, ...]:
        """Return the last five minutes as alerts compare them."""
        pair = QueryPair(self.queries.judged(self.signal), self.queries.past_judged(self.signal))
        return self.servers.instant(pair, at, WINDOW, self.signal.noun).points

    def by_region(self, at: float) -> tuple[Points, ...]:
        """Return the signal over the window by region."""
        return self._over(at, ("region",)).points

    def resolutions(self, request: ReportRequest) -> SignalResolutions:
        """Return from which resolution the numbers came that were asked for."""
        end = request.span.end
        return SignalResolutions(
            now=self.ended.get(end),
            before=self.ended.get(end - request.before),
            week_ago=self.ended.get(end - WEEK),
            line=self.drawn.get(end),
        )

    def _recent(self) -> QueryPair:
        return QueryPair(self.queries.recent(self.signal), self.queries.past(self.signal))

    def _over(self, at: float, by: tuple[str, ...]) -> Answered:
        pair = QueryPair(
            self.queries.recent_over(self.signal, self.window, by),
            self.queries.past_over(self.signal, self.window, by),
        )
        return self.servers.instant(pair, at, self.window, self.signal.noun)


def numbers(
    servers: TwoServers, signal: Signal, request: ReportRequest, chosen: ChosenPlaces
) -> SignalNumbers:
    """Return what reads a signal of the chosen places."""
    only = tuple(Matcher(label, values) for label, values in chosen.values.items() if values)
    return SignalNumbers(servers, signal, RecordedQueries(only), request.window)


def reported_signal(
    config: MonitoringConfig,
    source: SignalNumbers,
    request: ReportRequest,
    chosen: ChosenPlaces,
    *,
    incomparable: Container[float] = (),
) -> ReportedSignal:
    """Return a signal with its state; one that the service has none of is not known.

    incomparable  how many seconds ago periods are that were not observed whole
    """
    signal, end = source.signal, request.span.end
    target = config.signals[signal.name].target
    if not _is_chosen(signal, chosen):
        return _nothing(config, source, request, chosen.why_none(split(signal)))
    state = signal_state(config, signal.name, request.span, source, (request.before, float(WEEK)))
    if request.before in incomparable:
        state = replace(state, before=None, line_before=())
    if WEEK in incomparable:
        state = replace(state, week_ago=None)
    latest = source.latest(end)
    if isinstance(signal.expression, Events) and latest is not None and state.now is not None:
        state = replace(state, now=max(state.now, latest))  # young increases count less at first
    # The peak is looked for in steps, which may pass over the very end.
    state = replace(state, worst=worst_value((state.worst, latest), signal.direction))
    latest_by = tuple(
        judged(config, signal.name, one)
        for one in places(map(_unnamed, source.latest_by_place(end)), signal.direction)
    )
    promised = request.promised(signal.kind)
    facts = SignalFacts(latest=latest, latest_by=latest_by, target=target, objective=promised)
    health, why = judgement(state, facts)
    return ReportedSignal(
        signal=state,
        latest=latest,
        latest_by=latest_by,
        target=target,
        missed=missed(target, state.now),
        objective=promised,
        resolutions=source.resolutions(request),
        health=health,
        why=why,
    )


def _known(one: Points) -> Iterator[float]:
    return (at for at, value in zip(one.times, one.values, strict=True) if math.isfinite(value))


def _is_chosen(signal: Signal, chosen: ChosenPlaces) -> bool:
    """Return whether a service has a place of a signal: one that lists no cache has no hit rate."""
    return all(chosen.values.get(label, (label,)) for label in split(signal))


def _nothing(
    config: MonitoringConfig, source: SignalNumbers, request: ReportRequest, why: str
) -> ReportedSignal:
    signal, entry = source.signal, config.signals[source.signal.name]
    return ReportedSignal(
        signal=SignalState(
            name=signal.name,
            noun=signal.noun,
            kind=entry.kind or signal.name,
            unit=entry.unit,
            direction=entry.direction,
            url=entry.panel.url,
            now=None,
            before=None,
            week_ago=None,
            line=(),
            line_before=(),
            worst=None,
            places=(),
            limits=(),
        ),
        latest=None,
        latest_by=(),
        target=entry.target,
        missed=None,
        objective=request.promised(signal.kind),
        resolutions=source.resolutions(request),
        health=Health.UNKNOWN,
        why=why,
    )


def _unnamed(one: Points) -> Points:
    labels: Labels = tuple(pair for pair in one.labels if pair[0] != "__name__")
    return Points(labels, one.times, one.values)
