"""What reading will cost, before it is begun: one call a family, which returns names only."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from exporter.catalog.signals import ALERTED
from exporter.cloud_monitoring.client import MonitoringClient, Query
from exporter.cloud_monitoring.cost import DOLLARS_PER_SERIES, MONTH, Load, dollars, stretch
from exporter.cloud_monitoring.filters import metric_filter
from exporter.cloud_monitoring.points import SECOND
from exporter.cloud_monitoring.schedule import IDLE_INTERVAL
from exporter.cloud_monitoring.target import Target
from exporter.errors import PollError, Reason

LOOK_BACK = 1800


@dataclass(frozen=True, slots=True)
class Row:
    """A family's demand: series a call, seconds between calls, a month's calls, series, dollars.

    Dollars are without the free million, which is the billing account's, not the family's.
    """

    project: str
    family: str
    series: int
    interval: float
    calls: int
    billed: int
    dollars: float
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """All rows, most expensive first, and the month's sums; `total` is after the free million."""

    rows: tuple[Row, ...]
    billed: int
    calls: int
    total: float
    budget: float | None
    stretched: tuple[tuple[str, float], ...] = ()


def estimate(
    targets: Iterable[Target],
    client: MonitoringClient,
    budget: float | None,
    progress: Callable[[int], None],
) -> Estimate:
    """Ask for the series of each family, and say what polling them costs a month of 30 days."""
    with ThreadPoolExecutor(8) as pool:
        rows = []
        for row in pool.map(lambda target: _row(target, client), targets):
            rows.append(row)
            progress(len(rows))
    rows.sort(key=lambda row: (-row.billed, row.project, row.family))
    billed = sum(row.billed for row in rows)
    loads = [
        Load(f"{r.project}/{r.family}", r.series, r.interval, r.family in ALERTED) for r in rows
    ]
    factors = stretch(loads, budget)
    longer = tuple((name, factor) for name, factor in sorted(factors.items()) if factor > 1)
    calls = sum(row.calls for row in rows)
    return Estimate(tuple(rows), billed, calls, dollars(billed), budget, longer)


def _row(target: Target, client: MonitoringClient) -> Row:
    load, fault = Load(target.name, 0, target.interval), None
    try:
        load = Load(target.name, _series(target, client), target.interval)
    except PollError as error:
        fault = None if error.reason is Reason.NOT_FOUND else str(error)
    interval = target.interval if load.series else max(target.interval, IDLE_INTERVAL)
    billed = round(replace(load, interval=interval).monthly())
    return Row(
        target.project,
        target.family.name,
        load.series,
        interval,
        round(MONTH / interval),
        billed,
        billed * DOLLARS_PER_SERIES,
        fault,
    )


def _series(target: Target, client: MonitoringClient) -> int:
    now = int(time.time() * SECOND)
    text = metric_filter(target.source, target.selection)
    query = Query(target.project, text, now - LOOK_BACK * SECOND, now, headers_only=True)
    return sum(len(page.time_series) for page in client.pages(query))
