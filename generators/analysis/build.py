"""The analysis of a window: anomalies, growth and pairs, from one source."""

from collections.abc import Callable

from exporter.prometheus.api import TimeSpan
from exporter.settings import Settings
from generators.analysis import anomalies, correlations, trends
from generators.analysis.chosen_places import chosen
from generators.analysis.model import Analysis
from generators.analysis.reading import SeriesReader
from generators.analysis.request import AnalysisRequest
from generators.policy import policy
from generators.rules import anomaly, slo, trend
from generators.rules.build import build
from generators.rules.correlation import ALERT
from generators.rules.model import alerts
from generators.tuning.model import HistorySource, TimeGrid

STEP = int(slo.LONG_TERM)


def window(span: TimeSpan) -> TimeGrid:
    """Return the whole steps of a time."""
    first, last = (int(at // STEP) for at in (span.start, span.end))
    return TimeGrid(first * STEP, STEP, last - first + 1)


def reads(settings: Settings) -> int:
    """Return how many queries an analysis makes."""
    of_trends = trends.READS_EACH * len(trend.trends(policy(settings)))
    of_bands = anomalies.READS_EACH * len(anomaly.read(settings))
    return of_bands + of_trends + correlations.reads(settings)


def analysis(
    settings: Settings,
    source: HistorySource,
    request: AnalysisRequest,
    shown: Callable[[str], None] = lambda _: None,
) -> Analysis:
    """Return what is odd, what grows and which pairs moved together. Raises IonmonError.

    shown  is called before each query, with what it reads
    """
    reader = SeriesReader(source, chosen(settings, request.service, request.region), shown)
    for_ = {rule.alert: rule.for_ for rule in alerts(build(settings).all)}
    grid = window(request.span)
    found = Analysis(
        window=grid,
        anomalies=anomalies.examined(reader, settings, grid, for_),
        growth=trends.examined(reader, settings, grid),
        pairs=correlations.examined(reader, settings, grid, for_.get(ALERT)),
    )
    reader.check_names()
    return found
