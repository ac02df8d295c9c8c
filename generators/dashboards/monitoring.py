"""Panels of the monitoring itself: exporter, age of the data, cost, rules, notifications."""

from exporter.catalog import own
from exporter.catalog.expression import Events, Level, Rate
from exporter.catalog.model import Reduce, Unit
from generators import boards
from generators.dashboards.cache_inside import HEALTH
from generators.dashboards.limits import AGE, DOWN
from generators.dashboards.model import Panel, SeriesCount, Target
from generators.dashboards.queries import BoardQueries, top
from generators.dashboards.signal_panels import help_of, with_unknown
from generators.dashboards.signal_style import EVENTS
from generators.rules.health_rows import EXPORTER_JOB

_UP = f'up{{job="{EXPORTER_JOB}"}}'
_COUNT, _RATE, _SECONDS = Unit.NONE.grafana, EVENTS, Unit.SECONDS.grafana


def panels(queries: BoardQueries) -> dict[str, Panel]:
    """Return the panels by name."""
    return {**_monitoring(queries), **_exporter(queries), **_servers()}


def _monitoring(queries: BoardQueries) -> dict[str, Panel]:
    ages = queries.raw(Level(own.DATA_AGE, Reduce.MAX), ("family",))
    return {
        "exporter": Panel(
            number=boards.EXPORTER.number,
            title="Does the exporter work?",
            what="Whether Prometheus can scrape each exporter, and whether each collector "
            "succeeds.",
            unit=_COUNT,
            targets=with_unknown(
                Target(expr=f"min by (instance) ({_UP})", legend="scrape {{instance}}"),
                Target(
                    expr=f"min by (collector) ({queries.family(own.COLLECTOR_SUCCESS)})",
                    legend="collector {{collector}}",
                ),
            ),
            decimals=0,
            series=SeriesCount.ONE,
            limits=DOWN,
            mappings=HEALTH,
        ),
        "age": Panel(
            number=boards.DATA_AGE.number,
            title="Age of the data by family",
            what="Age of the newest point, of the three families where it is oldest.",
            unit=_SECONDS,
            targets=(Target(expr=top(ages, 3), legend="{{family}}"),),
            decimals=0,
            series=SeriesCount.MANY,
            limits=AGE,
            minimum=0.0,
        ),
        "cost": Panel(
            number=boards.COST.number,
            title="Cost of reading, a month",
            what="Cost of reading Cloud Monitoring for a month at the present rate. The dashed "
            "line is the budget, if one is configured.",
            unit=Unit.DOLLARS.grafana,
            targets=(
                Target(
                    expr=f"max({own.COST_PROJECTED.name})", legend="projected", colour="resource"
                ),
                Target(expr=f"max({own.COST_BUDGET.name})", legend="budget", style="limit"),
            ),
            decimals=2,
            minimum=0.0,
        ),
    }


def _exporter(queries: BoardQueries) -> dict[str, Panel]:
    failures = queries.raw(Rate(Events(own.POLL_FAILURES)), ("collector", "reason"))
    returned = queries.raw(Rate(Events(own.API_SERIES)), ("family",))
    return {
        "failures": Panel(
            number=153,
            title="Failed polls",
            what=f"{help_of(own.POLL_FAILURES).removesuffix('.')}, a second.",
            unit=_RATE,
            targets=(
                Target(expr=failures, legend="{{collector}}: {{reason}}"),
                Target(expr=f"max({_UP}) * 0 unless on () {failures}", legend="no poll failed yet"),
            ),
            decimals=3,
            series=SeriesCount.MANY,
            minimum=0.0,
        ),
        "returned": Panel(
            number=154,
            title="Billed series",
            what="Time series a second that Cloud Monitoring returns and Google bills; the "
            "families with the most.",
            unit=_RATE,
            targets=(Target(expr=top(returned), legend="{{family}}"),),
            decimals=1,
            series=SeriesCount.MANY,
            minimum=0.0,
        ),
        "series": Panel(
            number=155,
            title="Exposed series",
            what=help_of(own.SERIES),
            unit=_COUNT,
            targets=(
                Target(
                    expr=queries.level(own.SERIES, Reduce.SUM, ("collector",)),
                    legend="{{collector}}",
                ),
            ),
            minimum=0.0,
        ),
    }


def _servers() -> dict[str, Panel]:
    return {
        "rules": Panel(
            number=156,
            title="Evaluation of rules",
            what="Duration of the last evaluation of a group of rules; the slowest groups.",
            unit=_SECONDS,
            targets=(
                Target(
                    expr=top("max by (rule_group) (prometheus_rule_group_last_duration_seconds)"),
                    legend="{{rule_group}}",
                ),
            ),
            decimals=1,
            series=SeriesCount.MANY,
            minimum=0.0,
        ),
        "notifications": Panel(
            number=157,
            title="Failed notifications",
            what="Notifications a second that Alertmanager could not deliver, by channel.",
            unit=_RATE,
            targets=(
                Target(
                    expr="sum by (integration) "
                    "(rate(alertmanager_notifications_failed_total[$__rate_interval]))",
                    legend="{{integration}}",
                ),
            ),
            decimals=3,
            series=SeriesCount.MANY,
            minimum=0.0,
        ),
        "process": Panel(
            number=158,
            title="Memory of the exporter",
            what="Memory that the exporter's process uses.",
            unit=Unit.BYTES.grafana,
            targets=(
                Target(
                    expr="max by (instance) "
                    f'(process_resident_memory_bytes{{job="{EXPORTER_JOB}"}})',
                    legend="{{instance}}",
                ),
            ),
            decimals=1,
            minimum=0.0,
        ),
    }
