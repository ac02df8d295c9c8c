"""Reads gauges: the newest point of each series, joined over labels that are not exported."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isnan
from operator import itemgetter
from statistics import fmean, median

from exporter.catalog.model import CloudMonitoring, Reduce, ValueType
from exporter.cloud_monitoring.points import (
    FIELDS,
    Identities,
    Raw,
    mean,
    refusal,
    unix_nanoseconds,
    wire_key,
)
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.cloud_monitoring.read_window import SECOND
from exporter.exposition.samples import Sample

_JOIN: dict[Reduce, Callable[[list[float]], float]] = {
    Reduce.SUM: sum,
    Reduce.MAX: max,
    Reduce.MIN: min,
    Reduce.MEAN: fmean,
}


@dataclass(frozen=True, slots=True)
class GaugeSample:
    """The newest point of one source series: exported labels, end in nanoseconds, value.

    `spacing` is the usual time between its points in seconds, 0 where it is not known.
    """

    labels: tuple[str, ...]
    end: int
    value: float
    spacing: float = 0.0


def newest(source: CloudMonitoring, labels: tuple[str, ...], series: Raw) -> GaugeSample:
    """Return the newest point, in the base unit; points may come in any order."""
    end, point = max(
        ((unix_nanoseconds(point.interval.end_time), point) for point in series.points),
        key=itemgetter(0),
    )
    value = getattr(point.value, FIELDS[source.value])
    number = mean(value) if source.value is ValueType.DISTRIBUTION else float(value)
    return GaugeSample(labels, end, number * source.scale)


def spacing(series: Raw) -> float:
    """Return the median time between the points of a series in seconds, 0 where it has one."""
    ends = sorted(unix_nanoseconds(point.interval.end_time) for point in series.points)
    apart = [later - earlier for earlier, later in pairwise(ends) if later > earlier]
    return median(apart) / SECOND if apart else 0.0


class GaugeReader:
    """Keeps the newest sample of each source series."""

    def __init__(
        self, source: CloudMonitoring, identities: Identities, *, learns: bool = False
    ) -> None:
        """Start empty; a reader that `learns` looks at the time between points."""
        self._learns = learns
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
                sample = newest(self._source, identity.labels, series)
                if self._learns:
                    sample = replace(sample, spacing=spacing(series))
                self._keep(identity.key, sample)

    def _keep(self, key: str, sample: GaugeSample) -> None:
        known = self.found.get(key)
        if known is None or known.end < sample.end:
            self.found[key] = sample
        self.statistics.newest = max(self.statistics.newest, sample.end)


def join(source: CloudMonitoring, found: Iterable[GaugeSample]) -> tuple[Sample, ...]:
    """Join samples that are exported as one series; a value that is no number is none."""
    groups: dict[tuple[str, ...], list[float]] = {}
    for sample in found:
        if not isnan(sample.value):
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
