"""The price of time series returned, and the intervals that keep a budget.

Google bills reads by time series returned: 0.50 dollars a million, the first million a month and
billing account free, an empty call as one (price list of October 2025).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from exporter.catalog.prices import DOLLARS_PER_SERIES, FREE_SERIES

MONTH = 30 * 86400.0
MAX_STRETCH = 60.0
STRETCH_STEP = 1.25
SLACK = 1e-3  # dollars; closer to the budget, the running sum is not exact enough


@dataclass(frozen=True, slots=True)
class Load:
    """What one poll costs: series per call, configured interval, whether an alert needs it."""

    name: str
    series: int
    interval: float
    alerted: bool = False

    def monthly(self, stretch: float = 1.0) -> float:
        """Return the series billed in a month of 30 days."""
        return max(self.series, 1) * MONTH / (self.interval * stretch)


def dollars(series: float) -> float:
    """Return what a month costs in which `series` are billed."""
    return max(0.0, series - FREE_SERIES) * DOLLARS_PER_SERIES


def projected(loads: Iterable[Load], stretch: Mapping[str, float] | None = None) -> float:
    """Return the dollars a month that `loads` cost at their intervals, stretched or not."""
    factors = stretch or {}
    return dollars(sum(load.monthly(factors.get(load.name, 1.0)) for load in loads))


def stretch(loads: Iterable[Load], budget: float | None) -> dict[str, float]:
    """Return the factor by which to stretch each interval so that the month costs at most `budget`.

    Polls that no alert needs are stretched first, the most expensive before the others; the factor
    is at most MAX_STRETCH.
    """
    ranked = sorted(loads, key=lambda load: (load.alerted, -load.monthly(), load.name))
    factors = {load.name: 1.0 for load in ranked}
    if budget is None:
        return factors
    for alerted in (False, True):
        group = [load for load in ranked if load.alerted is alerted]
        if _stretch_group(ranked, group, factors, budget):
            return factors
    return factors


def _stretch_group(
    loads: list[Load], group: list[Load], factors: dict[str, float], budget: float
) -> bool:
    """Stretch the group's members, always the most expensive next, until the month fits."""
    total = sum(load.monthly(factors[load.name]) for load in loads)
    queue = [(-load.monthly(factors[load.name]), rank) for rank, load in enumerate(group)]
    heapify(queue)
    while dollars(total) > budget + SLACK or projected(loads, factors) > budget:
        if not queue:
            return False
        before, rank = heappop(queue)
        load = group[rank]
        factors[load.name] = min(MAX_STRETCH, factors[load.name] * STRETCH_STEP)
        after = load.monthly(factors[load.name])
        total += before + after
        if factors[load.name] < MAX_STRETCH:
            heappush(queue, (-after, rank))
    return True
