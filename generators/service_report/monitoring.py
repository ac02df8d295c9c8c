"""What a report says of the monitoring itself: figures, cost, age of the data, gaps, budgets."""

from collections.abc import Iterator, Mapping
from math import isfinite

from exporter.catalog.expression import Direction
from exporter.catalog.model import Unit
from exporter.catalog.own import DATA_AGE, DATA_DELAY
from exporter.monitoring_config import MonitoringConfig
from exporter.summary.costs import ServiceCosts, service_costs
from exporter.summary.model import BudgetState, DataGap, MonitoringState
from exporter.summary.read import Reader, budgets, data_gaps, longest_first
from exporter.summary.signal_reading import one_value
from exporter.summary.wording import rounded
from generators import summary_queries
from generators.analysis.chosen_places import ChosenPlaces
from generators.policy import WINDOW
from generators.rules.health_rows import STALE
from generators.service_report.model import FamilyAge, Health, ReportedBudget, ReportedFigure
from generators.service_report.request import ReportRequest
from generators.summary_queries import MonitoringFigure

_AGES = "age of the data"


def figures(reader: Reader, request: ReportRequest) -> tuple[ReportedFigure, ...]:
    """Return uptime, integrity and latency of the monitoring over the period."""
    queries = summary_queries.monitoring(request.settings, request.window)
    of_cost = summary_queries.costs(request.window)
    found = ((name, figure) for name, figure in queries.items() if name not in of_cost)
    return tuple(_figure(reader, name, figure, request.span.end) for name, figure in found)


def costs(
    config: MonitoringConfig, reader: Reader, request: ReportRequest
) -> tuple[ReportedFigure, ...]:
    """Return what reading cost in the period, what it will, and what it may; then the service.

    The service's own costs are there where prices are configured.
    """
    queries = summary_queries.costs(request.window)
    reading = (_figure(reader, name, one, request.span.end) for name, one in queries.items())
    found = service_costs(config, reader, request.span.end)
    return (*reading, *(_service(found) if found is not None else ()))


def _service(found: ServiceCosts) -> Iterator[ReportedFigure]:
    """Yield what the service costs, each product's share, and what is not in the sum."""
    lacks = ", as far as it is known" if found.unknown else ""
    yield _dollars("service", f"the service itself, a month{lacks}", found.total)
    for one in found.products:
        noun = f"{one.product}, a month, {rounded(100 * one.share, 0)}% of the service"
        yield _dollars(f"service {one.product}", noun, one.dollars)
    for line in found.lines:
        if line.dollars is None:
            noun = f"{line.product}: {line.noun}, a month"
            yield _dollars(f"service {line.product} {line.noun}", noun, None)


def _dollars(name: str, noun: str, value: float | None) -> ReportedFigure:
    state = MonitoringState(
        name=name,
        noun=noun,
        unit=Unit.DOLLARS.suffix,
        direction=Direction.NONE,
        target=None,
        value=value,
    )
    return ReportedFigure(state, Health.UNKNOWN if value is None else Health.UNJUDGED)


def _figure(reader: Reader, name: str, figure: MonitoringFigure, at: float) -> ReportedFigure:
    state = MonitoringState(
        name=name,
        noun=figure.noun,
        unit=figure.unit.suffix or None,
        direction=figure.direction,
        target=figure.target,
        value=one_value(reader.instant(reader.main, figure.query, at, figure.noun)),
    )
    if state.value is None:
        return ReportedFigure(state, Health.UNKNOWN)
    if state.target is None:
        return ReportedFigure(state, Health.UNJUDGED)
    return ReportedFigure(state, Health.WARNING if state.missed else Health.OK)


def ages(reader: Reader, at: float) -> tuple[FamilyAge, ...]:
    """Return how old the newest point of each family is, the oldest first."""
    usual, found = (_by_family(reader, name, at) for name in (DATA_DELAY.name, DATA_AGE.name))
    return tuple(
        FamilyAge(
            project=project,
            family=family,
            seconds=seconds,
            usual=usual.get((project, family)),
            health=_lateness(seconds, usual.get((project, family))),
        )
        for (project, family), seconds in sorted(
            found.items(), key=lambda one: longest_first(one[1])
        )
    )


def _lateness(seconds: float, usual: float | None) -> Health:
    """Return how an age is: some sources promise their points later than others may come."""
    if not isfinite(seconds):
        return Health.UNKNOWN
    promised = usual if usual is not None and isfinite(usual) else 0.0
    return Health.WARNING if seconds > max(STALE, promised + WINDOW) else Health.OK


def _by_family(reader: Reader, name: str, at: float) -> Mapping[tuple[str, str], float]:
    query = f"max by (gcp_project, family) ({name})"
    return {
        (labels.get("gcp_project", ""), labels.get("family", "")): one.values[0]
        for one in reader.instant(reader.main, query, at, _AGES)
        for labels in [dict(one.labels)]
    }


def gaps(reader: Reader, request: ReportRequest) -> tuple[DataGap, ...]:
    """Return the source time of the period that no poll could read, the longest first."""
    return tuple(data_gaps(reader, summary_queries.gaps(request.window), request.span.end))


def reported_budgets(
    config: MonitoringConfig, reader: Reader, request: ReportRequest, chosen: ChosenPlaces
) -> tuple[ReportedBudget, ...]:
    """Return the budgets of the chosen services, the most spent first in each objective."""
    return tuple(_chosen(budgets(config, reader, request.span.end), chosen))


def _chosen(found: Iterator[BudgetState], chosen: ChosenPlaces) -> Iterator[ReportedBudget]:
    for one in found:
        if chosen.takes(one.labels):
            yield ReportedBudget(one, _health(one))


def _health(budget: BudgetState) -> Health:
    if budget.remaining <= 0:
        return Health.FAILING
    if budget.young:
        return Health.UNKNOWN
    return Health.OK if budget.spent_in is None else Health.WARNING
