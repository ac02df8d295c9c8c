"""Gauges: the newest point of each series, joined over the labels that are left out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isnan
from statistics import fmean

from exporter.catalog.model import CloudMonitoring, Reduce, ValueType
from exporter.cloud_monitoring.points import FIELDS, SECOND, Identity, Raw, mean, wire_key
from exporter.cloud_monitoring.poll_statistics import Labels, Tally, taken
from exporter.exposition.snapshot import Sample

_JOIN: dict[Reduce, Callable[[list[float]], float]] = {
    Reduce.SUM: sum,
    Reduce.MAX: max,
    Reduce.MIN: min,
    Reduce.MEAN: fmean,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest point of one source series: exported labels, end in nanoseconds, value."""

    labels: tuple[str, ...]
    end: int
    value: float


def newest(source: CloudMonitoring, labels: tuple[str, ...], series: Raw) -> Reading:
    """Read the newest point, in the base unit. Points are newest first, as the API promises."""
    point = max(
        series.points, key=lambda p: (p.interval.end_time.seconds, p.interval.end_time.nanos)
    )
    end = point.interval.end_time
    value = getattr(point.value, FIELDS[source.value])
    number = mean(value) if source.value is ValueType.DISTRIBUTION else float(value)
    return Reading(labels, end.seconds * SECOND + end.nanos, number * source.scale)


class GaugeReader:
    """Keeps the newest reading of each source series."""

    def __init__(self, source: CloudMonitoring, labels: Labels) -> None:
        self.tally = Tally()
        self.readings: dict[str, Reading] = {}
        self._source, self._labels = source, labels

    def page(self, page: Raw) -> None:
        """Take in every series of a page."""
        here: set[str] = set()
        for series in page.time_series:
            self.tally.series += 1
            identity = self._labels.identity(wire_key(series), series)
            if taken(self.tally, self._source, series, identity, here):
                self._keep(identity, newest(self._source, identity.labels, series))
                self.tally.points += len(series.points)

    def _keep(self, identity: Identity, reading: Reading) -> None:
        held = self.readings.get(identity.key)
        if held is None or held.end < reading.end:
            self.readings[identity.key] = reading
        self.tally.newest = max(self.tally.newest, reading.end)


def join(source: CloudMonitoring, readings: Iterable[Reading]) -> tuple[Sample, ...]:
    """Join readings that export as one series; what stopped two periods ago no longer counts."""
    current = [r for r in readings if not isnan(r.value)]
    if not current:
        return ()
    oldest = max(r.end for r in current) - 2 * source.period * SECOND
    groups: dict[tuple[str, ...], list[float]] = {}
    for reading in current:
        if reading.end >= oldest:
            groups.setdefault(reading.labels, []).append(reading.value)
    return tuple(
        Sample(labels, float(_JOIN[source.reduce](values)))
        for labels, values in sorted(groups.items())
    )


def limited(samples: tuple[Sample, ...], limit: int, tally: Tally) -> tuple[Sample, ...]:
    """Return the first `limit` samples; the others are dropped, counted and noted."""
    for _ in samples[limit:]:
        tally.drop("limit", f"more than {limit} series")
    return samples[:limit]
