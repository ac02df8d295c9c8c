"""Estimates what reading costs before it starts: one call per family, without any points."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from exporter.catalog.prices import DOLLARS_PER_SERIES
from exporter.catalog.signals import ALERTED
from exporter.clock import WallClock
from exporter.cloud_monitoring.client import MonitoringClient, SeriesQuery
from exporter.cloud_monitoring.cost import MONTH, Load, dollars, stretch
from exporter.cloud_monitoring.owners import owner, reads, target_filter
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.schedule import IDLE_INTERVAL
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.errors import IonmonError, PollError, Reason

LOOKBACK = 1800
_HOPELESS = {Reason.UNAVAILABLE, Reason.DEADLINE, Reason.PERMISSION, Reason.CREDENTIALS}


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyCost:
    """A family: series per call, seconds between calls; calls, billed series, dollars per month.

    `scoped` are the projects that have series, where a metrics scope is read. The free million is
    not subtracted: it belongs to the billing account, not to a family.
    """

    project: str
    family: str
    series: int
    interval: float
    calls: int
    billed: int
    dollars: float
    fault: str | None = None
    scoped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """All families, most expensive first, and monthly sums; `total` subtracts the free million.

    `unread` is how many families of the catalog are not read; `total_with_unread` is the total if
    they were.
    """

    rows: tuple[FamilyCost, ...]
    billed: int
    calls: int
    total: float
    budget: float | None
    stretched: tuple[tuple[str, float], ...] = ()
    unread: int = 0
    total_with_unread: float = 0.0


def estimate(
    targets: Iterable[FamilyTarget],
    client: MonitoringClient,
    budget: float | None,
    progress: Callable[[int], None],
    unread: Iterable[FamilyTarget] = (),
) -> Estimate:
    """Query each family's series, and return what polling them costs in a month of 30 days.

    `unread` are families that are not polled, to compare with. Failed families are not in the sums.
    Raises IonmonError where no call can be made at all.
    """
    requested, compared = list(targets), list(unread)
    found = _rows([*requested, *compared], client, progress)
    rows, left_out = found[: len(requested)], found[len(requested) :]
    rows.sort(key=lambda row: (-row.billed, row.project, row.family))
    billed = sum(row.billed for row in rows)
    loads = [
        Load(f"{r.project}/{r.family}", r.series, r.interval, r.family in ALERTED)
        for r in rows
        if not r.fault
    ]
    factors = stretch(loads, budget)
    stretched = tuple((name, factor) for name, factor in sorted(factors.items()) if factor > 1)
    calls = sum(row.calls for row in rows)
    return Estimate(
        rows=tuple(rows),
        billed=billed,
        calls=calls,
        total=dollars(billed),
        budget=budget,
        stretched=stretched,
        unread=len(compared),
        total_with_unread=dollars(billed + sum(row.billed for row in left_out)),
    )


def _rows(
    targets: list[FamilyTarget], client: MonitoringClient, progress: Callable[[int], None]
) -> list[FamilyCost]:
    """Query the first family alone, then the others in parallel."""
    pool = ThreadPoolExecutor(8)
    try:
        rows = [_first(target, client) for target in targets[:1]]
        progress(len(rows))
        for row in pool.map(lambda target: _row(target, client), targets[1:]):
            rows.append(row)
            progress(len(rows))
    finally:
        # Without waiting: after Ctrl-C, running calls end when the caller closes the channel.
        pool.shutdown(wait=False, cancel_futures=True)
    return rows


def _first(target: FamilyTarget, client: MonitoringClient) -> FamilyCost:
    """Query one family. Raises IonmonError where all others would fail, too."""
    try:
        return _billed(target, _owners(target, client))
    except PollError as error:
        if error.reason in _HOPELESS:
            raise IonmonError(
                f"{target.project}: {error}; nothing was estimated. "
                f"Find out why: ionmon doctor --project {target.project}"
            ) from error
        return _failed(target, error)


def _row(target: FamilyTarget, client: MonitoringClient) -> FamilyCost:
    try:
        return _billed(target, _owners(target, client))
    except PollError as error:
        return _failed(target, error)


def _failed(target: FamilyTarget, error: PollError) -> FamilyCost:
    """Return the row of a family that could not be read; NOT_FOUND means no series."""
    if error.reason is Reason.NOT_FOUND:
        return _billed(target, Counter())
    name = target.family.name
    return FamilyCost(
        project=target.project,
        family=name,
        series=0,
        interval=target.interval,
        calls=0,
        billed=0,
        dollars=0.0,
        fault=str(error),
    )


def _billed(target: FamilyTarget, owners: Counter[str]) -> FamilyCost:
    series = owners.total()
    interval = target.interval if series else max(target.interval, IDLE_INTERVAL)
    billed = round(Load(target.name, series, interval).monthly())
    calls, price = round(MONTH / interval), billed * DOLLARS_PER_SERIES
    return FamilyCost(
        project=target.project,
        family=target.family.name,
        series=series,
        interval=interval,
        calls=calls,
        billed=billed,
        dollars=price,
        scoped=tuple(sorted(owners)) if target.scope else (),
    )


def _owners(target: FamilyTarget, client: MonitoringClient) -> Counter[str]:
    """Return how many series of each project a target reads."""
    now = int(WallClock().now() * SECOND)
    query = SeriesQuery(
        project=target.project,
        filter=target_filter(target),
        start=now - LOOKBACK * SECOND,
        end=now,
        headers_only=True,
    )
    found = (owner(s, target.project) for page in client.pages(query) for s in page.time_series)
    return Counter(project for project in found if reads(target, project))
