"""The panels of Performance: their queries and texts."""

from exporter.catalog import application, cloud_run
from exporter.catalog.expression import Events, Mean, Quantile, Rate
from exporter.catalog.model import Unit
from exporter.settings import Settings
from generators import boards
from generators.boards import SIGNAL_PANELS, Board
from generators.dashboards import performance_inside, tables
from generators.dashboards.bands import NO_BAND, band
from generators.dashboards.descriptions import Facts
from generators.dashboards.limits import BAND, CORRELATION
from generators.dashboards.links import to_region
from generators.dashboards.model import (
    LONGTERM,
    MAIN,
    BoardText,
    Panel,
    SeriesCount,
    TableColumn,
    Target,
)
from generators.dashboards.queries import NOW, BoardQueries, top
from generators.dashboards.signal_panels import REGION, over_time
from generators.dashboards.signal_style import decimals
from generators.rules import anomaly, correlation
from generators.rules.correlation import BY, coefficient_name
from generators.rules.rows import Pair

QUERIES = BoardQueries(("gcp_project", "region", "service_name"))
_FIGURE = 105  # pixels of a column
_SCORES = (0.01, 1000.0)  # ends of the scale, in widths of a band
_PERCENTILES = (
    ("response_time_p50", "p50", "ok"),
    ("response_time_average", "mean", "traffic"),
    ("response_time_p95", "p95", "latency"),
    ("response_time_p99", "p99", "resource"),
)


def board(facts: Facts) -> BoardText:
    """Return the board."""
    queries = QUERIES.of(facts.settings, facts.absent)
    return BoardText(
        board=Board.PERFORMANCE,
        question="Where is time lost, and for whom?",
        refresh="1m",
        past="now-6h",
        variables=queries.labels,
        panels={
            **_times(queries),
            **_traffic(queries),
            **_regions(queries, facts.settings),
            **_anomalies(queries, facts.settings),
            **_endpoints(queries),
            **performance_inside.panels(queries),
        },
    )


def _fixed(
    queries: BoardQueries, name: str, title: str, by: tuple[str, ...], *, week: bool = False
) -> Panel:
    return over_time(queries, name, SIGNAL_PANELS[name].number, title, by, week=week)


def _times(queries: BoardQueries) -> dict[str, Panel]:
    return {
        "p95": _fixed(queries, "response_time_p95", "Response time, p95", REGION, week=True),
        "mean": _fixed(queries, "response_time_average", "Response time, mean", REGION, week=True),
        "p50": _fixed(queries, "response_time_p50", "Response time, p50", REGION),
        "p99": _fixed(queries, "response_time_p99", "Response time, p99", REGION),
        "percentiles": Panel(
            number=40,
            title="Response time, percentiles",
            what="Mean and percentiles of the response time, over everything that is selected. "
            "They also change when traffic shifts between regions.",
            unit=Unit.SECONDS.grafana,
            targets=tuple(
                Target(expr=queries.signal(name), legend=legend, colour=colour)
                for name, legend, colour in _PERCENTILES
            ),
            decimals=1,
            minimum=0.0,
        ),
        "heatmap": Panel(
            number=41,
            title="Response time, all requests",
            what="Requests of five minutes by response time: each row is a bucket of the "
            "histogram. The stronger the colour, the more requests.",
            unit=Unit.SECONDS.grafana,
            targets=(
                Target(
                    expr=queries.buckets(cloud_run.REQUEST_DURATION),
                    legend="{{le}}",
                    format="heatmap",
                ),
            ),
            decimals=1,
            series=SeriesCount.MANY,
        ),
    }


def _traffic(queries: BoardQueries) -> dict[str, Panel]:
    return {
        "throughput": _fixed(queries, "throughput", "Throughput", REGION, week=True),
        "classes": Panel(
            number=42,
            title="Throughput by class",
            what="Requests a second, by the class of their status code.",
            unit=Unit.PER_SECOND.grafana,
            targets=(
                Target(
                    expr=queries.expression(
                        Rate(Events(cloud_run.REQUESTS)), ("response_code_class",)
                    ),
                    legend="{{response_code_class}}",
                ),
            ),
            decimals=1,
            minimum=0.0,
        ),
    }


def _regions(queries: BoardQueries, settings: Settings) -> dict[str, Panel]:
    found = queries.named("response_time_p95")
    return {
        "comparison": tables.regions(queries, 43, settings, "Regions side by side"),
        "slowest_regions": Panel(
            number=44,
            title="Response time by region, p95",
            what=found.help,
            unit=found.unit.grafana,
            targets=(
                Target(
                    expr=f"sort_desc({queries.signal(found.name, REGION)})",
                    legend="{{region}}",
                    instant=True,
                ),
            ),
            decimals=decimals(found),
            limits=found.name,
            minimum=0.0,
            data_links=(to_region("${__field.labels.region}", settings),),
        ),
    }


def _named(pair: Pair) -> str:
    return f"{pair.effect.signal.name} and {pair.cause.signal.name}".replace("_", " ")


def _anomalies(queries: BoardQueries, settings: Settings) -> dict[str, Panel]:
    scores = tuple(
        Target(
            expr=f"max(abs({queries.filtered(found.name('score'), found.by)}))",
            legend=found.signal.name.replace("_", " "),
            server=LONGTERM,
        )
        for found in anomaly.read(settings)
    )
    read = correlation.read(settings)
    pairs = tuple(
        Target(
            expr=f"max by (region) ({queries.filtered(coefficient_name(pair), BY)})",
            legend=f"{_named(pair)}, {{{{region}}}}",
            server=LONGTERM,
        )
        for pair in read
    )
    return {
        "band_p95": band(queries, 45, "response_time_p95", "Response time, p95"),
        "band_throughput": band(queries, 46, "throughput", "Throughput"),
        "band_errors": band(queries, 47, "error_rate", "Error rate"),
        "scores": Panel(
            number=boards.ANOMALIES.number,
            title="How unusual is each signal?",
            what="Distance of each signal from its value at this time of the last three weeks, "
            "in widths of its band; of several series, the largest. Each line of the scale is "
            "ten times the one below.",
            unit=Unit.NONE.grafana,
            targets=scores,
            decimals=2,
            series=SeriesCount.MANY if len(scores) > 1 else SeriesCount.ONE,
            limits=BAND,
            empty=NO_BAND,
            minimum=_SCORES[0],
            maximum=_SCORES[1],
            logarithmic=True,
        ),
        "pairs": Panel(
            number=48,
            title="Correlated signals",
            what="Correlation of two signals over six hours, after their weekly patterns are "
            "removed. There is no value where one of them does not move. Pairs: "
            f"{'; '.join(map(_named, read))}.",
            unit=Unit.NONE.grafana,
            targets=pairs,
            decimals=2,
            series=SeriesCount.LONG,
            limits=CORRELATION,
            empty=f"none of the {len(read)} pairs moved together, or there is no data",
            minimum=-1.0,
            maximum=1.0,
        ),
    }


def _endpoints(queries: BoardQueries) -> dict[str, Panel]:
    by = ("endpoint",)
    duration = application.REQUEST_DURATION
    p95 = queries.raw(Quantile(0.95, duration), by)
    rate, mean, p95_now = (
        queries.raw(found, by, NOW)
        for found in (
            Rate(Events(application.REQUESTS)),
            Mean(duration),
            Quantile(0.95, duration),
        )
    )
    return {
        "slowest": Panel(
            number=49,
            title="Slowest endpoints, p95",
            what="95 of 100 requests of an endpoint take less than this; the slowest endpoints.",
            unit=Unit.SECONDS.grafana,
            targets=(Target(expr=top(p95), legend="{{endpoint}}"),),
            decimals=1,
            series=SeriesCount.MANY,
            minimum=0.0,
        ),
        "endpoints": Panel(
            number=50,
            title="Endpoints",
            what="Requests, response times and errors of each endpoint, as counted by the "
            "application.",
            unit=Unit.NONE.grafana,
            targets=(
                tables.table(tables.or_blank(rate), MAIN),
                tables.table(mean, MAIN),
                tables.table(p95_now, MAIN),
                tables.table(queries.signal("error_rate_by_endpoint", by), MAIN),
            ),
            decimals=0,
            series=SeriesCount.MANY,
            columns=(
                TableColumn(field="endpoint", title="Endpoint"),
                TableColumn(
                    field="Value #A",
                    title="Requests",
                    unit=Unit.PER_SECOND.grafana,
                    decimals=2,
                    width=_FIGURE,
                    empty="no data",
                ),
                *(
                    TableColumn(field=field, title=title, unit=unit, decimals=digits, width=_FIGURE)
                    for field, title, unit, digits in (
                        ("Value #B", "Mean", Unit.SECONDS.grafana, 1),
                        ("Value #C", "p95", Unit.SECONDS.grafana, 1),
                        ("Value #D", "Errors", Unit.RATIO.grafana, 2),
                    )
                ),
            ),
            sort=(("p95", True),),
        ),
    }
