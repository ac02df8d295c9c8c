"""What a summary of the service asks Prometheus: signals over days, budgets, the monitoring itself.

monitoring_config.json carries these queries to what runs: the digest, and explanations of alerts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from exporter.catalog import CATALOG, own, own_delivery
from exporter.catalog.alert_names import CANARY_LATE
from exporter.catalog.cloud_run import BILLABLE_TIME
from exporter.catalog.expression import Complement, Direction, Kind, Mean, Quantile, Ratio, Signal
from exporter.catalog.labels import CODE_CLASS, ENDPOINT
from exporter.catalog.model import Unit
from exporter.catalog.prices import DOLLARS_PER_SERIES
from exporter.catalog.walk import families_in, split
from exporter.settings import Settings
from generators import deploys
from generators.policy import DAY, WINDOW, Policy, is_brought
from generators.promql import View, render
from generators.recorded_queries import RecordedQueries
from generators.rules.budgets import BUDGETS
from generators.rules.health_rows import EXPORTER_JOB
from generators.rules.names import span

WEEK = 7 * DAY
_ALL = RecordedQueries()
_REVISIONS_WITHIN = "10m"  # two points of a metric that is known three minutes late, and more
_ERRORS_BY_ENDPOINT = "error_rate_by_endpoint"
_APPLICATION_TIME = CATALOG["app_request_duration_seconds"]
_FAILING = (Kind.ERROR_RATE, Kind.AVAILABILITY)


@dataclass(frozen=True, slots=True)
class PeriodQueries:
    """A signal over a day or a week: of everything, and split by where it is measured."""

    overall: str
    by_place: str


@dataclass(frozen=True, slots=True)
class SplitQuery:
    """A signal split by one more label: its values, or the events that make it worse."""

    query: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringFigure:
    """A figure about the monitoring itself, as a query over a window, and what it should be."""

    noun: str
    unit: Unit
    direction: Direction
    query: str
    target: float | None = None


def overall(signal: Signal) -> str:
    """Return the query of a signal of everything that is monitored, over five minutes."""
    return _ALL.signal(signal)


def period(signal: Signal, window: int) -> PeriodQueries:
    """Return the queries of a signal over a day or a week."""
    return PeriodQueries(_ALL.over(signal, window), _ALL.over(signal, window, split(signal)))


def splits(signal: Signal, in_force: Policy) -> Mapping[str, SplitQuery]:
    """Return by which further labels a signal can be split, with the query of each."""
    by_class, by_endpoint = _by_class(signal), _by_endpoint(signal, in_force)
    found = {CODE_CLASS.name: by_class, ENDPOINT.name: by_endpoint}
    return {label: query for label, query in found.items() if query is not None}


def _by_class(signal: Signal) -> SplitQuery | None:
    """Return the errors, or the response times, by class of status codes, where it is measured."""
    by, ratio = (*split(signal), CODE_CLASS.name), _ratio(signal)
    if signal.kind in _FAILING and ratio is not None:
        events = ratio.part[0]
        has_class = CODE_CLASS.name in events.family.label_names
        return SplitQuery(_ALL.expression(events, by), "events") if has_class else None
    has_class = all(CODE_CLASS.name in f.label_names for f in families_in(signal.expression))
    if signal.kind is not Kind.RESPONSE_TIME or not has_class:
        return None
    return SplitQuery(render(signal.expression, View(window=span(WINDOW), by=by)), "value")


def _by_endpoint(signal: Signal, in_force: Policy) -> SplitQuery | None:
    """Return the same as the application records it, by endpoint."""
    if signal.kind in _FAILING and signal.name != _ERRORS_BY_ENDPOINT:
        known = (one for one in in_force.signals if one.name == _ERRORS_BY_ENDPOINT)
        found = next(known, None)
        return None if found is None else SplitQuery(_ALL.signal(found, split(found)), "value")
    expression = signal.expression
    if signal.kind is not Kind.RESPONSE_TIME or not isinstance(expression, Mean | Quantile):
        return None
    measured = replace(expression, family=_APPLICATION_TIME)
    if not is_brought(measured, in_force.missing):
        return None
    by = tuple(_APPLICATION_TIME.label_names)
    return SplitQuery(render(measured, View(window=span(WINDOW), by=by)), "value")


def _ratio(signal: Signal) -> Ratio | None:
    expression = signal.expression
    found = expression.ratio if isinstance(expression, Complement) else expression
    return found if isinstance(found, Ratio) else None


def budgets(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    """Return, by signal, the recorded series of each budget that something is promised about."""
    return {
        budget.signal: {
            "share": budget.share,
            "remaining": budget.remaining,
            "exhaustion": budget.exhaustion,
        }
        for budget in BUDGETS
        if budget.promises(settings)
    }


def events() -> Mapping[str, str]:
    """Return the queries of what may have caused an alert: deploys of the last half hour.

    And which revisions run, by the time of their instances: of no other family of Google's is known
    which revision a value is of.
    """
    by = ", ".join(BILLABLE_TIME.label_names)
    return {
        "deploys": deploys.began(BILLABLE_TIME.name, "30m"),
        "revisions": f"sum by ({by}) (increase({BILLABLE_TIME.name}[{_REVISIONS_WITHIN}])) > 0",
    }


def gaps(window: int) -> str:
    """Return the query of the source time that no poll could read within a window.

    Of a series that is younger than the window, what it began with counts as well.
    """
    by, within = "sum by (gcp_project, family)", span(window)
    younger = f"{own.GAP.name} > 0 unless {own.GAP.name} offset {within}"
    return f"{by} (increase({own.GAP.name}[{within}])) > 0 or {by} ({younger})"


def monitoring(settings: Settings, window: int) -> Mapping[str, MonitoringFigure]:
    """Return the figures about the monitoring itself over a window, by a short name of each."""
    return {
        "uptime": MonitoringFigure(
            noun="time in which the exporter answered",
            unit=Unit.RATIO,
            direction=Direction.DOWN,
            target=0.9995,
            query=_uptime(window),
        ),
        "integrity": MonitoringFigure(
            noun="source time that was read",
            unit=Unit.RATIO,
            direction=Direction.DOWN,
            target=0.999,
            query=_integrity(window),
        ),
        "latency": MonitoringFigure(
            noun="time of a poll (99th percentile, slowest collector)",
            unit=Unit.SECONDS,
            direction=Direction.UP,
            target=1.0,
            query=f"max(quantile_over_time(0.99, {own.COLLECTOR_DURATION.name}[{span(window)}]))",
        ),
        **(_chain(window) if settings.notifications.active_bridge is not None else {}),
        **costs(window),
    }


def _chain(window: int) -> Mapping[str, MonitoringFigure]:
    figure = MonitoringFigure(
        noun="slowest way of an alert from its rule into the bridge's journal",
        unit=Unit.SECONDS,
        direction=Direction.UP,
        target=CANARY_LATE,
        query=f"max(max_over_time({own_delivery.CHAIN.name}[{span(window)}]))",
    )
    return {"chain": figure}


def costs(window: int) -> Mapping[str, MonitoringFigure]:
    """Return what reading costs, and what may be spent."""
    billed = f"sum(increase({own.API_SERIES.name}[{span(window)}]))"
    amounts = {
        "spent": (
            "reading Google's data in this time, of which a million series a month are free",
            f"{billed} * {DOLLARS_PER_SERIES:.10f}".rstrip("0"),
        ),
        "cost": ("reading Google's data, a month", f"sum({own.COST_PROJECTED.name})"),
        "budget": ("budget for it, a month", f"sum({own.COST_BUDGET.name})"),
    }
    return {
        "series": MonitoringFigure(
            noun="time series that Google bills",
            unit=Unit.NONE,
            direction=Direction.NONE,
            query=billed,
        ),
        **{
            name: MonitoringFigure(
                noun=noun, unit=Unit.DOLLARS, direction=Direction.NONE, query=query
            )
            for name, (noun, query) in amounts.items()
        },
    }


def _uptime(window: int) -> str:
    """Return the share of minutes in which an exporter answered, those without Prometheus too.

    A monitoring that is younger than the window is judged since its beginning.
    """
    up, within = f'max(up{{job="{EXPORTER_JOB}"}})', span(window)
    minutes = f"sum_over_time({up}[{within}:1m])"
    older = f'count(last_over_time(up{{job="{EXPORTER_JOB}"}}[{within}] offset {within}))'
    # Steps are counted, not taken from the window: at a whole minute, Prometheus 2 has one more.
    every = f"count_over_time(vector(1)[{within}:1m])"
    since = f"1 + floor((time() - min_over_time(({up} * 0 + time())[{within}:1m])) / 60)"
    return f"{minutes} / ({older} * 0 + {every} or {since})"


def _integrity(window: int) -> str:
    lost = f"(sum({gaps(window)}) or vector(0))"
    read = f"sum(increase({own.DATA_SECONDS.name}[{span(window)}]))"
    return f"{read} / ({read} + {lost} > 0)"
