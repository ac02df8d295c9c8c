"""The panels of Performance: what they ask and say."""

from exporter.catalog import application, cloud_run
from exporter.catalog.model import Events, Mean, Quantile, Rate, Reduce, Unit
from generators import boards
from generators.boards import SIGNAL_PANELS, Board
from generators.dashboards import tables
from generators.dashboards.bands import NO_BAND, band
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
from generators.dashboards.queries import BoardQueries, top
from generators.dashboards.signal_panels import REGION, help_of, over_time
from generators.dashboards.signal_style import decimals
from generators.dashboards.wording import Facts
from generators.policy import SIGNAL_BY_NAME
from generators.rules.anomaly import BANDS
from generators.rules.correlation import BY, PAIRS, coefficient_name
from generators.rules.rows import Pair

QUERIES = BoardQueries(("gcp_project", "region", "service_name"))
_SCORES = (0.01, 1000.0)  # widths of a band, from where to where the scale goes
_PERCENTILES = (
    ("response_time_p50", "p50", "ok"),
    ("response_time_average", "mean", "traffic"),
    ("response_time_p95", "p95", "latency"),
    ("response_time_p99", "p99", "resource"),
)


def board(facts: Facts) -> BoardText:
    """Return the board."""
    del facts
    return BoardText(
        Board.PERFORMANCE,
        "Performance",
        "Where is time lost, and for whom?",
        "1m",
        "now-6h",
        QUERIES.labels,
        {**_times(), **_traffic(), **_regions(), **_anomalies(), **_endpoints(), **_inside()},
    )


def _fixed(name: str, title: str, by: tuple[str, ...], *, week: bool = False) -> Panel:
    return over_time(QUERIES, name, SIGNAL_PANELS[name].number, title, by, week=week)


def _times() -> dict[str, Panel]:
    return {
        "p95": _fixed("response_time_p95", "Response time, p95", REGION, week=True),
        "mean": _fixed("response_time_average", "Response time, mean", REGION, week=True),
        "p50": _fixed("response_time_p50", "Response time, p50", REGION),
        "p99": _fixed("response_time_p99", "Response time, p99", REGION),
        "percentiles": Panel(
            40,
            "Response time, percentiles",
            "Mean and percentiles of the response time of all that is chosen, together; they also "
            "move when traffic shifts between regions.",
            Unit.SECONDS.grafana,
            tuple(
                Target(QUERIES.signal(name), legend, colour=colour)
                for name, legend, colour in _PERCENTILES
            ),
            1,
            least=0.0,
        ),
        "heatmap": Panel(
            41,
            "Response time, all requests",
            "How many requests of five minutes took how long: each row is a bucket of the "
            "histogram, and the more it stands out, the more requests.",
            Unit.SECONDS.grafana,
            (Target(QUERIES.buckets(cloud_run.REQUEST_DURATION), "{{le}}", format="heatmap"),),
            1,
            SeriesCount.MANY,
        ),
    }


def _traffic() -> dict[str, Panel]:
    return {
        "throughput": _fixed("throughput", "Throughput", REGION, week=True),
        "classes": Panel(
            42,
            "Throughput by class",
            "Requests a second by the class of their status code.",
            Unit.PER_SECOND.grafana,
            (
                Target(
                    QUERIES.expression(Rate(Events(cloud_run.REQUESTS)), ("response_code_class",)),
                    "{{response_code_class}}",
                ),
            ),
            1,
            least=0.0,
        ),
    }


def _regions() -> dict[str, Panel]:
    found = SIGNAL_BY_NAME["response_time_p95"]
    return {
        "comparison": tables.regions(QUERIES, 43, "Regions side by side"),
        "slowest_regions": Panel(
            44,
            "Response time by region, p95",
            found.help,
            found.unit.grafana,
            (
                Target(
                    f"sort_desc({QUERIES.signal(found.name, REGION)})", "{{region}}", instant=True
                ),
            ),
            decimals(found),
            limits=found.name,
            least=0.0,
            data_links=(to_region("${__field.labels.region}"),),
        ),
    }


def _said(pair: Pair) -> str:
    return f"{pair.effect.signal.name} and {pair.cause.signal.name}".replace("_", " ")


def _anomalies() -> dict[str, Panel]:
    scores = tuple(
        Target(
            f"max(abs({QUERIES.filtered(found.name('score'), found.by)}))",
            found.signal.name.replace("_", " "),
            server=LONGTERM,
        )
        for found in BANDS
    )
    pairs = tuple(
        Target(
            f"max by (region) ({QUERIES.filtered(coefficient_name(pair), BY)})",
            f"{_said(pair)}, {{{{region}}}}",
            server=LONGTERM,
        )
        for pair in PAIRS
    )
    return {
        "band_p95": band(QUERIES, 45, "response_time_p95", "Response time, p95"),
        "band_throughput": band(QUERIES, 46, "throughput", "Throughput"),
        "band_errors": band(QUERIES, 47, "error_rate", "Error rate"),
        "scores": Panel(
            boards.ANOMALIES.number,
            "How unusual the signals are",
            "The distance of each signal from what was usual at this time of the last three "
            "weeks, in widths of its band; of several series, the farthest. Each line of the scale "
            "is ten times the one below.",
            Unit.NONE.grafana,
            scores,
            2,
            SeriesCount.MANY,
            limits=BAND,
            empty=NO_BAND,
            least=_SCORES[0],
            most=_SCORES[1],
            logarithmic=True,
        ),
        "pairs": Panel(
            48,
            "What moves together",
            "Correlation, over six hours, of what two signals differ from their usual values by; "
            "nothing is said where either does not move. Compared are "
            f"{'; '.join(map(_said, PAIRS))}.",
            Unit.NONE.grafana,
            pairs,
            2,
            SeriesCount.MANY,
            limits=CORRELATION,
            empty=f"none of the {len(PAIRS)} pairs compared moved together",
            least=-1.0,
            most=1.0,
        ),
    }


def _endpoints() -> dict[str, Panel]:
    by = ("endpoint",)
    duration = application.REQUEST_DURATION
    p95, mean = QUERIES.raw(Quantile(0.95, duration), by), QUERIES.raw(Mean(duration), by)
    rate = QUERIES.raw(Rate(Events(application.REQUESTS)), by)
    return {
        "slowest": Panel(
            49,
            "Slowest endpoints, p95",
            "Time that 95 of 100 requests of an endpoint stay below, of the slowest endpoints.",
            Unit.SECONDS.grafana,
            (Target(top(p95), "{{endpoint}}"),),
            1,
            SeriesCount.MANY,
            least=0.0,
        ),
        "endpoints": Panel(
            50,
            "Endpoints",
            "Requests, response times and errors of each endpoint, as the application counts them.",
            Unit.NONE.grafana,
            (
                tables.table(rate, MAIN),
                tables.table(mean, MAIN),
                tables.table(p95, MAIN),
                tables.table(QUERIES.signal("error_rate_by_endpoint", by), MAIN),
            ),
            0,
            SeriesCount.MANY,
            columns=(
                TableColumn("endpoint", "Endpoint"),
                TableColumn("Value #A", "Requests", Unit.PER_SECOND.grafana, 2),
                TableColumn("Value #B", "Mean", Unit.SECONDS.grafana, 1),
                TableColumn("Value #C", "p95", Unit.SECONDS.grafana, 1),
                TableColumn("Value #D", "Errors", Unit.RATIO.grafana, 2),
            ),
            sort=(("p95", True),),
        ),
    }


_PARTS = ("ingress", "pending", "routing", "execution", "egress")


def _inside() -> dict[str, Panel]:
    families = {family.name: family for family in cloud_run.FAMILIES}
    parts = tuple(
        Target(QUERIES.raw(Mean(families[f"cloudrun_request_{part}_duration_seconds"])), part)
        for part in _PARTS
    )
    startup = families["cloudrun_startup_duration_seconds"]
    return {
        "parts": Panel(
            51,
            "Where a request's time goes, mean",
            "Mean time from Google's edge to the region, waiting for an instance, in routing, in "
            "the container's own code, and back.",
            Unit.SECONDS.grafana,
            parts,
            1,
            SeriesCount.MANY,
            least=0.0,
        ),
        "pending": Panel(
            52,
            "Requests that wait for an instance",
            help_of(families["cloudrun_pending_requests"]),
            Unit.NONE.grafana,
            (
                Target(
                    QUERIES.level(families["cloudrun_pending_requests"], Reduce.SUM, REGION),
                    "{{region}}",
                ),
            ),
            least=0.0,
        ),
        "startup": Panel(
            53,
            "Start of an instance, p95",
            help_of(startup),
            Unit.SECONDS.grafana,
            (Target(QUERIES.raw(Quantile(0.95, startup), REGION), "{{region}}"),),
            1,
            empty="no instance started",
            least=0.0,
        ),
        "routing": _fixed("routing_quality", "Routing confidence, mean", REGION),
        "personas": _share("persona_share", "Share of personas", "persona"),
        "features": _share("feature_usage", "Share of features", "feature"),
    }


def _share(name: str, title: str, label: str) -> Panel:
    found = SIGNAL_BY_NAME[name]
    return Panel(
        SIGNAL_PANELS[name].number,
        title,
        found.help,
        found.unit.grafana,
        (Target(QUERIES.signal(name), f"{{{{{label}}}}}"),),
        decimals(found),
        SeriesCount.MANY,
        least=0.0,
        most=1.0,
    )
