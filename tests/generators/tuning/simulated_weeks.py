"""Six weeks of what alerts compare, with twelve incidents: requests, errors and levels a minute.

Requests follow the day and the week; errors are drawn from them, latencies and levels vary slowly.
Recorded ratios are what their windows make of these minutes. Nobody writes the incidents down.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from exporter.prometheus.api import Labels
from generators.tuning.model import RecordedSeries, TimeGrid, Values

DAY, MINUTE = 1440, 60
WEEKS = 6
GRID = TimeGrid(start=1_762_128_000, step=MINUTE, count=WEEKS * 7 * DAY)  # a Monday, midnight UTC
REGIONS = {"us-central1": 900.0, "europe-west1": 500.0, "asia-southeast1": 300.0}
PROJECT, SERVICE = ("gcp_project", "ion"), ("service_name", "ion-mentoring")
BUDGET = 0.0005
ZONE = ZoneInfo("UTC")
SHORT = {"5m": 5, "2m": 2, "30m": 30, "1h": 60, "5m_any": 5}  # windows in minutes
LONG = {"5m": 5, "30m": 30, "1h": 60, "2h": 120, "6h": 360, "1d": DAY, "3d": 3 * DAY}


@dataclass(frozen=True, slots=True)
class HiddenIncident:
    """Something that went wrong; minutes of the grid.

    failing  the share of requests that end with a server error
    slower   by what latency is multiplied
    """

    start: int
    minutes: int
    region: str
    failing: float
    slower: float


def _incidents() -> Iterator[HiddenIncident]:
    rng = np.random.default_rng(7)
    regions = [*REGIONS]
    for number in range(12):
        start = int((number * 3.3 + 1 + rng.random()) * DAY)
        yield HiddenIncident(
            start=start,
            minutes=int(rng.integers(25, 120)),
            region=regions[number % 3],
            failing=float(rng.uniform(0.04, 0.3)),
            slower=float(rng.uniform(1, 12)),
        )


INCIDENTS = tuple(_incidents())


def _slow(rng: np.random.Generator, phi: float, sigma: float) -> Values:
    """Return noise that varies slowly, of variance sigma²."""
    steps = rng.standard_normal(GRID.count) * sigma * np.sqrt(1 - phi * phi)
    found = np.empty(GRID.count)
    value = 0.0
    for at, step in enumerate(steps.tolist()):
        value = phi * value + step
        found[at] = value
    return found


def _season() -> Values:
    minutes = np.arange(GRID.count)
    day = 1 + 0.4 * np.sin(2 * np.pi * (minutes / DAY - 0.3))
    weekend = np.where(minutes // DAY % 7 >= 5, 0.6, 1.0)
    return np.asarray(day * weekend)


def windowed(values: Values, minutes: int) -> Values:
    """Return the sum of the newest minutes at each minute."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    at = np.arange(1, values.size + 1)
    return np.asarray(total[at] - total[np.maximum(at - minutes, 0)])


class Weeks:
    """The series of every expression that the reference service's alerts compare."""

    def __init__(self, seed: int, regions: Mapping[str, float] = REGIONS) -> None:
        """Draw everything; a region has so many requests a minute."""
        self._rng = np.random.default_rng(seed)
        self._found: dict[str, list[RecordedSeries]] = {}
        self._all, self._bad = np.zeros(GRID.count), np.zeros(GRID.count)
        for region, rate in regions.items():
            self._add_region(region, rate)
        self._add_budget()
        self._add_rest()

    @property
    def answers(self) -> dict[str, tuple[RecordedSeries, ...]]:
        """The series by expression."""
        return {expression: tuple(series) for expression, series in self._found.items()}

    def _add(self, expression: str, labels: Labels, values: Values) -> None:
        series = RecordedSeries(tuple(sorted(labels)), values)
        self._found.setdefault(expression, []).append(series)

    def _add_region(self, region: str, rate: float) -> None:
        rng, place = self._rng, (PROJECT, ("region", region), SERVICE)
        requests = rng.poisson(rate * _season())
        failing, slower = np.full(GRID.count, 0.0001), np.ones(GRID.count)
        for one in (each for each in INCIDENTS if each.region == region):
            failing[one.start : one.start + one.minutes] = one.failing
            slower[one.start : one.start + one.minutes] = one.slower
        bad = rng.binomial(requests, failing).astype(np.float64)
        client = rng.binomial(requests, 0.0025 * np.exp(_slow(rng, 0.9, 0.2)))
        self._all += requests
        self._bad += bad
        for name, minutes in SHORT.items():
            errors = windowed(bad + client, minutes) / windowed(requests, minutes)
            self._add(f"project_region_service:error_rate:ratio{name}", place, errors)
            p95 = 0.03 * np.exp(_slow(rng, 0.95, 0.12)) * windowed(slower, minutes) / minutes
            self._add(f"project_region_service:response_time_p95:quantile{name}", place, p95)
        for name, level in (("cpu", 0.36), ("memory", 0.43)):
            values = np.clip(level * _season() ** 0.3 * np.exp(_slow(rng, 0.97, 0.05)), 0, 1)
            for window in ("5m", "2m"):
                self._add(f"project_region_service:{name}_utilization:mean{window}", place, values)

    def _add_budget(self) -> None:
        place = (PROJECT, SERVICE)
        for window, minutes in LONG.items():
            requests, bad = windowed(self._all, minutes), windowed(self._bad, minutes)
            burn = bad / requests / BUDGET
            self._add(f"project_service:slo_burn_rate:ratio{window}", place, burn)
            self._add(f"project_service:slo_errors:increase{window}", place, bad)

    def _add_rest(self) -> None:
        lag = 0.05 * np.exp(_slow(self._rng, 0.9, 0.4))
        where = (PROJECT, ("region", "europe-west1"), ("database_id", "ion:replica"))
        self._add("project_region_database:replication_lag:max", where, lag)
        self._add("project_region_database:replication_lag:max_mean5m", where, windowed(lag, 5) / 5)
        for name in SHORT:
            hits = np.clip(0.823 + _slow(self._rng, 0.95, 0.01), 0, 1)
            self._add(f"redis:cache_hit_rate_l2:ratio{name}", (("redis_id", "ion-cache"),), hits)


@cache
def _weeks() -> Weeks:
    return Weeks(seed=1)


def answers() -> dict[str, tuple[RecordedSeries, ...]]:
    """Return a copy of the series by expression; expressions without one are missing."""
    return {
        text: tuple(RecordedSeries(one.labels, one.values.copy()) for one in series)
        for text, series in _weeks().answers.items()
    }
