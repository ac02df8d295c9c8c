"""Weeks of aggregates and days of levels, with an incident on the last day, as a server has them.

An hour of the last day is slow in one region, where connections and query time rise alike; the
other region has no requests any more; one week of its error rate is missing. A disk fills up.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from exporter.settings import Settings
from generators.policy import SIGNAL_BY_NAME, policy
from generators.rules import longterm
from generators.rules.rows import Trend
from generators.rules.trend import trends
from generators.tuning.model import TimeGrid, Values
from tests.e2e.past import Labels, written
from tests.servers import blocks

HOUR, DAY = 3600, 86400
END = 1_767_571_200 + 23 * DAY  # midnight, a Wednesday; the first day is a Monday
WINDOW = TimeGrid(END - DAY, 300, 289)
SLOW, HEALTHY = "europe-west1", "us-central1"
SLOW_FROM, SLOW_TO = END - 15 * HOUR, END - 13 * HOUR
SILENT_FROM = END - 5 * HOUR
DISK = 0.72, 0.04 / DAY  # at the end, by the second
_AGGREGATES = TimeGrid(END - 22 * DAY, 300, 22 * 288 + 1)
_LEVELS = TimeGrid(END - 3 * DAY, 60, 3 * 1440 + 1)
_RANDOM = np.random.default_rng(17)
_BEGINNING = _RANDOM.bit_generator.state


def written_to(folder: Path) -> None:
    """Write blocks below a folder, for a Prometheus on it: the same each time."""
    _RANDOM.bit_generator.state = _BEGINNING
    source = folder / "weeks.om"
    with source.open("w") as file:
        file.writelines(_aggregates())
        for watched in trends(policy(Settings())):
            file.writelines(_level(watched))
        file.write("# EOF\n")
    blocks(source, folder / "data")
    source.unlink()


def _place(region: str, **more: str) -> Labels:
    return {"gcp_project": "shop", "region": region, **more}


def _aggregates() -> Iterator[str]:
    for region in (SLOW, HEALTHY):
        service, database = {"service_name": "ion"}, {"database_id": "ion-db"}
        slow = _incident() if region == SLOW else 0 * _incident()
        yield from _mean("throughput", _place(region, **service), _requests(region))
        yield from _mean("error_rate", _place(region, **service), _errors(region) + 0.02 * slow)
        times = 0.1 * _day(0.3) + 0.3 * slow + _noise(0.004)
        yield from _mean("response_time_p95", _place(region, **service), times)
        connections = 60 * _day(0.4) + 80 * slow + _noise(2)
        yield from _mean("db_connections", _place(region, **database), connections)
        yield from _mean(
            "query_time", _place(region, **database), 0.02 + 0.1 * slow + _noise(0.002)
        )
    yield from _mean("cache_hit_rate_l2", {"redis_id": "ion-cache"}, 0.82 + _noise(0.01))
    for family in ("cloudrun_requests_total", "cloudsql_cpu_utilization"):
        seconds = np.full(_AGGREGATES.count, 300.0)
        name = "project_family:ionmon_data_seconds:longterm_increase"
        yield from _series(name, {"gcp_project": "shop", "family": family}, _AGGREGATES, seconds)


def _mean(signal: str, labels: Labels, values: Values) -> Iterator[str]:
    return _series(longterm.name(SIGNAL_BY_NAME[signal], "mean"), labels, _AGGREGATES, values)


def _series(name: str, labels: Labels, grid: TimeGrid, values: Values) -> Iterator[str]:
    pairs = zip(grid.times.tolist(), values.tolist(), strict=True)
    return written(name, labels, {at: value for at, value in pairs if value == value})  # noqa: PLR0124


def _day(share: float) -> Values:
    """Return 1 with a daily and a weekly season."""
    at = _AGGREGATES.times
    day, week = np.sin(2 * np.pi * at / DAY), np.sin(2 * np.pi * at / (7 * DAY))
    found: Values = 1 + share * day + 0.1 * week
    return found


def _noise(size: float, count: int = _AGGREGATES.count) -> Values:
    return size * _RANDOM.standard_normal(count)


def _incident() -> Values:
    """Return what rises and falls within the incident, and is 0 outside."""
    share = (_AGGREGATES.times - SLOW_FROM) / (SLOW_TO - SLOW_FROM)
    found: Values = np.where((share > 0) & (share < 1), np.sin(np.pi * share), 0.0)
    return found


def _requests(region: str) -> Values:
    values = 50 * _day(0.5) + _noise(1)
    if region == HEALTHY:
        values[_AGGREGATES.times >= SILENT_FROM] = np.nan
    return values


def _errors(region: str) -> Values:
    values = np.abs(0.003 + _noise(0.0003))
    if region == HEALTHY:
        at = _AGGREGATES.times
        values[(at > END - 15 * DAY) & (at < END - 14 * DAY)] = np.nan
    return values


def _level(watched: Trend) -> Iterator[str]:
    first, rise = DISK if watched.alert == "DiskTrend" else (0.3 * watched.limit, 0.0)
    values = first + rise * (_LEVELS.times - END) + _noise(0.002, _LEVELS.count)
    if watched.signed:
        values[:600] = -1.0
    values[-2000:-1990] = np.nan
    labels = {
        "gcp_project": "shop",
        "region": SLOW,
        "database_id": "ion-db",
        "redis_id": "ion-cache",
    }
    labels["service_name"] = "ion"
    yield from _series(watched.source, {n: labels[n] for n in watched.by}, _LEVELS, values)
