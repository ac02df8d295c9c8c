"""A model for every family without one of its own: plausible levels, rates and spreads."""

from collections.abc import Iterator
from itertools import product

from exporter.catalog.model import CloudMonitoring, Family, MetricKind, Unit, ValueType
from exporter.simulator import deployment
from exporter.simulator.chance import around, unit
from exporter.simulator.figures import EXACT, GIB, USUAL, VALUES
from exporter.simulator.requests import Model
from exporter.simulator.traffic import Traffic
from exporter.simulator.truth import (
    LATENCY,
    UTILIZATION,
    Dist,
    Explicit,
    Labels,
    Layout,
    TruthReading,
    Value,
    normal,
    upper_bounds,
)

WEEK = 10080
_REVISION = "cloud_run_revision"
SIZES = Explicit(tuple(2.0**i for i in range(20, 36)))
GAUGE_COUNT, DELTA_COUNT, QUERIES = 8, 40.0, 700.0
_FINE = 1_000_000


def _known(table: dict[str, float], metric: str) -> float | None:
    return next((value for end, value in table.items() if metric.endswith(end)), None)


def _base(family: Family, source: CloudMonitoring, key: object) -> float:
    """Return the level of a series in the source's unit: a level, or what it grows by a minute."""
    found = _known(EXACT, source.metric)
    if found is not None:
        return found
    vary = around(0.3, source.metric, key)
    usual = _known(USUAL, source.metric)
    if usual is not None:
        return usual * vary
    if family.unit is Unit.RATIO:
        return 0.4 * vary
    if family.unit is Unit.BYTES:
        return vary * (2 * GIB if source.kind is MetricKind.GAUGE else 4e6)
    if family.unit is Unit.SECONDS and source.value is not ValueType.DISTRIBUTION:
        return vary * 12.0 / source.scale
    return vary * (1 + 40 * unit(source.metric))


def label_keys(source: CloudMonitoring) -> tuple[str, ...]:
    """Return the keys of the metric labels that the catalog knows."""
    origins = [origin for _, origin in source.labels] + list(source.summed)
    return tuple(o.removeprefix("metric.") for o in origins if o.startswith("metric."))


def _metric_labels(family: Family, source: CloudMonitoring) -> tuple[Labels, ...]:
    closed = {o: label.values for label, (_, o) in zip(family.labels, source.labels, strict=True)}
    keys = sorted(label_keys(source))
    choices = [VALUES.get(key) or closed.get(f"metric.{key}") or ("other",) for key in keys]
    if "state" in keys and closed.get("metric.state"):
        choices[keys.index("state")] = closed["metric.state"]
    return tuple(tuple(zip(keys, row, strict=True)) for row in product(*choices))


def _resources(source: CloudMonitoring) -> tuple[Labels, ...] | None:
    """Return the resources of a metric; None for revisions, which change with each deploy."""
    if source.resource == _REVISION:
        return None
    if source.resource == "cloudsql_database":
        return deployment.databases_of(source.metric)
    return deployment.resources_of(source)


def _layout(family: Family) -> Layout:
    if family.unit is Unit.RATIO:
        return UTILIZATION
    return SIZES if family.unit is Unit.BYTES else LATENCY


def _middle(family: Family, layout: Layout, key: object) -> float:
    """Return the mean of a distribution, away from the ends of its layout."""
    if family.unit is Unit.RATIO:
        return 0.4 * around(0.2, key)
    bounds = upper_bounds(layout)
    at = len(bounds) // 2 if family.unit is Unit.BYTES else 20
    return bounds[at] * around(0.2, key)


class SimulatedSeries:
    """One series without a model of its own: its value at any minute."""

    def __init__(
        self, family: Family, source: CloudMonitoring, metric: Labels, place_: Labels
    ) -> None:
        self.labels = (metric, place_)
        self._source = source
        self._exact = _known(EXACT, source.metric) is not None
        self._base = _base(family, source, self.labels)
        self._layout = _layout(family)
        self._middle = _known(USUAL, source.metric) or _middle(family, self._layout, self.labels)
        fine = normal(_FINE, self._middle, self._middle * 0.2, self._layout)
        self._shares = tuple(count / _FINE for count in fine.counts)

    def value(self, traffic: Traffic, minute: int) -> Value:
        """Return the value of a minute."""
        if self._source.value is ValueType.BOOL:
            return True
        if self._source.value is ValueType.DISTRIBUTION:
            return self._distribution(traffic, minute)
        number = self._number(traffic, minute)
        return float(number) if self._source.value is ValueType.DOUBLE else int(number)

    def _number(self, traffic: Traffic, minute: int) -> float:
        if self._source.kind is MetricKind.CUMULATIVE:
            return self._base * age(minute)
        if self._exact:
            return self._base
        moved = self._base * traffic.around(0.05, minute, *self.labels)
        if self._source.kind is MetricKind.GAUGE:
            return moved
        moved *= traffic.day(minute)
        whole = self._source.value is ValueType.INT64
        return traffic.rounded(moved, minute, *self.labels) if whole else moved

    def _distribution(self, traffic: Traffic, minute: int) -> Dist:
        if self._source.kind is MetricKind.CUMULATIVE:
            return self._grown(int(QUERIES * age(minute)))
        mean, count = self._middle, GAUGE_COUNT
        if self._source.kind is MetricKind.DELTA:
            expected = DELTA_COUNT * traffic.day(minute)
            count = traffic.rounded(expected, minute, *self.labels)
        return normal(count, mean, mean * 0.2, self._layout)

    def _grown(self, total: int) -> Dist:
        """Return a distribution in which no bucket ever falls as `total` grows."""
        counts = tuple(int(total * share) for share in self._shares)
        count = sum(counts)
        deviation = (self._middle * 0.2) ** 2 * count
        return Dist(
            count=count, mean=self._middle, deviation=deviation, counts=counts, layout=self._layout
        )


def age(minute: int) -> int:
    """Return the minutes since cumulative metrics were last reset, which happens every week."""
    return (minute - 1) % WEEK + 1


def level_model(family: Family, source: CloudMonitoring) -> Model:
    """Return the model of a family by its kind, value and unit alone."""
    metrics, fixed = _metric_labels(family, source), _resources(source)
    known: dict[tuple[Labels, Labels], SimulatedSeries] = {}

    def model(traffic: Traffic, minute: int) -> Iterator[TruthReading]:
        for resource in _revisions(traffic, minute) if fixed is None else fixed:
            for metric in metrics:
                series = known.get((metric, resource))
                if series is None:
                    series = known[metric, resource] = SimulatedSeries(
                        family, source, metric, resource
                    )
                yield TruthReading(metric, resource, series.value(traffic, minute))

    return model


def _revisions(traffic: Traffic, minute: int) -> Iterator[Labels]:
    for region in deployment.REGIONS:
        for name, _ in traffic.revisions(minute):
            yield deployment.revision(region.name, name)
