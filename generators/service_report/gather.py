"""Gathers a report: each source costs itself, and what it does not give is listed as not known."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter import __version__
from exporter.catalog.prometheus_flags import LONG_RETENTION, RETENTION
from exporter.monitoring_config import MonitoringConfig
from exporter.prometheus.api import Labels, Prometheus
from exporter.summary.alerts import AlertsState
from exporter.summary.read import Reader
from generators.analysis.chosen_places import ChosenPlaces, chosen
from generators.monitoring_config import in_force
from generators.policy import policy
from generators.service_report import anomalies, monitoring, words
from generators.service_report.judging import with_alerts
from generators.service_report.model import (
    RegionalComparison,
    ReportedAnomalies,
    ReportedSignal,
    ReportSource,
    ServiceReport,
)
from generators.service_report.names import check_names
from generators.service_report.observed import data_since, observed, partly_observed
from generators.service_report.overall import overall
from generators.service_report.regions import comparison, has_regions
from generators.service_report.request import WEEK, ReportRequest
from generators.service_report.signals import SignalNumbers, numbers, reported_signal
from generators.service_report.two_servers import TwoServers

AlertReading = Callable[[MonitoringConfig, Reader, Callable[[Labels], bool]], AlertsState]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSources:
    """Where a report comes from.

    main, longterm  the servers of 72 hours and of 90 days; may be the same
    alerts          reads the alerts of chosen places, by the stated configuration
    cache           folder in which answers about the past are kept; None for nowhere
    """

    main: Prometheus
    longterm: Prometheus
    alerts: AlertReading
    cache: Path | None

    @property
    def servers(self) -> tuple[Prometheus, ...]:
        """Return each server once."""
        return (self.main,) if self.main.url == self.longterm.url else (self.main, self.longterm)


def steps(request: ReportRequest) -> int:
    """Return of how many steps the caller hears."""
    return len(policy(request.settings).signals) + 3


def gathered(
    request: ReportRequest, sources: ReportSources, say: Callable[[str], None]
) -> ServiceReport:
    """Return the report; `say` hears each step. Raises IonmonError for an unknown name."""
    config = in_force(request.settings)
    places = chosen(request.settings, request.service, request.region)
    reader = Reader(main=sources.main, longterm=sources.longterm)
    # Whoever does not answer is asked nothing more; the others give what they have.
    answering = [one for one in sources.servers if _answers(reader, one)]
    check_names(request, answering)
    say("alerts")
    alerts = sources.alerts(config, reader, places.takes)
    readings = _readings(reader, request, places)
    since = data_since(readings, request)
    partly = partly_observed(readings, request) if since is None else {}
    incomparable = partly.keys() if since is None else {request.before, float(WEEK)}
    numbers_ = [observed(one, since, request.span.end) for one in readings]
    signals, regions = _signals(config, numbers_, incomparable, request, places, say)
    signals = tuple(with_alerts(config, one, alerts.firing) for one in signals)
    say("anomalies")
    odd = _anomalies(request, sources, places, reader)
    say("the monitoring")
    budgets = monitoring.reported_budgets(config, reader, request, places)
    figures = monitoring.figures(reader, request)
    health, reasons = overall(config, request, alerts, signals, budgets, figures)
    return ServiceReport(
        service=request.settings.title,
        chosen_service=request.service,
        chosen_region=request.region,
        span=request.span,
        since=since,
        made=request.now,
        version=__version__,
        health=health,
        reasons=reasons,
        signals=signals,
        regions=regions,
        alerts=alerts,
        budgets=budgets,
        anomalies=odd,
        monitoring=figures,
        costs=monitoring.costs(config, reader, request),
        ages=monitoring.ages(reader, request.span.end),
        gaps=monitoring.gaps(reader, request),
        sources=tuple(_sources(sources, reader)),
        unknown=(*_uncompared(request, since, partly), *_unknown(reader, alerts, odd)),
        complete=alerts.known and not (reader.faults or alerts.faults),
    )


def _answers(reader: Reader, server: Prometheus) -> bool:
    reader.instant(server, "vector(1)", 0.0, "whether it answers")
    return reader.answers(server)


def _readings(
    reader: Reader, request: ReportRequest, places: ChosenPlaces
) -> tuple[SignalNumbers, ...]:
    servers = TwoServers(reader, request.now)
    signals = policy(request.settings).signals
    return tuple(numbers(servers, signal, request, places) for signal in signals)


def _signals(
    config: MonitoringConfig,
    sources: Sequence[SignalNumbers],
    incomparable: Container[float],
    request: ReportRequest,
    places: ChosenPlaces,
    say: Callable[[str], None],
) -> tuple[tuple[ReportedSignal, ...], RegionalComparison]:
    found: list[tuple[SignalNumbers, ReportedSignal]] = []
    end = request.span.end
    for source in sources:
        say(source.signal.noun)
        one = reported_signal(config, source, request, places, incomparable=incomparable)
        found.append((source, one))
    by_region = {
        source.signal.name: source.by_region(end)
        for source, one in found
        if has_regions(source) and one.signal.now is not None
    }
    signals = tuple(one for _, one in found)
    return signals, comparison(signals, by_region, request.settings.service.regions)


def _anomalies(
    request: ReportRequest, sources: ReportSources, places: ChosenPlaces, reader: Reader
) -> ReportedAnomalies:
    if not reader.answers(sources.longterm):
        return anomalies.unknown("anomalies are not known: the server with 90 days does not answer")
    return anomalies.reported_anomalies(request, sources.longterm, places, sources.cache)


def _uncompared(
    request: ReportRequest, since: float | None, partly: Mapping[float, float]
) -> Iterator[str]:
    """Yield what nothing is compared with, and why."""
    if since is not None:
        yield f"what was before {words.time(since)}: there are no data, and nothing to compare with"
    for ago, first in partly.items():
        period = "the period before" if ago == request.before else "the same period a week ago"
        text = f"its data begin {words.time(first)}, so that nothing is compared with it"
        yield f"{period}: {text}"


def _unknown(reader: Reader, alerts: AlertsState, odd: ReportedAnomalies) -> Iterator[str]:
    """Yield what is not known, and why."""
    yield from dict.fromkeys((*reader.faults, *alerts.faults))
    if not alerts.known:
        yield "what fires: more may fire than is listed"
    if not alerts.recent_known:
        yield "what was over: of a part of the period there is no record of alerts"
    if alerts.unknown:
        yield alerts.unknown
    if odd.unknown:
        yield odd.unknown


def _sources(sources: ReportSources, reader: Reader) -> Iterator[ReportSource]:
    """Yield the servers with what they have."""
    alone = len(sources.servers) == 1
    what = f"every minute, kept {LONG_RETENTION if alone else RETENTION}"
    yield _source("Prometheus", what, sources.main, reader)
    if not alone:
        yield _source(
            "Prometheus, long-term",
            f"every five minutes, kept {LONG_RETENTION}",
            sources.longterm,
            reader,
        )


def _source(name: str, what: str, server: Prometheus, reader: Reader) -> ReportSource:
    fault = "" if reader.answers(server) else "does not answer"
    return ReportSource(name=name, what=what, url=server.url, fault=fault)
