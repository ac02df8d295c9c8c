"""Panels of the monitoring itself: exporter, age of the data, cost, rules, notifications."""

from exporter.catalog import own
from exporter.catalog.model import Events, Level, Rate, Reduce, Unit
from generators import boards
from generators.dashboards.cache_inside import HEALTH
from generators.dashboards.limits import AGE, DOWN
from generators.dashboards.model import Panel, SeriesCount, Target
from generators.dashboards.queries import BoardQueries, top
from generators.dashboards.signal_panels import help_of
from generators.dashboards.signal_style import EVENTS
from generators.rules.health_rows import EXPORTER_JOB

_COUNT, _RATE, _SECONDS = Unit.NONE.grafana, EVENTS, Unit.SECONDS.grafana


def panels(queries: BoardQueries) -> dict[str, Panel]:
    """Return the panels by name."""
    return {**_monitoring(queries), **_exporter(queries), **_servers()}


def _monitoring(queries: BoardQueries) -> dict[str, Panel]:
    ages = queries.raw(Level(own.DATA_AGE, Reduce.MAX), ("family",))
    return {
        "exporter": Panel(
            boards.EXPORTER.number,
            "Does the exporter work?",
            "Whether the exporter can be scraped, and whether each of its collectors succeeds.",
            _COUNT,
            (
                Target(f'min by (instance) (up{{job="{EXPORTER_JOB}"}})', "scrape {{instance}}"),
                Target(
                    f"min by (collector) ({queries.family(own.COLLECTOR_SUCCESS)})",
                    "collector {{collector}}",
                ),
            ),
            0,
            SeriesCount.ONE,
            limits=DOWN,
            mappings=HEALTH,
        ),
        "age": Panel(
            boards.DATA_AGE.number,
            "Age of the data, by family",
            "Age of the newest point of each family, of the oldest ones.",
            _SECONDS,
            (Target(top(ages, 3), "{{family}}"),),
            0,
            SeriesCount.MANY,
            limits=AGE,
            least=0.0,
        ),
        "cost": Panel(
            boards.COST.number,
            "Cost of reading, a month",
            "What a month of reading Cloud Monitoring costs at the present rate; dashed, what it "
            "may cost, where a budget is set.",
            Unit.DOLLARS.grafana,
            (
                Target(f"max({own.COST_PROJECTED.name})", "projected", colour="resource"),
                Target(f"max({own.COST_BUDGET.name})", "budget", look="limit"),
            ),
            2,
            least=0.0,
        ),
    }


def _exporter(queries: BoardQueries) -> dict[str, Panel]:
    failures = queries.raw(Rate(Events(own.POLL_FAILURES)), ("collector", "reason"))
    returned = queries.raw(Rate(Events(own.API_SERIES)), ("family",))
    return {
        "failures": Panel(
            153,
            "Polls that fail",
            f"{help_of(own.POLL_FAILURES).removesuffix('.')}, a second.",
            _RATE,
            (Target(failures, "{{collector}}: {{reason}}"),),
            3,
            SeriesCount.MANY,
            empty="no poll failed yet",
            least=0.0,
        ),
        "returned": Panel(
            154,
            "Series that are billed",
            "Time series a second that Cloud Monitoring returns, of the families that return most.",
            _RATE,
            (Target(top(returned), "{{family}}"),),
            1,
            SeriesCount.MANY,
            least=0.0,
        ),
        "series": Panel(
            155,
            "Series on the page",
            help_of(own.SERIES),
            _COUNT,
            (Target(queries.level(own.SERIES, Reduce.SUM, ("collector",)), "{{collector}}"),),
            least=0.0,
        ),
    }


def _servers() -> dict[str, Panel]:
    return {
        "rules": Panel(
            156,
            "Evaluation of rules",
            "How long the last evaluation of each group of rules took, of the slowest ones.",
            _SECONDS,
            (
                Target(
                    top("max by (rule_group) (prometheus_rule_group_last_duration_seconds)"),
                    "{{rule_group}}",
                ),
            ),
            1,
            SeriesCount.MANY,
            least=0.0,
        ),
        "notifications": Panel(
            157,
            "Notifications that fail",
            "Notifications a second that Alertmanager could not deliver, by channel.",
            _RATE,
            (
                Target(
                    "sum by (integration) "
                    "(rate(alertmanager_notifications_failed_total[$__rate_interval]))",
                    "{{integration}}",
                ),
            ),
            3,
            SeriesCount.MANY,
            least=0.0,
        ),
        "process": Panel(
            158,
            "Memory of the exporter",
            "Memory that the exporter's process holds.",
            Unit.BYTES.grafana,
            (
                Target(
                    f'max by (instance) (process_resident_memory_bytes{{job="{EXPORTER_JOB}"}})',
                    "{{instance}}",
                ),
            ),
            1,
            least=0.0,
        ),
    }
