"""The stretches outside the bands of the rules, as `ionmon analyze` finds them."""

from collections import Counter
from pathlib import Path

from exporter.errors import IonmonError
from exporter.prometheus.api import Labels, Prometheus
from exporter.settings import Settings
from generators.analysis.chosen_places import ChosenPlaces
from generators.rules.build import build
from generators.rules.model import alerts
from generators.service_report.model import ReportedAnomalies, ReportedAnomaly
from generators.service_report.request import ReportRequest

NO_NUMPY = "anomalies are not known: they need numpy; install ion-monitoring[tune]"


def unknown(why: str) -> ReportedAnomalies:
    """Return that nothing is known of anomalies."""
    return ReportedAnomalies(found=(), series=0, unknown=why)


def reported_anomalies(
    request: ReportRequest, server: Prometheus, chosen: ChosenPlaces, cache: Path | None
) -> ReportedAnomalies:
    """Return the stretches of the period; bands are worked out where no rule recorded them.

    cache  the folder in which answers about the past are kept; None for nowhere
    """
    try:
        import numpy  # noqa: F401, ICN001, PLC0415 - an extra, without which a report has the rest
    except ImportError:
        return unknown(NO_NUMPY)
    try:
        return _examined(request, server, chosen, cache)
    except IonmonError as error:
        return unknown(f"anomalies are not known: {error}")


def _examined(
    request: ReportRequest, server: Prometheus, chosen: ChosenPlaces, cache: Path | None
) -> ReportedAnomalies:
    from generators.analysis import anomalies  # noqa: PLC0415 - needs numpy, an extra
    from generators.analysis.build import window  # noqa: PLC0415 - the same
    from generators.analysis.model import Anomaly  # noqa: PLC0415 - the same
    from generators.analysis.reading import SeriesReader  # noqa: PLC0415 - the same
    from generators.tuning.kept_answers import KeptAnswers  # noqa: PLC0415 - the same
    from generators.tuning.prometheus_history import PrometheusHistory  # noqa: PLC0415 - the same

    def reported(one: Anomaly) -> ReportedAnomaly:
        return ReportedAnomaly(
            signal=one.signal,
            noun=one.noun,
            unit=one.unit.suffix or None,
            place=one.place,
            start=float(one.start),
            end=None if one.end is None else float(one.end),
            at=float(one.at),
            value=one.value,
            expected=one.centre,
            distance=one.distance,
            alert=one.alert,
            fires=one.fires,
        )

    reader = SeriesReader(PrometheusHistory(server, request.now, KeptAnswers(cache)), chosen)
    grid = window(request.span)
    found = anomalies.examined(reader, request.settings, grid, _durations(request.settings))
    silent: Counter[tuple[str, Labels]] = Counter()
    for one in found.not_known:
        silent[one.subject, one.place] += one.seconds
    # Of what has no band in the whole period nothing can be said.
    unknown_ = sum(1 for (_, place), s in silent.items() if place and s >= grid.end - grid.start)
    return ReportedAnomalies(
        found=tuple(map(reported, found.results)),
        series=found.series - unknown_,
        unknown=_missing(Counter(one.why for one in found.not_known)),
    )


def _durations(settings: Settings) -> dict[str, float]:
    return {rule.alert: rule.for_ for rule in alerts(build(settings).all)}


def _missing(reasons: Counter[str]) -> str:
    """Return why not all is known, and of how many series: in a part of the period, or in all."""
    texts = [f"{count} series: {why}" for why, count in sorted(reasons.items())]
    return f"anomalies in a part of the period: {'; '.join(texts)}" if texts else ""
