"""Reads gauges: the newest point of each series, joined over labels that are not exported."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isnan
from operator import itemgetter
from statistics import fmean

from exporter.catalog.model import CloudMonitoring, Reduce, ValueType
from exporter.cloud_monitoring.points import (
    FIELDS,
    SECOND,
    Identities,
    Raw,
    mean,
    nanoseconds,
    refusal,
    wire_key,
)
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.exposition.snapshot import Sample

_JOIN: dict[Reduce, Callable[[list[float]], float]] = {
    Reduce.SUM: sum,
    Reduce.MAX: max,
    Reduce.MIN: min,
    Reduce.MEAN: fmean,
}


@dataclass(frozen=True, slots=True)
class GaugeSample:
    """The newest point of one source series: exported labels, end in nanoseconds, value."""

    labels: tuple[str, ...]
    end: int
    value: float


def newest(source: CloudMonitoring, labels: tuple[str, ...], series: Raw) -> GaugeSample:
    """Return the newest point, in the base unit; points may come in any order."""
    end, point = max(
        ((nanoseconds(point.interval.end_time), point) for point in series.points),
        key=itemgetter(0),
    )
    value = getattr(point.value, FIELDS[source.value])
    number = mean(value) if source.value is ValueType.DISTRIBUTION else float(value)
    return GaugeSample(labels, end, number * source.scale)


class GaugeReader:
    """Keeps the newest sample of each source series."""

    def __init__(self, source: CloudMonitoring, identities: Identities) -> None:
        self.statistics = PollStatistics(cleaned=identities.cleaned)
        self.found: dict[str, GaugeSample] = {}
        self._source, self._identities = source, identities

    def read_page(self, page: Raw) -> None:
        """Read every series of a page."""
        on_page: set[str] = set()
        for series in page.time_series:
            identity = self._identities.identity(wire_key(series), series)
            refused = refusal(self._source, series)
            if self.statistics.admit(identity.key, refused, on_page):
                self.statistics.unknown.update(identity.unknown)
                self.statistics.points += len(series.points)
                self._keep(identity.key, newest(self._source, identity.labels, series))

    def _keep(self, key: str, sample: GaugeSample) -> None:
        known = self.found.get(key)
        if known is None or known.end < sample.end:
            self.found[key] = sample
        self.statistics.newest = max(self.statistics.newest, sample.end)


def join(source: CloudMonitoring, found: Iterable[GaugeSample]) -> tuple[Sample, ...]:
    """Join samples that are exported as one series; those two periods older do not count."""
    current = [sample for sample in found if not isnan(sample.value)]
    if not current:
        return ()
    oldest = max(sample.end for sample in current) - 2 * source.period * SECOND
    groups: dict[tuple[str, ...], list[float]] = {}
    for sample in current:
        if sample.end >= oldest:
            groups.setdefault(sample.labels, []).append(sample.value)
    return tuple(
        Sample(labels, float(_JOIN[source.reduce](values)))
        for labels, values in sorted(groups.items())
    )


def limited(
    samples: tuple[Sample, ...], limit: int, statistics: PollStatistics
) -> tuple[Sample, ...]:
    """Return the first `limit` samples; the others are dropped and counted."""
    for _ in samples[limit:]:
        statistics.drop("limit", f"more than {limit} series")
    return samples[:limit]
