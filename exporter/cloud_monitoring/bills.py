"""What a month costs, by three ways to watch the same: this exporter, PromQL, alerting policies.

Google bills a query by the series that it returns. Whether that is one for a sum, or every series
that the sum reads, is not documented, so that what PromQL costs lies between the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from exporter.catalog.model import CloudMonitoring
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import families_in
from exporter.cloud_monitoring.cost import MONTH, dollars
from exporter.cloud_monitoring.estimate import Estimate

MINUTES = MONTH / 60
VIEWED = 22 * 8 * 3600.0  # seconds of a month in which a viewer looks: eight hours on working days
REFRESH = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryReads:
    """What queries read of Cloud Monitoring's families.

    rules    reads of a family by all rules, a minute
    board    reads of a family by the dashboard that viewers have open, each `every` seconds
    source   where this was counted
    """

    rules_per_minute: float
    rules: Mapping[str, float]
    board: Mapping[str, float]
    every: float = REFRESH
    source: str

    @classmethod
    def of_signals(cls) -> Self:
        """Return the least: one rule a minute and one panel for each signal of the catalog."""
        read = [
            {f.name for f in families_in(one.expression) if isinstance(f.source, CloudMonitoring)}
            for one in SIGNALS
        ]
        counted: dict[str, float] = {}
        for names in read:
            counted.update({name: counted.get(name, 0.0) + 1 for name in names})
        count = sum(1 for names in read if names)
        source = "one rule for each signal"
        return cls(rules_per_minute=count, rules=counted, board=counted, source=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPrices:
    """Prices of alerting policies; None where none is configured. `conditions` are as many."""

    conditions: int
    condition_month: float | None = None
    million_points: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """How the same would be watched without the exporter: reads, viewers, rules, alert prices.

    rules  evaluations a minute, instead of the counted ones
    """

    reads: QueryReads
    viewers: int = 3
    rules: float | None = None
    alerts: AlertPrices = field(default_factory=lambda: AlertPrices(conditions=0))

    @property
    def rules_per_minute(self) -> float:
        """Evaluations of rules a minute."""
        return self.reads.rules_per_minute if self.rules is None else self.rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A month of one way: series or points that are billed, and dollars, from least to most.

    least, most  None where a price is not configured
    """

    name: str
    unit: str
    billed_least: int
    billed_most: int
    least: float | None
    most: float | None


def bills(estimate: Estimate, watching: Watching) -> tuple[Bill, ...]:
    """Return the three bills."""
    series: dict[str, int] = {}
    for row in estimate.rows:
        series[row.family] = series.get(row.family, 0) + row.series
    own = Bill(
        name="this exporter",
        unit="series",
        billed_least=estimate.billed,
        billed_most=estimate.billed,
        least=estimate.total,
        most=estimate.total,
    )
    return (own, _promql(series, watching), _policies(series, watching))


def _promql(series: Mapping[str, int], watching: Watching) -> Bill:
    reads = watching.reads
    scale = watching.rules_per_minute / reads.rules_per_minute if reads.rules_per_minute else 0.0
    refreshes = watching.viewers * VIEWED / reads.every
    per_minute = scale * MINUTES
    least = watching.rules_per_minute * MINUTES + refreshes * sum(reads.board.values())
    most = per_minute * _read(series, reads.rules) + refreshes * _read(series, reads.board)
    most = max(most, least)
    return Bill(
        name="PromQL on Cloud Monitoring",
        unit="series",
        billed_least=round(least),
        billed_most=round(most),
        least=dollars(least),
        most=dollars(most),
    )


def _read(series: Mapping[str, int], reads: Mapping[str, float]) -> float:
    """Return the series that these reads return if nothing is summed; each returns at least one."""
    return sum(count * max(1, series.get(name, 0)) for name, count in reads.items())


def _policies(series: Mapping[str, int], watching: Watching) -> Bill:
    """Return the bill of alerting policies, each condition evaluated once a minute."""
    prices, reads = watching.alerts, watching.reads
    least = prices.conditions * MINUTES
    times = sum(reads.rules.values())
    most = max(least, least * _read(series, reads.rules) / times if times else 0.0)
    return Bill(
        name="alerting policies",
        unit="points",
        billed_least=round(least),
        billed_most=round(most),
        least=_price_of_policies(prices, least),
        most=_price_of_policies(prices, most),
    )


def _price_of_policies(prices: AlertPrices, points: float) -> float | None:
    """Return what conditions and their points cost; None without any price."""
    if prices.condition_month is None and prices.million_points is None:
        return None
    conditions = prices.conditions * (prices.condition_month or 0.0)
    return conditions + points / 1e6 * (prices.million_points or 0.0)
